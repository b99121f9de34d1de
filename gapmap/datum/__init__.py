"""Datums of China, the metric CRS of all measuring, and which datum a layer really is in.

``readings`` places a layer under each hypothesis; ``roads`` and ``named`` are kinds of evidence;
``verdict`` judges; ``detect`` does all that in one call; ``mixed`` finds single rows in another
datum.
"""

from gapmap.datum.changing import DEGREES, change_between
from gapmap.datum.convert import DATUMS, convert_datum
from gapmap.datum.detect import detect_datum
from gapmap.datum.evidence import Evidence
from gapmap.datum.metric import is_metric, metric_crs
from gapmap.datum.mixed import MixedRows, mixed_rows, tell_mixed
from gapmap.datum.named import area_evidence, point_pair_evidence, share_inside
from gapmap.datum.readings import HYPOTHESES, Readings, hypothesis_of, read_as, read_beside
from gapmap.datum.roads import Roads, prepare_roads, road_evidence
from gapmap.datum.verdict import DATUM_NAMES, Verdict, judge_datum, tell_verdict

__all__ = [
    "DATUMS",
    "DATUM_NAMES",
    "DEGREES",
    "HYPOTHESES",
    "Evidence",
    "MixedRows",
    "Readings",
    "Roads",
    "Verdict",
    "area_evidence",
    "change_between",
    "convert_datum",
    "detect_datum",
    "hypothesis_of",
    "is_metric",
    "judge_datum",
    "metric_crs",
    "mixed_rows",
    "point_pair_evidence",
    "prepare_roads",
    "read_as",
    "read_beside",
    "road_evidence",
    "share_inside",
    "tell_mixed",
    "tell_verdict",
]
