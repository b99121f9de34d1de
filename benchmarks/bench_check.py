"""``gapmap check`` on a table of 600,000 rows: read, judged, placed, and every row accounted for.

The peer only reads the same file into text, with none of the judging: what pandas takes for it is
what a planner would pay for the bare reading. The floor is decoding and splitting the text.
"""

from __future__ import annotations

import csv
import json
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xlsxwriter

from benchmarks.measuring import Peer, Row, compare, peak
from gapmap.study import check_study

if TYPE_CHECKING:
    from gapmap.study import Checked

__all__ = ["check_rows", "write_study"]

_STUDY = """
[study]
name = "six hundred thousand"
date = 2014-12-31

[districts]
path = "districts.geojson"
id = "code"
name = "name"
datum = "wgs84"

[places]
path = "villages.csv"
id = "code"
name = "name"
district = "district"
x = "lon"
y = "lat"
people = "people"
datum = "wgs84"

[[facilities]]
path = "{facilities}"
service = "shelter"
id = "id"
name = "name"
x = "lon"
y = "lat"
opened = "opened"
floor_area_m2 = "area"
datum = "wgs84"

[services.shelter]
mode = "straight"
limit_m = 500
"""


def check_rows(count: int, *, workbook: bool) -> Row:
    """Measure the check of a study whose facilities are so many rows of CSV or of a workbook."""
    with tempfile.TemporaryDirectory() as folder:
        table = write_study(Path(folder), count, workbook=workbook)
        peers = {"pandas": Peer(job=partial(_by_pandas, table), same=_same)}
        if not workbook:
            peers["floor"] = Peer(job=partial(_split, table), same=_same)
        return compare(
            "check_600k",
            f"{count:,} rows of {table.suffix[1:].upper()}, {table.stat().st_size / 1e6:.0f} MB",
            partial(check_study, Path(folder)),
            peers,
            memory=peak(_itself, check_study, Path(folder)),
        )


def write_study(folder: Path, count: int, *, workbook: bool) -> Path:
    """Write the study; one facility in a hundred has something wrong."""
    random = np.random.default_rng(7)
    ring = [[113.1, 22.1], [113.5, 22.1], [113.5, 22.4], [113.1, 22.4], [113.1, 22.1]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    one = {"type": "Feature", "properties": {"code": "1", "name": "A"}, "geometry": shape}
    (folder / "districts.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [one]}), "utf8"
    )
    (folder / "villages.csv").write_text(
        "code,name,district,lon,lat,people\n1,甲村,1,113.2,22.2,100\n2,乙村,1,113.3,22.3,200\n",
        "utf8",
    )
    lon, lat = random.uniform(113.11, 113.49, count), random.uniform(22.11, 22.39, count)
    frame = pd.DataFrame(
        {
            "id": [f"T{number:06d}" for number in range(count)],
            "name": [f"{number}号候车亭" for number in range(count)],
            "lon": [f"{x:.6f}" for x in lon],
            "lat": [f"{y:.6f}" for y in lat],
            "opened": "2012-05-01",
            "area": [str(area) for area in random.integers(5, 50, count)],
        }
    )
    wrong = random.choice(count, count // 100, replace=False)
    frame.loc[wrong[::2], "area"] = "约30"
    frame.loc[wrong[1::2], "lon"] = ""
    table = folder / ("shelters.xlsx" if workbook else "shelters.csv")
    if workbook:
        _write_workbook(table, frame)
    else:
        frame.to_csv(table, index=False, encoding="utf-8-sig")
    (folder / "study.toml").write_text(_STUDY.format(facilities=table.name), "utf8")
    return table


def _write_workbook(path: Path, frame: pd.DataFrame) -> None:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, list(frame))
        numbers = pd.to_numeric(frame["lon"]).to_numpy(), pd.to_numeric(frame["lat"]).to_numpy()
        for row, cells in enumerate(frame.itertuples(index=False), start=1):
            for column, cell in enumerate(cells):
                if column in (2, 3) and cell:
                    sheet.write_number(row, column, numbers[column - 2][row - 1])
                else:
                    sheet.write_string(row, column, cell)


def _itself(path: Path) -> Path:
    return path


def _by_pandas(table: Path) -> int:
    if table.suffix == ".xlsx":
        return len(pd.read_excel(table, dtype=str, keep_default_na=False))
    return len(pd.read_csv(table, dtype=str, keep_default_na=False, encoding="utf-8-sig"))


def _split(table: Path) -> int:
    text = table.read_bytes().decode("utf-8-sig")
    return sum(1 for _ in csv.reader(text.splitlines())) - 1


def _same(ours: Checked, rows: Any) -> bool:  # noqa: ANN401 - a number of rows
    """Say whether every row was read and is used, repaired or left out, and the wrong ones told."""
    count = next(one for one in ours.rows if one.file.startswith("shelters"))
    told = {one.row for one in ours.findings if one.file.startswith("shelters")}
    return count.read == rows == count.used + count.repaired + count.excluded and len(told) > 1
