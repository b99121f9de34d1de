"""Districts, towns and groups in which no place lies: no sum has a row of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapmap.findings import finding
from gapmap.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapmap.findings import Finding
    from gapmap.places import Places

__all__ = ["name_bare"]


def name_bare(places: Places, *, file: str) -> Iterator[Finding]:
    """Name what the study (``file``) draws or lists, and knows no place of."""
    region = places.region
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
