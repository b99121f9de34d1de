"""Small values made by hand: places, facilities and districts on a plane of metres."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from gapmap.access import Service
from gapmap.facilities import Facilities
from gapmap.places import Places
from gapmap.region import Region

if TYPE_CHECKING:
    from collections.abc import Sequence

CRS = pyproj.CRS("EPSG:4547")
X0, Y0 = 400_000.0, 2_460_000.0


def region(groups: dict[str, tuple[str, ...]] | None = None) -> Region:
    """Two districts side by side, 10 km each: d1 west of x = 10 km, d2 east of it."""
    boxes = [shapely.box(X0, Y0, X0 + 1e4, Y0 + 1e4), shapely.box(X0 + 1e4, Y0, X0 + 2e4, Y0 + 1e4)]
    districts = gpd.GeoDataFrame(
        {"district_id": ["d1", "d2"], "district": ["甲区", "乙区"]}, geometry=boxes, crs=CRS
    )
    towns = gpd.GeoDataFrame(
        {
            "town_id": ["t1", "t2"],
            "town": ["一镇", "二镇"],
            "district_id": ["d1", "d2"],
            "plan_district": ["甲区", "新区"],
        },
        geometry=gpd.GeoSeries([None, None], crs=CRS),
    )
    return Region(districts=districts, towns=towns, groups=groups or {"west": ("d1",)}, crs=CRS)


def places(rows: Sequence[dict[str, object]], *, groups: tuple[str, ...] = ()) -> Places:
    """Make places from rows with x, y in metres from the corner; the rest has defaults."""
    full = []
    for number, row in enumerate(rows):
        x, y = row.get("x"), row.get("y")
        district = str(row.get("district_id", "d1" if x is None or float(str(x)) < 1e4 else "d2"))
        full.append(
            {
                "place_id": f"p{number}",
                "place": f"村{number}",
                "town_id": {"d1": "t1", "d2": "t2"}.get(district, ""),
                "town": {"d1": "一镇", "d2": "二镇"}.get(district, ""),
                "district_id": district,
                "district": {"d1": "甲区", "d2": "乙区"}.get(district, ""),
                "plan_district": {"d1": "甲区", "d2": "新区"}.get(district, ""),
                "setting": "rural",
                "people": 100.0,
                "island": False,
                "position": "missing" if x is None else "ok",
                "file": "p.csv",
                "row": number + 2,
                **{k: v for k, v in row.items() if k not in ("x", "y")},
                "geometry": None if x is None else shapely.Point(X0 + x, Y0 + y),
            }
        )
    table = gpd.GeoDataFrame(full, geometry="geometry", crs=CRS)
    table["people"] = table["people"].astype(float)
    table["island"] = table["island"].astype("boolean")
    return Places(table=table, region=region(), groups=groups)


def facilities(
    rows: Sequence[dict[str, object]], *, services: tuple[str, ...] = ("clinic",)
) -> Facilities:
    """Make facilities from rows with x, y in metres from the corner; the rest has defaults."""
    full = [
        {
            "facility_id": f"f{number}",
            "facility": f"站{number}",
            "service": "clinic",
            "opened": pd.NaT,
            "closed": pd.NaT,
            "status": "",
            "in_use": "yes",
            "floor_area_m2": np.nan,
            "capacity": np.nan,
            "level": "",
            "qualifies": "yes",
            "failed": "",
            "counts": "yes",
            "place_id": "",
            "town_id": "",
            "district_id": "",
            "plan_district": "",
            "place_basis": "",
            "belongs": "",
            "position": "missing" if row.get("x") is None else "ok",
            "file": "f.csv",
            "row": number + 2,
            **{k: v for k, v in row.items() if k not in ("x", "y")},
            "geometry": None
            if row.get("x") is None
            else shapely.Point(X0 + float(str(row["x"])), Y0 + float(str(row["y"]))),
        }
        for number, row in enumerate(rows)
    ]
    columns = None if full else list(_COLUMNS)
    table = gpd.GeoDataFrame(full, columns=columns, geometry="geometry", crs=CRS)
    for name in ("opened", "closed"):
        table[name] = pd.to_datetime(table[name]).astype("datetime64[s]")
    table["row"] = table["row"].astype("Int64")
    return Facilities(table=table, date=dt.date(2014, 12, 31), services=services)


_COLUMNS = [
    "facility_id",
    "facility",
    "service",
    "opened",
    "closed",
    "status",
    "in_use",
    "floor_area_m2",
    "capacity",
    "level",
    "qualifies",
    "failed",
    "counts",
    "place_id",
    "town_id",
    "district_id",
    "plan_district",
    "place_basis",
    "belongs",
    "position",
    "file",
    "row",
    "geometry",
]


def clinic(limit: float = 500, *, mode: str = "straight", unit: str = "m") -> Service:
    """Give a service with a limit, straight unless said otherwise."""
    return Service(
        id="clinic",
        name={"zh": "卫生站", "en": "clinic"},
        mode=mode,
        limit=limit,
        limit_unit=unit,
        speed_kmh=6.0,
    )
