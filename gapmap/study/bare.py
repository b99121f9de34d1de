"""Districts, towns and groups of which sums cannot tell: without a place, or of one name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapmap.findings import finding
from gapmap.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapmap.findings import Finding
    from gapmap.places import Places
    from gapmap.region import Region

__all__ = ["name_bare"]


def name_bare(places: Places, *, file: str) -> Iterator[Finding]:
    """Name what the study (``file``) draws or lists and knows no place of, or has two of a name."""
    region = places.region
    yield from _namesakes(region, file)
    kinds = (
        ("district", region.districts, "district-without-places"),
        ("town", region.towns, "town-without-places"),
    )
    for kind, table, code in kinds:
        held = set(places.table[f"{kind}_id"])
        bare = table[~table[f"{kind}_id"].isin(held)]
        if len(bare):
            yield finding(code, file=file, count=len(bare), **listed(bare[kind]))
    known = set(places.table["district_id"])
    bare_groups = [name for name, ids in region.groups.items() if known.isdisjoint(ids)]
    if bare_groups:
        yield finding(
            "group-without-places", file=file, count=len(bare_groups), **listed(bare_groups)
        )


def _namesakes(region: Region, file: str) -> Iterator[Finding]:
    """Name districts of one name: where towns name no district of the plan, it is their name."""
    names = region.districts["district"].astype(str)
    twice = names[names.duplicated() & (names != "")].unique()
    if len(twice):
        yield finding("district-namesakes", file=file, count=len(twice), **listed(twice))
