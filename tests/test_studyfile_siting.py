"""The blocks ``[siting.X]`` and ``[sharing.X]``: read whole, and each slip named."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from gapmap.errors import StudyError
from gapmap.programme import Year
from gapmap.siting.rules import AreaSource, SiteRules
from gapmap.studyfile import SitingEntry, StudyFile, read_study_file

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
[study]
name = "试验"
date = 2014-12-31
[districts]
path = "d.geojson"
[places]
path = "p.csv"
[services.clinic]
mode = "straight"
limit_m = 500
[services.culture]
mode = "straight"
limit_m = 2000
"""
SITING = """
[siting.clinic]
candidates = "地块.csv"
cost = 30000
cost_column = "造价"
apart_m = 200
slope_max_deg = 15
slope = "dem.tif"
suitable = ["可建设.geojson"]
exclude = ["water.geojson", { path = "保护区.gpkg", layer = "a", name = "保护区", within_m = 50, datum = "gcj02" }]
objective = "fewest"
share = 0.9
copies = 2
least = { 440403 = 2, "斗门区" = 1 }
least_each = 1
closing_cost = -500
seconds = 5
"""  # noqa: E501 - a line of TOML
PROGRAMME = """
[siting.clinic]
cost = 30000
years.2013 = { budget = 4800000 }
years.2012 = { count = 160, budget = 0 }
start = 2011-12-31
targets = ["shelters-west"]
seconds = 5
"""
WAYS = """
[siting.clinic]
objective = "distance"
count = 2
capacity = 800
farthest = 5000
"""
SHARING = """
[sharing.centre]
services = ["clinic", "culture"]
costs = { clinic = 300, culture = 200 }
cost = 400
budget = 4000
candidates = "grid:500"
"""


@pytest.fixture
def read(tmp_path: Path):
    def from_text(text: str) -> StudyFile:
        path = tmp_path / "study.toml"
        path.write_text(HEAD + text, "utf8")
        return read_study_file(path)

    return from_text


def test_every_key_of_siting_is_read(read, tmp_path: Path) -> None:
    protected = AreaSource(
        path=tmp_path / "保护区.gpkg", layer="a", name="保护区", datum="gcj02", within_m=50
    )
    assert read(SITING).siting == (
        SitingEntry(
            service="clinic",
            candidates="地块.csv",
            cost=30000,
            cost_column="造价",
            rules=SiteRules(
                apart_m=200,
                slope_max_deg=15,
                slope=tmp_path / "dem.tif",
                suitable=(AreaSource(path=tmp_path / "可建设.geojson"),),
                exclude=(AreaSource(path=tmp_path / "water.geojson"), protected),
            ),
            objective="fewest",
            share=0.9,
            copies=2,
            least={"440403": 2, "斗门区": 1},
            least_each=1,
            closing_cost=-500,
            seconds=5,
        ),
    )


def test_a_programme_and_ways_are_read(read) -> None:
    assert read(PROGRAMME).siting == (
        SitingEntry(
            service="clinic",
            cost=30000,
            years=(Year(year=2012, count=160, budget=0), Year(year=2013, budget=4800000)),
            start=dt.date(2011, 12, 31),
            targets=("shelters-west",),
            seconds=5,
        ),
    )
    assert read(WAYS).siting == (
        SitingEntry(service="clinic", objective="distance", count=2, capacity=800, farthest=5000),
    )


def test_blocks_of_excluded_layers_and_the_surfaces_heights(read, tmp_path: Path) -> None:
    study = read("""
[surface]
dem = "dem.tif"
[siting.clinic]
slope_max_deg = 15
[[siting.clinic.exclude]]
path = "water.geojson"
[[siting.clinic.exclude]]
path = "protected.geojson"
within_m = 50
""")
    rules = study.siting[0].rules
    assert [one.path.name for one in rules.exclude] == ["water.geojson", "protected.geojson"]
    assert [one.within_m for one in rules.exclude] == [0, 50]
    assert rules.slope == tmp_path / "dem.tif"
    assert study.siting[0].share == 1
    assert study.siting[0].seconds == 60


