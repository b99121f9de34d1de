"""What a run tells of programmes: tables, titles and figures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import toy_results
import toys

from gapmap.assessment import assess
from gapmap.outputs.figures import write_figures
from gapmap.outputs.tables import result_tables, write_csv
from gapmap.programme import Year, plan_programme
from gapmap.words import title, word

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.outputs import Results

TABLES = ("programme", "programme_curve", "programme_targets", "programme_unmet")


@pytest.fixture(scope="module")
def results() -> Results:
    access = toys.access()
    table = access.facilities.table.astype({"row": "Int64"})  # as it is when it was read
    held = replace(access, facilities=replace(access.facilities, table=table))
    made = assess(held)
    years = [Year(year=2015, count=1), Year(year=2016, count=1)]
    programmes = tuple(
        plan_programme(made, service=one, years=years, cost=cost)
        for one, cost in (("service_centre", 5e5), ("bus_shelter", None))
    )
    proposals = tuple(one.proposal for one in programmes)
    base = toy_results.results()
    return replace(base, assessment=made, proposals=proposals, programmes=programmes)


def test_every_column_has_a_title_in_both_languages(results: Results) -> None:
    tables = result_tables(results, ())
    for name in TABLES:
        table = tables[name]
        assert table.columns[-1] == "simulated"
        assert table["simulated"].all()
        for language in ("zh", "en"):
            assert word(f"sheet_{name}", language) != f"sheet_{name}"
            for column in table.columns:
                if column != "simulated":
                    told = title(column, language, table=name)
                    assert told != column or language == "en", (name, column)
    curve = tables["programme_curve"]
    assert set(curve["service"]) == {"service_centre", "bus_shelter"}


def test_tables_are_written_without_infinity(results: Results, tmp_path: Path) -> None:
    for name in TABLES:
        write_csv(tmp_path / f"{name}.csv", result_tables(results, ())[name])
        text = (tmp_path / f"{name}.csv").read_text("utf-8-sig")
        assert "inf" not in text.replace("inform", "")
        assert "nan" not in text
    first = (tmp_path / "programme.csv").read_text("utf-8-sig").splitlines()
    assert first[0].startswith("service,phase,year,sites,cost,budget,carried,people_covered,")
    assert first[1].startswith("service_centre,0,,0,")
    assert first[2].startswith("service_centre,1,2015,1,500000,,,")


def test_a_run_without_programmes_has_no_such_tables(results: Results) -> None:
    assert not set(TABLES) & set(result_tables(replace(results, programmes=()), ()))


@pytest.mark.parametrize("search", [True, False])
def test_a_figure_for_each_programme(results: Results, tmp_path: Path, search: bool) -> None:  # noqa: FBT001 - drawn
    write_figures(tmp_path, results, search=search)  # warnings are errors: no glyph is missing
    drawn = {one.name for one in tmp_path.iterdir()}
    assert {"programme_service_centre.png", "programme_bus_shelter.png"} <= drawn
