"""What the section on kinds of gap shows: plain values, fit for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gapmap.drawing import plain
from gapmap.report.tables import columns
from gapmap.typology import MOST_PLACES

if TYPE_CHECKING:
    from gapmap.typology import GapKinds

__all__ = ["kinds_content"]

MOST_CLUSTERS: Final = 2000
"""Clusters that the page holds, those with the most people; ``clusters.csv`` has all."""
_LEFT_OUT: Final = ("criterion", "features", "features_left_out")


def kinds_content(kinds: GapKinds) -> dict[str, object]:
    """Give the groups, which place is in which, how sure they are, and the clusters.

    Places are told by their number in the order of all places.
    """
    number = {place: at for at, place in enumerate(kinds.places["place_id"])}
    shown = kinds.clusters.sort_values("people", ascending=False, kind="stable")
    shown = shown.head(MOST_CLUSTERS).sort_index()
    found = kinds.grouping
    table = kinds.kinds.drop(columns=list(_LEFT_OUT))
    return {
        "clear": found.clear,
        "reason": found.reason,
        "silhouette": plain([found.silhouette])[0],
        "rand": plain([found.rand_reseeded, found.rand_resampled]),
        "grouped": len(found.label),
        "by": "share_lacked" if "share_lacked" in kinds.features else "services",
        "fitted": found.fitted,
        "kinds": columns(table),
        "kind": plain(kinds.places["kind_id"]),
        "standing": plain(kinds.places["standing"]),
        "services_unknown": plain(kinds.places["services_unknown"]),
        "nobody_has": list(kinds.nobody_has),
        "clusters": {
            **columns(shown.drop(columns="member_ids")),
            "best": [number[one] for one in shown["best_place_id"]],
            "members": [list(kinds.members[at]) for at in shown.index],
        },
        "clusters_all": len(kinds.clusters),
        "most_places": MOST_PLACES,
        "cut": [dict(one.facts)["service"] for one in kinds.findings],
    }
