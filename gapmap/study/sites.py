"""Where each service of a study could be built: points from files, and what rules them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gapmap.candidates import read_candidates
from gapmap.facilities import facilities_at
from gapmap.siting import SiteGround, find_candidates
from gapmap.study.inputs import candidate_file
from gapmap.studyfile import SharingEntry, SitingEntry

if TYPE_CHECKING:
    import geopandas as gpd

    from gapmap.access import Service
    from gapmap.candidates import Candidates
    from gapmap.facilities import Facilities
    from gapmap.network import Network
    from gapmap.places import Places
    from gapmap.region import Region
    from gapmap.siting import CandidateSites
    from gapmap.siting.excluding import Layers
    from gapmap.study.datums import Datums
    from gapmap.studyfile import StudyFile

__all__ = ["SiteInputs", "points_of", "services_of", "sites_of"]


class SiteInputs(NamedTuple):
    """What candidates are found by, besides what their block says."""

    places: Places
    network: Network | None
    facilities: Facilities
    services: tuple[Service, ...]
    layers: Layers


def services_of(entry: SitingEntry | SharingEntry) -> tuple[str, ...]:
    """Give the ids of the services that a block is about."""
    return (entry.service,) if isinstance(entry, SitingEntry) else entry.services


def points_of(
    entry: SitingEntry | SharingEntry, file: StudyFile, region: Region, datums: Datums
) -> Candidates | None:
    """Read the file that holds a block's candidates; None where a word names them.

    Raises
    ------
    InputError
        It cannot be used.
    """
    path = candidate_file(file, entry)
    if path is None:
        return None
    return datums.settle_candidates(
        lambda datum: read_candidates(
            path,
            region,
            datum=datum,
            repair=file.repair,
            cost_column=entry.cost_column,
            cost=entry.cost,
        ),
        entry.datum,
        region,
    )


def sites_of(
    entry: SitingEntry | SharingEntry, points: gpd.GeoDataFrame | None, inputs: SiteInputs
) -> CandidateSites:
    """Find where a block's services could be built.

    Facilities count as existing at the study's date, in a programme at that of its start.

    Parameters
    ----------
    entry
        The block.
    points
        Of :func:`points_of`; None where a word names them.

    Raises
    ------
    InputError, MethodError
        As :func:`gapmap.siting.find_candidates`.
    """
    asked = services_of(entry)
    start = entry.start if isinstance(entry, SitingEntry) else None
    facilities = inputs.facilities if start is None else facilities_at(inputs.facilities, start)
    return find_candidates(
        inputs.places,
        entry.candidates if points is None else points,
        rules=entry.rules,
        ground=SiteGround(
            tuple(one for one in inputs.services if one.id in asked), inputs.network, facilities
        ),
        layers=inputs.layers,
    )
