"""What the section on how sure the figures are shows: plain values, fit for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gapmap.drawing import plain
from gapmap.report.tables import columns
from gapmap.sensitivity import CERTAINTIES

if TYPE_CHECKING:
    import pandas as pd

    from gapmap.sensitivity import Assumptions, Varied

__all__ = ["sure_content"]

_INTERVAL: Final = (
    *("service", "group_kind", "group_id", "share_draw_low", "share_draw_high"),
    *("share_low_with_unknown", "share_high_with_unknown", "assessed_is"),
)
_TORNADO: Final = (
    *("service", "assumption", "low", "high", "share_people", "share_at_low", "share_at_high"),
    *("share_swing", "rank", "reason"),
)
_GAP: Final = ("difference_draw_low", "difference_draw_high", "share_same_sign")
_SITE: Final = ("service", "site_id", "name", "proposed", "chosen_share")


def sure_content(varied: Varied) -> dict[str, object]:
    """Give what was varied, the intervals, what matters most, and which places are uncertain.

    Gaps are told by their number in the table, those of towns stand in the file alone; targets are
    in the order of their table, certainties in that of the places.
    """
    certainty = varied.certainty
    return {
        "count": varied.count,
        "assumptions": _assumptions(varied.assumptions),
        "intervals": columns(varied.intervals, _INTERVAL),
        "gaps": _gaps(varied.differences),
        "tornado": columns(varied.tornado, _TORNADO),
        "certainties": list(CERTAINTIES),
        "places": {
            str(service): {
                "certainty": [CERTAINTIES.index(one) for one in rows["certainty"]],
                "covered": plain(rows["share_draws_covered"].round(4)),
            }
            for service, rows in certainty.groupby("service", sort=False)
        },
        "targets": plain(varied.targets["met_share_of_draws"]),
        "judged": int((varied.targets["draws"] > 0).sum()),
        "sites": columns(varied.sites, _SITE),
    }


def _gaps(differences: pd.DataFrame) -> dict[str, list[object]]:
    shown = differences[differences["comparison"] != "town-city"]
    drawn = shown[shown["difference_draw_low"].notna()]
    return columns(drawn, _GAP) | {"number": drawn.index.to_list()}


def _assumptions(held: Assumptions) -> dict[str, object]:
    return {
        "speed": held.speed,
        "position_m": held.position_m,
        "position_m_by_file": dict(held.position_m_by_file),
        "limit": held.limit,
        "limit_bases": list(held.limit_bases),
        "people": held.people,
        "people_common": held.people_common,
        "ferry_wait": held.ferry_wait,
        "ferry_wait_otherwise": held.ferry_wait_otherwise,
        "source": held.source,
    }