def test_sharing_is_read(read) -> None:
    shared = read(SHARING).sharing[0]
    assert shared.name == "centre"
    assert shared.services == ("clinic", "culture")
    assert shared.costs == {"clinic": 300, "culture": 200}
    assert shared.cost == 400
    assert shared.budget == 4000
    assert shared.candidates == "grid:500"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("apart_m = 200", "apart = 200", "the nearest known key is apart_m"),
        ("apart_m = 200", "apart_m = -1", "siting.clinic.apart_m must be 0 or more"),
        ("apart_m = 200", 'apart_m = "200"', "wrong kind"),
        ("slope_max_deg = 15", "slope_max_deg = 0", "above 0"),
        ("slope_max_deg = 15", "", "siting.clinic.slope_max_deg is needed"),
        ('slope = "dem.tif"', "", "siting.clinic.slope is needed"),
        ('"可建设.geojson"', "5", "siting.clinic.suitable[1]"),
        ("within_m = 50", "within = 50", "siting.clinic.exclude[2].within"),
        ("within_m = 50", "within_m = -50", "siting.clinic.exclude[2].within_m must be 0"),
        ('path = "保护区.gpkg", ', "", "siting.clinic.exclude[2].path is needed"),
        ('datum = "gcj02"', 'datum = "gcj-02"', "siting.clinic.exclude[2].datum"),
        ('candidates = "地块.csv"', 'candidates = "roads:500"', "[network]"),
        ('candidates = "地块.csv"', 'candidates = "grid:x"', "wrong kind"),
        ('candidates = "地块.csv"', "", "no file"),
        ('candidates = "地块.csv"', 'candidates = "grid:500"', "no file"),
        ("share = 0.9", "share = 0", "between 0 and 1"),
        ("share = 0.9", "share = 90", "between 0 and 1"),
        ('objective = "fewest"', "", "no effect with objective = 'people'"),
        ('objective = "fewest"', 'objective = "few"', "choose one of people, fewest"),
        ("copies = 2", "copies = 0", "wrong kind"),
        ("copies = 2", "copies = 1.5", "wrong kind"),
        ("440403 = 2", "440403 = -2", "siting.clinic.least.440403"),
        ("440403 = 2", '440403 = "2"', "siting.clinic.least.440403"),
        ("least_each = 1", "least_each = 1.5", "siting.clinic.least_each"),
        ("seconds = 5", "seconds = 0", "above 0"),
    ],
)
def test_each_slip_of_siting_is_named(read, old: str, new: str, words: str) -> None:
    _refused(read, SITING, (old, new), words)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("years.2013", "years.next", "siting.clinic.years.next"),
        ("budget = 4800000", "money = 4800000", "siting.clinic.years.2013.money"),
        ("budget = 4800000", "budget = -1", "siting.clinic.years.2013.budget"),
        ("count = 160", "count = 1.6", "siting.clinic.years.2012.count"),
        ("seconds = 5", "count = 2", "siting.clinic.count cannot be given together with years"),
        ("2011-12-31", "2012-12-31", "before 31 December of the first year, 2012"),
        ("2011-12-31", '"31.12.2011"', "is no date"),
        ('["shelters-west"]', "[5]", "siting.clinic.targets"),
        ("seconds = 5", "copies = 2", "copies has no effect together with years"),
        ("seconds = 5", "least_each = 1", "least_each has no effect together with years"),
        ("seconds = 5", 'objective = "worst"', "objective has no effect together with years"),
    ],
)
def test_each_slip_of_a_programme_is_named(read, old: str, new: str, words: str) -> None:
    _refused(read, PROGRAMME, (old, new), words)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("capacity = 800", "capacity = 0", "above 0"),
        ("farthest = 5000", "farthest = 0", "above 0"),
        ("count = 2", "", "siting.clinic.count is needed"),
        ('objective = "distance"', "", "farthest has no effect with objective = 'people'"),
        ("capacity = 800", "copies = 2", "copies has no effect with objective = 'distance'"),
        ("capacity = 800", "share = 0.5", "share has no effect with objective = 'distance'"),
        ("farthest = 5000", 'targets = ["a"]', "targets has no effect without years"),
    ],
)
def test_each_slip_of_ways_is_named(read, old: str, new: str, words: str) -> None:
    _refused(read, WAYS, (old, new), words)


def test_copies_and_a_capacity_do_not_go_together(read) -> None:
    with pytest.raises(StudyError) as caught:
        read("[siting.clinic]\ncopies = 2\ncapacity = 800\n")
    assert "copies has no effect together with capacity" in caught.value.text("en")
    assert "给出 capacity 时" in caught.value.text("zh")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"clinic", "culture"', '"clinic"', "at least two services"),
        ('"clinic", "culture"', '"clinic", "clinic"', "at least two services"),
        ('"clinic", "culture"', '"clinic", "school"', "sharing.centre.services cannot be 'school'"),
        ("culture = 200", "cultur = 200", "the nearest known key is culture"),
        (", culture = 200", "", "sharing.centre.costs.culture is needed"),
        ("culture = 200", "culture = 0", "sharing.centre.costs.culture must be above 0"),
        ("culture = 200", "culture = true", "wrong kind"),
        ("cost = 400", "", "sharing.centre.cost is needed"),
        ("budget = 4000", "budget = 0", "above 0"),
        ('"grid:500"', '"roads:500"', "[network]"),
    ],
)
def test_each_slip_of_sharing_is_named(read, old: str, new: str, words: str) -> None:
    _refused(read, SHARING, (old, new), words)


def _refused(read, text: str, change: tuple[str, str], words: str) -> None:
    assert change[0] in text
    with pytest.raises(StudyError, match=r"study\.toml") as caught:
        read(text.replace(*change, 1))
    assert words in caught.value.text("en")
    assert caught.value.text("zh") != caught.value.text("en")


def test_without_years_there_is_no_start(read) -> None:
    with pytest.raises(StudyError) as caught:
        read("[siting.clinic]\nstart = 2011-12-31\n")
    assert "siting.clinic.years is needed" in caught.value.text("en")


def test_a_budget_of_a_year_needs_a_cost(read) -> None:
    with pytest.raises(StudyError) as caught:
        read("[siting.clinic]\nyears.2012 = { budget = 5 }\n")
    assert "siting.clinic.cost is needed" in caught.value.text("en")
