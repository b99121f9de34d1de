"""What has to be reached, row by row; whether it did stands in the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.measuring import Row

__all__ = ["Goal", "goals_of", "judge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """At least so many times as fast as peers; at most so much of something.

    Attributes
    ----------
    faster
        By peer: its CPU time over ours.
    floors
        Our CPU time over the floor's time, at most.
    seconds, peak_mb
        At most.
    bytes_each
        Memory beyond the input for each node, at most.
    gap
        Between a value and its proven bound, as a share of the value, at most.
    file_mb, first_paint_seconds
        Size of a page and time until a browser shows it, at most.
    click_to_paint_ms
        From a click on the page until the browser has painted, at most.
    """

    faster: dict[str, float]
    floors: float | None = None
    seconds: float | None = None
    peak_mb: float | None = None
    bytes_each: float | None = None
    gap: float | None = None
    file_mb: float | None = None
    first_paint_seconds: float | None = None
    click_to_paint_ms: float | None = None


_NEAREST = {"networkit": 2.5, "networkx": 25.0, "pandana": 40.0}
_GOALS = {
    "nearest": Goal(faster=_NEAREST | {"scipy": 1 / 0.6}),
    "nearest_many": Goal(faster={}, floors=2),
    "order_prepare": Goal(faster={}, seconds=60),
    "pairs_within": Goal(faster={"pandana": 7.0, "scipy": 2.5}),
    "k_nearest": Goal(faster={"pandana": 8.0}),
    "snap": Goal(faster={"shapely": 5.0}),
    "check_600k": Goal(faster={}, seconds=20),
    "surface": Goal(faster={"xarray-spatial": 10.0, "scikit-image": 15.0}),
    "surface_winding": Goal(faster={"buckets": 1 / 1.3}),
    "surface_noise": Goal(faster={"buckets": 1 / 1.3}),
    "surface_slope": Goal(faster={"r.walk": 5.0}),
    "zonal": Goal(faster={"exactextract": 20.0}, peak_mb=2000),
    "supply": Goal(faster={"access": 100.0, "bincount": 2.0}),
    "vary": Goal(faster={"measure_access": 10.0}, seconds=60),
    "mclp": Goal(faster={"spopt": 20.0}),
    "mclp_large": Goal(faster={}, seconds=60, peak_mb=2000, gap=0.01),
    "p_median": Goal(faster={}, seconds=120, gap=0.0),
    "p_median_large": Goal(faster={}, seconds=120, gap=0.015),
    "report_350": Goal(faster={}, file_mb=1, first_paint_seconds=1),
    "report_20k": Goal(faster={}, file_mb=6, first_paint_seconds=4),
    "whatif_350": Goal(faster={}, file_mb=1, click_to_paint_ms=40),
    "whatif_5000": Goal(faster={}, click_to_paint_ms=60),
    "whatif_20000": Goal(faster={}, file_mb=6, click_to_paint_ms=120),
    "lscp": Goal(faster={"spopt": 20.0}, gap=0.0),
    "lscp_large": Goal(faster={}, seconds=60, peak_mb=2000, gap=0.05),
    "osm_read": Goal(faster={"osmnx": 3.0}, seconds=60, peak_mb=3000),
}
_BIG_NODES = 4_000_000
_SMALL_MAP = "Westfjords"


_OF_PAGES = {
    "file_mb": "{:.2f} of {:g} MB",
    "first_paint_seconds": "first paint {:.2f} of {:g} s",
    "click_to_paint_ms": "click to paint {:.0f} of {:g} ms",
}


def goals_of(row: Row) -> Goal | None:
    """Give the goal of a row, by its work and size."""
    if row["work"] == "nearest" and row.get("per", 0) >= _BIG_NODES:
        return Goal(faster=_NEAREST | {"scipy": 1 / 0.75}, bytes_each=50)
    if row["work"] == "osm_read" and row["size"].startswith(_SMALL_MAP):
        return None
    if row["work"] == "nearest_many" and "batch" not in row["size"]:
        return None
    if row["work"] == "snap" and "600k" not in row["size"]:
        return None  # set for as many points; with few, laying the index is nearly all
    if row["work"] in {"mclp", "lscp"} and not row["size"].startswith("2k x 2k"):
        return None  # set for that size
    return _GOALS.get(row["work"])


def judge(row: Row) -> Row:
    """Give the row with what it had to reach and whether it did.

    A ratio is judged by CPU time, as the goals were set; where a peer runs in several threads and
    the ratio of elapsed time falls short, that is said.
    """
    goal, row = goals_of(row), row.copy()
    if goal is None:
        return row
    said = [_ratio(row, peer, least) for peer, least in goal.faster.items() if peer in row["peers"]]
    if goal.floors is not None and row["floor"]:
        floors = row["cpu_seconds"] / row["floor"]
        said.append((f"{floors:.2f} of {goal.floors:g} floors", floors <= goal.floors))
    if goal.seconds is not None:
        said.append((f"{row['seconds']:.1f} of {goal.seconds:g} s", row["seconds"] < goal.seconds))
    if goal.peak_mb is not None:
        peak_mb = row["peak_mb"]
        said.append((f"{peak_mb:.0f} of {goal.peak_mb:g} MB", peak_mb < goal.peak_mb))
    if goal.bytes_each is not None and row.get("per"):
        each = row["above_mb"] * 1024 * 1024 / row["per"]
        said.append((f"{each:.0f} of {goal.bytes_each:g} bytes a node", each < goal.bytes_each))
    if goal.gap is not None:
        said.append((f"gap {row['gap']:.2%} of {goal.gap:.1%}", row["gap"] <= goal.gap))
    for key, words in _OF_PAGES.items():
        value, most = row.get(key), getattr(goal, key)
        if value is not None and most is not None:
            said.append((words.format(value, most), value < most))
    if said:
        row["goal"] = "; ".join(words if good else f"MISSED {words}" for words, good in said)
        row["met"] = all(good for _, good in said)
    return row


def _ratio(row: Row, peer: str, least: float) -> tuple[str, bool]:
    by_cpu = row["peers_cpu"][peer] / row["cpu_seconds"]
    by_clock = row["peers"][peer] / row["seconds"]
    words = f"{by_cpu:.3g} x {peer} (at least {least:.3g})"
    if by_cpu >= least > by_clock:
        words += f", by the clock {by_clock:.3g} x"
    return words, by_cpu >= least
