"""Positions and datums: exchanged, forgotten, filled in, of another system."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from corpus.city import FACILITIES, VILLAGES, Case, csv, district_features, feature, geojson
from gapmap import convert_datum

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["CASES", "ROADS", "SHELTER_DATUM", "write_streets"]


def places(**cells: tuple[str, str]) -> Callable[[Path], None]:
    """Write villages with other coordinates in some rows, named ``r4`` and so on."""
    rows = [list(row) for row in VILLAGES]
    for name, (x, y) in cells.items():
        rows[int(name[1:]) - 1][3:5] = [x, y]
    return lambda folder: csv(folder / "villages.csv", rows)


def _all_swapped(folder: Path) -> None:
    csv(
        folder / "villages.csv",
        [VILLAGES[0], *[[*r[:3], r[4], r[3], *r[5:]] for r in VILLAGES[1:]]],
    )


def _swapped_far_west(folder: Path) -> None:
    """Move the city to Iceland, where either order gives a position on the globe."""
    ring = [[-22.2, 64.0], [-21.6, 64.0], [-21.6, 64.3], [-22.2, 64.3], [-22.2, 64.0]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    geojson(folder / "districts.geojson", [feature(shape, adcode="440403", name="A")])
    rows = [
        [*r[:2], "440403", f"{-22.1 + 0.03 * n:.3f}", "64.1", r[5]]
        for n, r in enumerate(VILLAGES[1:])
    ]
    rows[3][3:5] = rows[3][4:2:-1]
    csv(folder / "villages.csv", [VILLAGES[0], *rows])
    csv(folder / "shelters.csv", [FACILITIES[0], ["T01", "A", "-22.0", "64.1", "2012-01-01", "9"]])


def _shifted(rows: Sequence[Sequence[str]], at: int, target: str) -> list[list[str]]:
    lon = np.array([float(row[at]) for row in rows[1:]])
    lat = np.array([float(row[at + 1]) for row in rows[1:]])
    x, y = convert_datum(lon, lat, source="wgs84", target=target)
    return [
        list(rows[0]),
        *(
            [*row[:at], f"{a:.6f}", f"{b:.6f}", *row[at + 2 :]]
            for row, a, b in zip(rows[1:], x, y, strict=True)
        ),
    ]


def write_streets(folder: Path) -> None:
    """Write 40 shelters on a web of crooked streets, and the streets themselves."""
    random = np.random.default_rng(4)
    lines, points = [], []
    for number in range(60):
        x0, y0 = random.uniform(113.12, 113.46), random.uniform(22.12, 22.38)
        turn = random.uniform(0, 2 * np.pi)
        along = np.linspace(0, 0.03, 12)
        bend = np.cumsum(random.normal(0, 0.1, 12))
        x, y = x0 + along * np.cos(turn + bend), y0 + along * np.sin(turn + bend)
        lines.append(
            feature(
                {"type": "LineString", "coordinates": np.column_stack((x, y)).tolist()},
                highway="residential",
            )
        )
        if number < 40:
            points.append((x[5], y[5]))
    geojson(folder / "roads.geojson", lines)
    rows = [
        [f"T{n:02d}", f"{n}号亭", f"{x:.6f}", f"{y:.6f}", "2012-01-01", "9"]
        for n, (x, y) in enumerate(points)
    ]
    csv(folder / "shelters.csv", [FACILITIES[0], *rows])


def write_streets_gcj02(folder: Path) -> None:
    write_streets(folder)
    text = (folder / "shelters.csv").read_text("utf-8-sig")
    rows = [line.split(",") for line in text.splitlines()]
    csv(folder / "shelters.csv", _shifted(rows, 2, "gcj02"))


def _streets_moved(folder: Path) -> None:
    """Write the streets themselves as an internet map gives them."""
    write_streets(folder)
    told = json.loads((folder / "roads.geojson").read_text("utf8"))["features"]
    for one in told:
        x, y = np.array(one["geometry"]["coordinates"]).T
        lonlat = np.column_stack(convert_datum(x, y, source="wgs84", target="gcj02"))
        one["geometry"]["coordinates"] = lonlat.tolist()
    geojson(folder / "roads.geojson", told)


ROADS = {
    "[services.bus_shelter]": (
        '[network]\nlines = "roads.geojson"\ndatum = "wgs84"\n\n[services.bus_shelter]'
    )
}
SHELTER_DATUM = 'floor_area_m2 = "面积"\ndatum = "wgs84"'
ON_AUTO = {**ROADS, SHELTER_DATUM: SHELTER_DATUM.replace("wgs84", "auto")}
ROADS_UNNAMED = {
    "[services.bus_shelter]": '[network]\nlines = "roads.geojson"\n\n[services.bus_shelter]'
}
ON_DETECT = {**ROADS, SHELTER_DATUM: SHELTER_DATUM.replace("wgs84", "detect")}


def _antimeridian(folder: Path) -> None:
    ring = [[179.8, -17.0], [-179.8, -17.0], [-179.8, -16.6], [179.8, -16.6], [179.8, -17.0]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    geojson(folder / "districts.geojson", [feature(shape, adcode="440403", name="A")])
    lon = [f"{179.85 + 0.02 * n - (360 if 179.85 + 0.02 * n > 180 else 0):.3f}" for n in range(12)]
    rows = [[*r[:2], "440403", x, "-16.8", r[5]] for r, x in zip(VILLAGES[1:], lon, strict=True)]
    csv(folder / "villages.csv", [VILLAGES[0], *rows])
    csv(folder / "shelters.csv", [FACILITIES[0], ["T01", "A", "179.9", "-16.8", "2012-01-01", "9"]])


def _district_in_gcj02(folder: Path) -> None:
    told = []
    for one in district_features():
        ring = np.array(one["geometry"]["coordinates"][0])
        x, y = convert_datum(ring[:, 0], ring[:, 1], source="wgs84", target="gcj02")
        shape = {"type": "Polygon", "coordinates": [np.column_stack((x, y)).tolist()]}
        told.append({**one, "geometry": shape})
    geojson(folder / "districts.geojson", json.loads(json.dumps(told)))


CASES = [
    Case(
        name="one-row-swapped",
        spoil=places(r4=("22.195", "113.18")),
        expect=[("position-swapped", 4)],
        rows={"villages.csv": (12, 11, 1, 0)},
    ),
    Case(
        name="one-row-swapped-no-repair",
        expect=[("position-swap-left", 4)],
        study={'language = "en"': 'language = "en"\nrepair = "none"'},
        spoil=places(r4=("22.195", "113.18")),
        rows={"villages.csv": (12, 12, 0, 0)},
    ),
    Case(
        name="all-rows-swapped",
        expect=[("position-swapped", 2), ("position-swapped", 3), ("position-swapped", 4)],
        spoil=_all_swapped,
        rows={"villages.csv": (12, 0, 12, 0)},
    ),
    Case(
        name="one-row-swapped-in-iceland",
        spoil=_swapped_far_west,
        expect=[("position-swapped", 5)],
        rows={"villages.csv": (12, 11, 1, 0)},
    ),
    Case(name="null-island", spoil=places(r4=("0", "0")), expect=[("position-zero", 4)]),
    Case(name="sentinel", expect=[("position-filler", 4)], spoil=places(r4=("999", "999"))),
    Case(name="one-coordinate", spoil=places(r4=("113.18", "")), expect=[("position-half", 4)]),
    Case(name="no-coordinates", spoil=places(r4=("", "")), expect=[("position-empty", 4)]),
    Case(
        name="words-for-coordinates",
        spoil=places(r4=("见附图", "")),
        expect=[("position-unreadable", 4)],
    ),
    Case(
        name="decimal-point-moved",
        expect=[("position-slip", 4)],
        spoil=places(r4=("1131.8", "22.195")),
    ),
    Case(
        name="some-rows-in-metres",
        expect=[("position-metres-left", 4)],
        spoil=places(r4=("415500", "2455700")),
    ),
    Case(name="far-outside", spoil=places(r4=("116.4", "39.9")), expect=[("place-outside", 4)]),
    Case(
        name="one-spot-for-many",
        expect=[("positions-alike", 2), ("place-other-district", 8), ("place-other-district", 9)],
        spoil=places(**{f"r{row}": ("113.2000", "22.2000") for row in range(2, 13)}),
    ),
    Case(
        name="two-decimals",
        expect=[("place-near-border", 2), ("place-other-district", 8)],
        spoil=places(
            **{
                f"r{n + 1}": (f"{float(r[3]):.1f}", f"{float(r[4]):.1f}")
                for n, r in enumerate(VILLAGES)
                if n
            }
        ),
    ),
    Case(name="antimeridian", expect=[("position-turned", 1)], spoil=_antimeridian, usable=True),
    Case(
        name="shelters-on-their-streets",
        expect=[("datum-assumed", None)],
        study=ON_AUTO,
        spoil=write_streets,
        never=["datum-contradicted"],
    ),
    Case(
        name="shelters-in-gcj02",
        study=ON_AUTO,
        spoil=write_streets_gcj02,
        expect=[("datum-contradicted", None)],
    ),
    Case(
        name="shelters-in-gcj02-detected",
        study=ON_DETECT,
        spoil=write_streets_gcj02,
        expect=[("datum-detected", None)],
    ),
    Case(
        name="roads-in-gcj02",
        study={**ON_AUTO, **ROADS_UNNAMED},
        spoil=_streets_moved,
        expect=[("datum-contradicted-roads", None)],
        never=["datum-contradicted"],
    ),
    Case(
        name="detect-by-roads-of-no-known-datum",
        study={**ON_DETECT, **ROADS_UNNAMED},
        spoil=write_streets,
        expect=[("datum-undecided", None)],
        usable=False,
    ),
    Case(
        name="detect-without-evidence",
        study={SHELTER_DATUM: SHELTER_DATUM.replace("wgs84", "detect")},
        expect=[("datum-undecided", None)],
        usable=False,
    ),
]
