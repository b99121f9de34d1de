"""The verdict on a layer's datum, from all evidence together; and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gapmap.datum.evidence import SPEAKS_Z, Evidence
from gapmap.datum.readings import HYPOTHESES, hypothesis_of
from gapmap.findings import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["DATUM_NAMES", "Verdict", "judge_datum", "tell_verdict"]

DATUM_NAMES: Final = {"wgs84": "WGS84", "gcj02": "GCJ-02", "bd09": "BD-09"}

_TOLD_ZH: Final = {
    "roads": "到最近道路的中位距离",
    "areas": "到所写区域的平均距离",
    "pairs": "与所写地点的中位偏移",
}
_TOLD_EN: Final = {
    "roads": "median distance to the nearest road",
    "areas": "mean distance to the area that the row names",
    "pairs": "median offset from the place that the row names",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Which datum a layer is really in.

    Attributes
    ----------
    declared
        The hypothesis that the layer is declared, or read, to be in.
    datum
        What the evidence says; None: it is silent or divided.
    decisive
        Whether it is enough to convert a layer whose study says ``datum = "detect"``.
    divided
        Whether two kinds of evidence contradict each other.
    z
        The largest z of the evidence that speaks; 0 where none does.
    evidence
        All that was heard, silent ones too.
    """

    declared: str
    datum: str | None
    decisive: bool
    divided: bool
    z: float
    evidence: tuple[Evidence, ...]

    @property
    def contradicts(self) -> bool:
        """Whether the evidence says another datum than the declared one."""
        return self.datum is not None and self.datum != self.declared

    def said(self, language: str = "en") -> str:
        """Give the evidence as a sentence, all hypotheses with their distances."""
        heard = [_sentence(one, language) for one in self.evidence if one.rows]
        if not heard:
            return "没有可用的依据" if language == "zh" else "there is nothing to judge by"
        return (";" if language == "zh" else "; ").join(heard)


def judge_datum(evidence: Sequence[Evidence], declared: str) -> Verdict:
    """Judge a layer's datum.

    There is a verdict if at least one kind of evidence speaks, all that speak agree, and none
    that is silent by itself stands clearly against it. It is decisive if one kind is strong by
    itself or two kinds speak. That two layers match says nothing of either unless one of them is
    trusted: see ``Evidence.reference``. Nor is it decisive where some evidence prefers one
    hypothesis but fits none: then the layer may be in a fourth system.

    Parameters
    ----------
    evidence
        From :func:`road_evidence`, :func:`area_evidence`, :func:`point_pair_evidence` and
        :func:`share_inside`, in any number.
    declared
        The datum that the layer is declared in: ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09``, or
        any other CRS, which counts as WGS84.
    """
    own = hypothesis_of(declared)
    heard = [one for one in evidence if _counts(one, own)]
    speaking = [one for one in heard if one.speaks]
    said = {one.best for one in speaking}
    divided = len(said) > 1
    datum = said.pop() if len(said) == 1 else None
    if datum is not None and any(one.z[datum] <= -SPEAKS_Z for one in heard):
        datum, divided = None, True
    unfit = any(not one.speaks and max(one.z.values()) >= SPEAKS_Z for one in heard)
    enough = any(one.strong for one in speaking) or len({one.kind for one in speaking}) > 1
    return Verdict(
        declared=own,
        datum=datum,
        decisive=datum is not None and enough and not unfit,
        divided=divided,
        z=max((one.z[one.best] for one in speaking), default=0.0),
        evidence=tuple(evidence),
    )


def _counts(one: Evidence, declared: str) -> bool:
    """Say whether evidence tells of this layer, and not of the one that it is held against.

    Two layers read in one datum that do not match: only the one whose datum is wrong matches the
    other after a step from that datum, so the step tells which. If they match, both may be wrong
    alike. If they are read in different datums, the same step may be owed by either.
    """
    return one.reference is None or (one.reference == declared and one.best != declared)


def tell_verdict(verdict: Verdict, *, file: str, asked: str, field: str = "") -> Finding | None:
    """Make the finding on a verdict; None where there is nothing to tell.

    Parameters
    ----------
    verdict
        From :func:`judge_datum`.
    file, field
        The layer and its coordinate columns.
    asked
        What the study says: ``detect``, or anything else for a layer that is never converted;
        ``roads`` for the roads themselves.

    Returns
    -------
    Finding or None
        ``datum-contradicted`` or ``datum-contradicted-roads`` (not converted); of a layer that
        asks for it ``datum-detected`` (to be converted from ``verdict.datum``),
        ``datum-confirmed`` or ``datum-undecided``, an
        error with which the reader fails.
    """
    if asked != "detect":
        if not verdict.contradicts:
            return None
        code = "datum-contradicted-roads" if asked == "roads" else "datum-contradicted"
    elif not verdict.decisive:
        code = "datum-undecided"
    else:
        code = "datum-detected" if verdict.contradicts else "datum-confirmed"
    datum = verdict.datum or ""
    return finding(
        code,
        file=file,
        field=field,
        value=DATUM_NAMES[verdict.declared],
        datum=DATUM_NAMES.get(datum, "-"),
        key=datum or "-",
        z=f"{verdict.z:.1f}",
        evidence_zh=verdict.said("zh"),
        evidence_en=verdict.said("en"),
    )


def _sentence(one: Evidence, language: str) -> str:
    told = _measured(one, language)
    if one.reference is None:
        return told
    if language == "zh":
        return f"{told}(对照的图层按 {DATUM_NAMES[one.reference]} 读取,未经证实)"
    return f"{told} (held against a layer read as {DATUM_NAMES[one.reference]}, unverified)"


def _measured(one: Evidence, language: str) -> str:
    chinese = language == "zh"
    if one.kind == "inside":
        shares = _listed({name: f"{share:.0%}" for name, share in one.share.items()}, language)
        return f"位于研究范围内:{shares}" if chinese else f"inside the study area: {shares}"
    if not one.typical_m:
        kind = _TOLD_ZH[one.kind] if chinese else _TOLD_EN[one.kind]
        return (
            f"{kind}:只有 {one.witnesses} 处可比,太少"
            if chinese
            else f"{kind}: only {one.witnesses} spots to compare, too few"
        )
    lengths = _listed({name: f"{metres:.0f}" for name, metres in one.typical_m.items()}, language)
    z = f"z = {max(one.z.values()):.1f}"
    if chinese:
        return f"{_TOLD_ZH[one.kind]}(米):{lengths}({one.witnesses} 处,{z})"
    return f"{_TOLD_EN[one.kind]} in metres: {lengths} ({one.witnesses} spots, {z})"


def _listed(values: dict[str, str], language: str) -> str:
    told = [f"{DATUM_NAMES[name]} {values[name]}" for name in HYPOTHESES if name in values]
    return ("、" if language == "zh" else ", ").join(told)
