"""The what-if in a notebook: the page's map and panel, and back to Python with what is switched.

anywidget carries it (an extra: ``pip install 'gapmap[notebook]'``); it is loaded when it is asked
for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapmap.about import About
from gapmap.access import service_of
from gapmap.errors import MethodError
from gapmap.siting import CandidateSites, Proposal, candidate_sites

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from gapmap.assessment import Assessment
    from gapmap.widget.explorer import Explorer

__all__ = ["explore"]


def explore(
    assessment: Assessment,
    *,
    service: str | None = None,
    candidates: Mapping[str, str | gpd.GeoDataFrame | CandidateSites] | None = None,
    proposals: Proposal | Sequence[Proposal] = (),
    about: About | None = None,
    costs: Mapping[str, float] | None = None,
) -> Explorer:
    """Show the what-if of the report in a notebook: map, limit, switches, figures. No network.

    Parameters
    ----------
    assessment
        The state that it starts from.
    service
        Id of the service that is shown first; None for the first one.
    candidates
        Where each service could be built, as :func:`gapmap.propose_sites` takes them, or
        ``study.candidates``. A service that is not in it has those of its proposal, if any.
    proposals
        Proposed sites, which one button builds.
    about
        Its language, and what stands on the map.
    costs
        What a site of a service costs where its candidate does not say, as ``cost`` in the
        study's ``[siting]`` block.

    Returns
    -------
    Explorer
        A widget. ``scenario`` is what is switched, both ways: a dictionary as the JSON file of
        ``gapmap run --scenario``. ``assessment()`` measures that state with the engine. What the
        widget cannot show (a facility that stays on, a limit between the stops) is refused.

    Raises
    ------
    MethodError
        Where anywidget is not installed, or for a service that was not measured.
    """
    try:
        import anywidget  # noqa: F401, PLC0415 - an extra, asked for where it is used
    except ImportError as error:
        raise MethodError(
            "gm.explore needs anywidget, which is not installed: pip install anywidget "
            "(or 'gapmap[notebook]'), then restart the kernel and reload the page",
            "gm.explore 需要 anywidget,但尚未安装:请运行 pip install anywidget"
            "(或 'gapmap[notebook]'),然后重启内核并刷新页面",
        ) from error
    from gapmap.widget.explorer import make_explorer  # noqa: PLC0415 - it imports anywidget

    chosen = (proposals,) if isinstance(proposals, Proposal) else tuple(proposals)
    access = assessment.access
    if service is None and access.services:
        service = access.services[0].id
    first = service_of(access, service).id
    for named in costs or {}:
        service_of(access, named)
    found = _candidates(assessment, candidates or {}, chosen)
    return make_explorer(assessment, first, found, chosen, about or About(), costs=costs)


def _candidates(
    assessment: Assessment,
    given: Mapping[str, str | gpd.GeoDataFrame | CandidateSites],
    proposals: Sequence[Proposal],
) -> dict[str, CandidateSites]:
    """Give where each service could be built; its proposal's candidates where nobody says."""
    access = assessment.access
    own = {one.service: one.candidates for one in proposals if one.candidates is not None}
    modes = {one.id: one.mode for one in access.services}
    found = {}
    for service, candidates in {**own, **given}.items():
        if isinstance(candidates, CandidateSites):
            found[service] = candidates
            continue
        mode = (modes[service],) if service in modes else ()
        table = candidate_sites(access.places, candidates, network=access.network, modes=mode)
        found[service] = CandidateSites(table=table)
    return found
