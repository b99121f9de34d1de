"""More places than one page can hold: an overview, and a page for each district or town.

The overview has every figure of the whole study and colours districts (or towns, where a district
alone is too large) by the share that is covered; their pages have the places. A town that is still
too large has several pages, as even as may be, each with the figures of the whole town; so has a
district where not every place names its town. What a page holds of others is what serves its
places.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from gapmap.drawing import brief, plain
from gapmap.words import word

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from gapmap.access import Access
    from gapmap.assessment import Assessment

__all__ = [
    "FOLDER",
    "MOST_PLACES",
    "Part",
    "assessment_of",
    "overview_of",
    "parts_of",
    "told_parts",
]

MOST_PLACES: Final = 20_000
"""Places that one page can hold; see docs/performance.md."""
FOLDER: Final = "report_files"
_ODD: Final = re.compile(r"[^0-9A-Za-z_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The places of one district or town, or some of them, with a page of their own.

    Attributes
    ----------
    kind, id, name
        ``district`` or ``town``, its id, and what it is called; both are empty for places whose
        district nobody knows.
    file
        Name of the page in the folder :data:`FOLDER`.
    rows
        Numbers of its places.
    piece, pieces
        Which of how many pages of the same district or town it is.
    """

    kind: str
    id: str
    name: str
    file: str
    rows: NDArray[np.int64]
    piece: int = 1
    pieces: int = 1

    def title(self, language: str) -> str:
        """Give what it is called, with which of several pages it is, as ``partTitle`` does."""
        name = self.name or word("district_not_known", language)
        return name if self.pieces == 1 else f"{name} ({self.piece}/{self.pieces})"


def parts_of(assessment: Assessment) -> list[Part]:
    """Cut the places by district, or by town where a district has more than a page can hold.

    A town that has more, too, is cut into pieces of consecutive rows, as even as may be. Where some
    place names no town, districts are cut so: those without a town may be of several districts.
    """
    table = assessment.access.places.table
    largest = table["district_id"].value_counts().max()
    by_town = largest > MOST_PLACES and bool((table["town_id"] != "").all())
    kind = "town" if by_town else "district"
    made: list[Part] = []
    for code, rows in table.groupby(f"{kind}_id", sort=True, dropna=False).indices.items():
        name = next((str(one) for one in table[kind].iloc[rows] if one), str(code))
        pieces = -(-len(rows) // MOST_PLACES)
        for piece, own in enumerate(np.array_split(np.sort(rows), pieces)):
            file = f"{len(made) + 1:03d}_{_ODD.sub('_', str(code))}.html"
            made.append(
                Part(
                    kind=kind, id=str(code), name=name, file=file, rows=own,
                    piece=piece + 1, pieces=pieces,
                )
            )  # fmt: skip
    return made


def overview_of(assessment: Assessment) -> Assessment:
    """Give the assessment without its single places; the figures stay those of all of them."""
    none = np.empty(0, dtype=np.int64)
    return replace(assessment, access=_access_of(assessment.access, none, ""))


def assessment_of(assessment: Assessment, part: Part) -> Assessment:
    """Give the assessment of one part: its figures in the place of the whole's.

    Gaps, inequality, targets and islands are those of the whole study and stand in the overview.
    """
    told = assessment.coverage
    own = told[(told["group_kind"] == part.kind) & (told["group_id"] == part.id)]
    return replace(
        assessment,
        access=_access_of(assessment.access, part.rows, part.id if part.kind == "district" else ""),
        coverage=own.assign(group_kind="city").reset_index(drop=True),
        gaps=assessment.gaps.iloc[:0],
        equity=assessment.equity.iloc[:0],
        targets=assessment.targets.iloc[:0],
        islands=assessment.islands.iloc[:0],
    )


def told_parts(assessment: Assessment, parts: list[Part]) -> dict[str, object]:
    """Give what the overview says of the parts, in their order: columns, and shares by service."""
    told = assessment.coverage
    by_unit = told[told["group_kind"] == parts[0].kind].set_index(["service", "group_id"])
    people = assessment.access.places.table["people"].to_numpy(dtype=float)
    share = by_unit["share_people"].to_dict()
    return {
        "kind": parts[0].kind,
        "id": [part.id for part in parts],
        "name": [part.name for part in parts],
        "piece": [part.piece for part in parts],
        "pieces": [part.pieces for part in parts],
        "file": [f"{FOLDER}/{part.file}" for part in parts],
        "places": [len(part.rows) for part in parts],
        "people": brief([float(np.nansum(people[part.rows])) for part in parts]),
        "share": {
            service.id: brief(plain([share.get((service.id, part.id)) for part in parts]))
            for service in assessment.access.services
        },
    }


def _access_of(access: Access, rows: NDArray[np.int64], district: str) -> Access:
    """Keep some places, what serves them, and, of a district's page, only its own outline."""
    count = len(access.places.table)
    kept = np.concatenate([rows + count * at for at in range(len(access.services))] or [rows])
    table = access.table.iloc[kept].reset_index(drop=True)
    places = access.places
    region = places.region
    if district:
        own = region.districts[region.districts["district_id"] == district]
        region = replace(region, districts=own.reset_index(drop=True))
    polygons = places.polygons
    chosen = set(places.table["place_id"].iloc[rows])
    return replace(
        access,
        table=table,
        places=replace(
            places,
            table=places.table.iloc[rows].reset_index(drop=True),
            region=region,
            polygons=None if polygons is None else polygons.iloc[rows].reset_index(drop=True),
        ),
        routes=access.routes[access.routes["place_id"].isin(chosen)],
        facilities=replace(
            access.facilities, table=_serving(access, table, region.districts if district else None)
        )
        if len(rows)
        else access.facilities,
        surface=None,
        fields={},
    )


def _serving(
    access: Access, table: pd.DataFrame, districts: gpd.GeoDataFrame | None
) -> gpd.GeoDataFrame:
    """Give the facilities that are nearest to the kept places, and those inside the district."""
    pool = access.facilities.table
    wanted = pool["facility_id"].isin(table["facility_id"].unique())
    if districts is not None:
        wanted |= pool.geometry.within(districts.geometry.union_all())
    return pool[wanted].reset_index(drop=True)
