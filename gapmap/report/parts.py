"""What a report says, as plain values: no HTML here, no words that depend on a language."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from gapmap.assessment import simulated_inputs, sources_of
from gapmap.drawing import picture, plain
from gapmap.findings import SEVERITIES, by_severity, grouped
from gapmap.network import MODES, default_speeds
from gapmap.report.grids import Grids
from gapmap.report.insights import Insights
from gapmap.report.pinyin import names_of, readings
from gapmap.report.sections import grid_content, simulated_grids
from gapmap.report.sited import sited_content
from gapmap.report.tables import columns
from gapmap.report.versions import versions
from gapmap.targets.asking import asked_rows
from gapmap.words import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from gapmap.about import About, Document
    from gapmap.access import Service
    from gapmap.assessment import Assessment
    from gapmap.findings import Finding, Group
    from gapmap.network import Network
    from gapmap.plan import Plan
    from gapmap.programme import Programme
    from gapmap.siting import Proposal
    from gapmap.tables import RowCount
    from gapmap.whatif import WhatIf

__all__ = ["content", "simulated_files"]

MOST_GROUPS: Final = 300
"""Kinds of findings that the page lists, the worst ones; it says how many more there are."""
MOST_MEMBERS: Final = 20
"""Findings of one kind that the page lists; ``findings.csv`` has all."""


def content(  # noqa: PLR0913 - as the report it is for
    assessment: Assessment,
    proposals: Sequence[Proposal],
    about: About,
    findings: Iterable[Finding] = (),
    rows: Iterable[RowCount] | None = None,
    grids: Grids | None = None,
    *,
    insights: Insights | None = None,
    programmes: Sequence[Programme] = (),
    what_if: WhatIf | None = None,
) -> dict[str, object]:
    """Give all that the page shows, fit for JSON.

    Shares are 0 to 1, lengths metres, times minutes; what is unknown is None, an infinite
    quantile ``inf``. Findings and words carry both languages. Findings come in groups, however
    many there are.
    """
    access = assessment.access
    grids = grids or Grids()
    extra = grid_content(assessment, grids)
    found = _all_findings(assessment, findings, grids)
    groups = grouped(found, most=MOST_MEMBERS)
    severities = by_severity(found)
    return {
        "about": _about(assessment, about, grids),
        "words": vocabulary(),
        "weight": access.places.weight,
        "groups": {name: list(ids) for name, ids in access.places.region.groups.items()},
        "services": [_service(service, access.network) for service in access.services],
        "roads": _roads(access.network),
        "coverage": _coverage(assessment.coverage),
        "gaps": _gaps(assessment.gaps),
        "indicators": _indicators(assessment.plan),
        "equity": columns(assessment.equity),
        "targets": _targets(assessment.targets),
        "islands": columns(assessment.islands),
        "pieces": columns(access.pieces),
        "findings": [_group(group) for group in groups[:MOST_GROUPS]],
        "finding_counts": {name: severities[name] for name in SEVERITIES},
        "finding_kinds": len(groups),
        "files": [
            _row_count(count) for count in (_row_counts(assessment) if rows is None else rows)
        ],
        "map": picture(assessment, classed=True),
        "pinyin": readings(names_of(assessment)),
        "proposals": sited_content(proposals, programmes, assessment),
        **({"grids": extra} if extra else {}),
        **({"whatif": what_if.content()} if what_if is not None else {}),
        "insights": (insights or Insights()).content(),
    }


def _targets(targets: pd.DataFrame) -> dict[str, list[object]]:
    return columns(targets.assign(asked=asked_rows(targets.reset_index(drop=True))))


def simulated_files(assessment: Assessment, about: About, grids: Grids | None = None) -> list[str]:
    """Name every simulated input, whether the run or a reader knows of it; each once."""
    named = simulated_inputs(assessment) + simulated_grids(assessment, grids or Grids())
    listed = [one.name for one in about.inputs if one.simulated]
    every = dict.fromkeys([*about.simulated, *listed])
    shown = {_last_part(name) for name in every}
    return [*every, *(name for name in dict.fromkeys(named) if _last_part(name) not in shown)]


def _last_part(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def _about(assessment: Assessment, about: About, grids: Grids) -> dict[str, object]:
    facilities = assessment.access.facilities
    opened = facilities.table["opened"].max() if len(facilities.table) else None
    date = about.date or facilities.date
    return {
        "name": about.name,
        "date": str(date) if date else None,
        "plan": about.plan,
        "language": "en" if about.language == "en" else "zh",
        "simulated": simulated_files(assessment, about, grids),
        "crs": about.crs or assessment.access.places.region.crs.to_string(),
        "version": about.version,
        "versions": versions(),
        "scenario": about.scenario,
        "credit": about.credit,
        "document": _document(about.document),
        "has_network": assessment.access.network is not None,
        "latest_opened": plain([opened])[0],
        "facilities": len(facilities.table),
        "inputs": [
            {
                "name": one.name,
                "role": one.role,
                "size_bytes": one.size_bytes,
                "sha256": one.sha256,
                "simulated": one.simulated,
            }
            for one in about.inputs
        ],
    }


def _document(document: Document) -> dict[str, object]:
    day = document.prepared_on
    return asdict(document) | {
        "prepared_on": str(day) if day else None,
        "draft": document.draft,
    }


def _service(service: Service, network: Network | None) -> dict[str, object]:
    return {
        "id": service.id,
        "name": dict(service.name),
        "mode": service.mode,
        "off_road": service.off_road,
        "limit": float(service.limit),
        "limit_unit": service.limit_unit,
        "source": service.source,
        "basis": service.basis,
        "speed_kmh": service.speed_kmh,
        "default_kmh": _default_kmh(service.mode, network),
    }


def _default_kmh(mode: str, network: Network | None) -> list[float]:
    """Give the lowest and the highest speed of a mode without one of its own; none if unknown."""
    speeds = default_speeds() if network is None else network.speeds
    if mode in speeds:
        return [float(speeds[mode])] * 2
    if mode != "drive" or network is None:
        return []
    by_class = [float(kmh) for name, kmh in speeds.items() if name not in MODES]
    return [min(by_class), max(by_class)]


def _roads(network: Network | None) -> dict[str, object] | None:
    """Give what the network's method rests on; None without a network."""
    if network is None:
        return None
    waits = [one.wait_minutes for one in network.ferries if one.wait_basis == "assumption"]
    return {
        "snap_m": float(network.snap_m),
        "walk_kmh": float(network.speeds["walk"]),
        "water": network.water is not None,
        "borders": network.borders is not None,
        "ferries": len(network.ferries),
        "waits_assumed": len(waits),
        "wait_minutes": max(waits, default=None),
    }


