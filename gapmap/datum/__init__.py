"""Datums of China, the metric CRS of all measuring, and which datum a layer really is in."""

from gapmap.datum.convert import DATUMS, convert_datum
from gapmap.datum.metric import is_metric, metric_crs

__all__ = ["DATUMS", "convert_datum", "is_metric", "metric_crs"]
