"""Services as a study writes them, with the limits that plan and standards give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapmap.access import Service
from gapmap.errors import StudyError
from gapmap.findings import fail, finding
from gapmap.network import MODES, default_speeds
from gapmap.plan import judge_source, standards

if TYPE_CHECKING:
    from gapmap.findings import Finding
    from gapmap.plan import Plan
    from gapmap.studyfile import ServiceEntry, StudyFile

__all__ = ["service_of"]


def service_of(
    entry: ServiceEntry, file: StudyFile, plan: Plan | None
) -> tuple[Service, tuple[Finding, ...]]:
    """Give a service its limit: as written, or from the standard that its source names."""
    limit, unit = entry.limit_m, "m"
    if entry.limit_minutes is not None:
        limit, unit = entry.limit_minutes, "minutes"
    basis, doubts = judge_source(entry.source, file.date, plan=plan, limit=limit, unit=unit)
    if limit is None:
        named = standards().get(entry.source)
        if named is None or named.unit not in {"m", "minutes"}:
            fail(
                finding(
                    "study-limit-missing",
                    file=file.path.name,
                    service=entry.id,
                    source=entry.source,
                    known=", ".join(standards()),
                ),
                StudyError,
            )
        limit, unit = named.value, named.unit
    if unit == "minutes" and entry.speed_kmh is None and not _timed(entry, file):
        key = f"services.{entry.id}.speed_kmh"
        fail(finding("study-key-missing", file=file.path.name, key=key), StudyError)
    service = Service(
        id=entry.id,
        name=entry.name,
        mode=entry.mode,
        limit=float(limit),
        limit_unit=unit,
        source=entry.source,
        basis=basis,
        speed_kmh=entry.speed_kmh,
        off_road=entry.off_road,
        bottom_line=entry.bottom_line,
    )
    return service, doubts


def _timed(entry: ServiceEntry, file: StudyFile) -> bool:
    """Say whether anybody knows how fast one goes where the service gives no speed."""
    if entry.mode == "surface" or (file.network is not None and entry.mode in MODES):
        return True
    return entry.mode in default_speeds()