def _coverage(coverage: pd.DataFrame) -> dict[str, list[object]]:
    """Give all but the bounds of distances and times, which the comparisons have."""
    told = coverage.filter(regex=r"^(mean|median|p90)_.*_(low|high)$")
    return columns(coverage.drop(columns=told.columns))


def _gaps(gaps: pd.DataFrame) -> dict[str, list[object]]:
    """Give comparisons with their number in the table; those of towns stand in the file alone."""
    shown = gaps[gaps["comparison"] != "town-city"]
    return columns(shown) | {"number": shown.index.to_list()}


def _indicators(plan: Plan | None) -> dict[str, Mapping[str, str]]:
    """Name reported figures by the first target that asks about them."""
    told: dict[str, Mapping[str, str]] = {}
    for target in plan.targets if plan is not None else ():
        for ask in target.asks:
            name = f"{ask.indicator} - {ask.less}" if ask.less else ask.indicator
            if name:
                told.setdefault(name, target.title)
    return told


def _all_findings(assessment: Assessment, given: Iterable[Finding], grids: Grids) -> list[Finding]:
    """Give the findings of the run as they are, and what else a reader or step found, once."""
    listed = list(given)
    gathered: list[Finding] = []
    for source in (*sources_of(assessment), assessment.access, assessment):
        gathered += source.findings
    for extra in (assessment.access.surface, grids.population, grids.gridded):
        gathered += extra.findings if extra is not None else ()
    known = set(listed)
    return listed + [found for found in dict.fromkeys(gathered) if found not in known]


def _group(group: Group) -> dict[str, object]:
    """Give findings of one kind: the words of the first, and what the next ones say."""
    first = group.first
    file, layer = first.file_and_layer
    return {
        "severity": first.severity,
        "code": first.code,
        "count": group.count,
        "file": file,
        "layer": layer,
        "rows": group.rows(),
        "field": first.field,
        **_said(first),
        "what_to_do": {"zh": first.advice("zh"), "en": first.advice("en")},
        "done": {"zh": first.done("zh"), "en": first.done("en")},
        "members": [_said(one) for one in group.members] if group.count > 1 else [],
    }


def _said(found: Finding) -> dict[str, object]:
    return {
        "row": found.row,
        "value": found.value,
        "message": {"zh": found.message("zh"), "en": found.message("en")},
    }


def _row_counts(assessment: Assessment) -> list[RowCount]:
    surface = assessment.access.surface
    counted = [count for source in sources_of(assessment) for count in source.rows]
    return [*counted, *(one for one in (surface.rows if surface else ()) if one not in counted)]


def _row_count(count: RowCount) -> dict[str, object]:
    return {
        "file": count.file,
        "read": count.read,
        "used": count.used,
        "repaired": count.repaired,
        "excluded": count.excluded,
    }
