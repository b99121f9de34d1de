"""Tables as offices leave them: what is no data, what means something else than it seems."""

from __future__ import annotations

import csv
import io

import pytest
from test_tables_cells import column, told
from test_tables_layout import accounted, table_of

from gapmap.errors import InputError
from gapmap.tables import ids, own_codes, read_codes


# --- codes ----------------------------------------------------------------------------------


def test_numbers_of_sections_are_no_whole_numbers():
    cells = ("1.01", "1.02", "11", "2.05", "2.10", "12.0")
    assert ids(column(*cells), "v").tolist() == ["1.01", "1.02", "11", "2.05", "2.10", "12"]


@pytest.mark.parametrize("cell", ["'0441", "\u20180441", '="0441"', "`0441"])
def test_what_protects_a_code_from_excel_is_not_part_of_it(cell):
    codes = read_codes(column(cell, "0442"), "v")
    assert codes.text.tolist() == ["0441", "0442"]
    assert told(codes.notes) == [("code-made-plain", 2, cell)]


def test_codes_that_a_narrow_column_has_cut_are_lost():
    with pytest.raises(InputError) as caught:
        own_codes(column("440402001", "########", "440402003"), "v")
    assert [(one.code, one.row) for one in caught.value.found] == [("code-digits-lost", 3)]
