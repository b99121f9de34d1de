"""Figures, certificates and projects that no geometry gives: simulated."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from zhuhai_build.land import draw
from zhuhai_build.sites import zone
from zhuhai_build.write import SIMULATED, Row, write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from zhuhai_build.villages import Town, Village

PART = 8
YEARS = (2011, 2012, 2013, 2014)
# Indicator -> the city's figure in each of YEARS. Three of the plan's indicators have no figure
# on purpose (property_management, wubao_support, broadcast_internet): they are not measurable.
CITY = {
    "rural_pension": (0.9975, 0.9981, 0.9984, 0.9986),
    "inpatient_payment": (0.80, 0.85, 0.90, 0.90),
    "employment_satisfaction": (0.79, 0.82, 0.84, 0.848),
    "skill_tests": (27_400, 30_800, 31_900, 33_200),
    "employment_rate": (0.80, 0.82, 0.83, 0.84),
    "unemployment": (0.0262, 0.0258, 0.0251, 0.0246),
    "social_security_card": (0.31, 0.48, 0.66, 0.79),
    "rural_film": (0.90, 0.95, 0.98, 0.99),
}
DISTRICT = {  # the same for districts, where a district reports it
    ("440402", "social_security_card"): (0.38, 0.55, 0.72, 0.85),
    ("440403", "social_security_card"): (0.20, 0.37, 0.55, 0.68),
    ("440404", "social_security_card"): (0.24, 0.41, 0.60, 0.73),
    ("440402", "rural_pension"): (0.9980, 0.9985, 0.9988, 0.9990),
    ("440403", "rural_pension"): (0.9968, 0.9976, 0.9980, 0.9982),
    ("440404", "rural_pension"): (0.9972, 0.9979, 0.9982, 0.9984),
    ("440403", "dibao_urban"): (380, 410, 450, 500),
    ("440403", "dibao_rural"): (300, 345, 400, 465),
}
# Certificate -> share of city, western and island places that get it, and its last year.
OF_VILLAGES = {
    "sanitary_village": ({"city": 0.9, "west": 0.8, "rural": 0.74, "island": 0.6}, 2014),
    "eco_village": ({"city": 0.9, "west": 0.85, "rural": 0.82, "island": 0.7}, 2013),
}
OF_TOWNS = {
    "sanitary_town": ("莲洲镇", "担杆镇"),  # towns that have it not
    "eco_town": ("莲洲镇", "担杆镇", "南水镇"),
}
# Project, the state that it reached, and when: a project may have several lines.
PROJECTS = (
    ("hu_xin_lu_kou_interchange", "planned", dt.date(2012, 3, 1)),
    ("hu_xin_lu_kou_interchange", "started", dt.date(2013, 5, 20)),
    ("hospital_jinwan", "started", dt.date(2013, 10, 1)),
    ("hospital_pingsha", "started", dt.date(2012, 8, 1)),
    ("hospital_pingsha", "built", dt.date(2014, 6, 30)),
    ("hospital_gaoxin", "started", dt.date(2011, 12, 1)),
    ("hospital_gaoxin", "built", dt.date(2013, 9, 28)),
    ("health_supervision_xiangzhou", "in_place", dt.date(2012, 11, 1)),
    ("health_supervision_jinwan", "in_place", dt.date(2013, 7, 1)),
    ("concert_hall_shizimen", "under_way", dt.date(2012, 6, 1)),
    ("arts_centre_west", "under_way", dt.date(2013, 4, 1)),
    ("sports_centre_xiangzhou", "planned", dt.date(2013, 1, 1)),
)


def write_records(villages: list[Village], towns: dict[str, Town], folder: Path) -> None:
    """Write ``indicators.csv``, ``certificates.csv`` and ``milestones.csv``."""
    write_csv(folder / "indicators.csv", _indicators())
    write_csv(folder / "certificates.csv", _certificates(villages, towns))
    write_csv(
        folder / "milestones.csv",
        [
            {"milestone": name, "state": state, "date": day, "data_origin": SIMULATED}
            for name, state, day in PROJECTS
        ],
    )


def _indicators() -> list[Row]:
    series = {("city", name): values for name, values in CITY.items()} | DISTRICT
    return [
        {
            "district_id": area,
            "year": year,
            "indicator": name,
            "value": value,
            "data_origin": SIMULATED,
        }
        for (area, name), values in series.items()
        for year, value in zip(YEARS, values, strict=True)
    ]


def _certificates(villages: list[Village], towns: dict[str, Town]) -> list[Row]:
    random = draw(PART)
    rows: list[Row] = []
    for name, (shares, last) in OF_VILLAGES.items():
        for village in villages:
            lot, when = random.random(), random.random()
            if lot < shares[zone(village)]:
                rows.append(_certificate(village.code, name, 2010, last, when))
    for name, lacking in OF_TOWNS.items():
        for town in towns.values():
            when = random.random()
            if town.name.endswith("镇") and town.name not in lacking:
                rows.append(_certificate(town.code, name, 2010, 2014, when))
    return rows


def _certificate(area: str, name: str, first: int, last: int, when: float) -> Row:
    months = int((last - first + 1) * 12 * when)
    day = dt.date(first + months // 12, months % 12 + 1, 15)
    return {"area_id": area, "certificate": name, "date": day, "data_origin": SIMULATED}
