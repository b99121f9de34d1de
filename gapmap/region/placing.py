"""What is said of a whole file about where its points lie in the region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gapmap.findings import finding

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from gapmap.region.rows import Ledger
    from gapmap.region.value import Region

__all__ = ["say_outside", "say_overlaps"]

OUTSIDE_SHARE: Final = 0.05
"""Where more of a file's rows lie outside, the cause is rather in the file than in the rows."""
OUTSIDE_FEWEST: Final = 5
_ROWS_NAMED: Final = 10
_CODES_NAMED: Final = 5


def say_overlaps(ledger: Ledger, several: pd.Series) -> None:
    """Say how many points lie in two polygons or more; ``several`` holds their ids, else ``""``."""
    which = several != ""
    if not which.any():
        return
    rows, pairs = list(several.index[which]), list(dict.fromkeys(several[which]))
    ledger.add(
        [
            finding(
                "point-in-overlap",
                file=ledger.table.file,
                row=int(rows[0]),
                value=several[which].iloc[0],
                count=len(rows),
                rows=_shown(rows, _ROWS_NAMED, ", "),
                codes=_shown(pairs, _CODES_NAMED, "; "),
            )
        ]
    )


def _shown(values: list[object], most: int, between: str) -> str:
    return between.join(str(one) for one in values[:most]) + (" …" if len(values) > most else "")


def say_outside(ledger: Ledger, points: gpd.GeoSeries, outside: pd.Series, region: Region) -> None:
    """Doubt the whole file where more than one in twenty of its points lie outside the region."""
    known, count = int(points.notna().sum()), int(outside.sum())
    if count < OUTSIDE_FEWEST or count <= OUTSIDE_SHARE * known:
        return
    away = points[outside].to_numpy()
    tree = shapely.STRtree(region.districts.geometry.to_numpy())
    (point, _), metres = tree.query_nearest(away, return_distance=True, all_matches=False)
    said = finding(
        "positions-outside",
        file=ledger.table.file,
        row=int(outside.index[outside][0]),
        count=count,
        total=known,
        percent=f"{100 * count / known:.0f}",
        km=f"{np.median(metres[np.argsort(point)]) / 1000:.1f}",
    )
    ledger.add([said])
