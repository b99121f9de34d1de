"""What a column of a sheet shows: gapmap's own words in the language, and how numbers look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gapmap.cells import visible
from gapmap.outputs.tables import cell_values
from gapmap.words import joined_word, title, word

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapmap.outputs.results import Results

__all__ = ["FORMATS", "cut", "kinds_of", "shown", "too_long"]

_CELL_CHARACTERS = 32_767
_SURELY_SHORT = _CELL_CHARACTERS // 6  # an escape has six characters

_WORD_COLUMNS = frozenset(
    (
        *("status", "reason", "setting", "group_kind", "measure", "quantity", "limit_unit"),
        *("severity", "basis", "limit_basis", "mode", "measured", "simulated", "position"),
        *("detour_reason", "standing", "main_reason", "clear", "unclear_reason", "no_line"),
        *("has_ferry", "is_main", "beyond_water", "edge_effect", "no_facility", "route"),
        *("kind", "destination", "on_island", "criterion"),
        *("bound", "method", "decay", "decay_basis", "people_basis", "capacity_attribute"),
        *("island", "scope", "scope_kind", "measure_unit", "overall", "limit_source"),
        *("area_kind", "zone_kind", "kind_a", "kind_b", "certainty", "assumption", "assessed_is"),
        *("proposed", "step", "full", "used", "differs_much", "worse", "by"),
        *("objective", "value_unit", "newly_covered", "proven", "why", "status_before"),
        "status_after",
    )
)
"""Columns whose values are words of gapmap's own, not of the planner's."""
_SERVICE_COLUMNS = frozenset(("service", "from_service", "to_service"))
_FEATURE_COLUMNS = frozenset(("features", "features_left_out", "unknown_features"))
"""Columns that list what places are compared by, some with a reason behind a colon."""
_NAME_COLUMNS = {
    "group": "group_kind",
    "group_a": "comparison",
    "group_b": "comparison",
    "area": "area_kind",
    "zone": "zone_kind",
}
"""Columns that hold gapmap's words in some rows and the planner's names in others."""
_OWN_KINDS = frozenset({"city", "setting", "group", "people_group"})
_BY_ROW = {
    "measure": (
        *("value_a", "value_b", "difference", "value", "difference_draw_median"),
        *("difference_draw_low", "difference_draw_high", "value_a_low", "value_a_high"),
        *("value_b_low", "value_b_high", "difference_low", "difference_high"),
    ),
    "measure_unit": (
        *("required", "achieved", "possible", "shortfall", "baseline", "expected"),
        "required_line",
        *("achieved_draw_low", "achieved_draw_high"),
    ),
}
"""Columns whose number format goes by another column of their row."""
_SHARES = frozenset({"met_share_of_draws", "chosen_share"})
FORMATS = {
    "share": "0.0 %",
    "people": "#,##0",
    "metres": "#,##0",
    "minutes": "0.0",
    "index": "0.0000",
    "rate": '[>=0.005]0.00;[>0]"<0.01";0',
    "points": "[>=0.05]+0.0;[<=-0.05]-0.0;0.0",
    "degrees": "0.000000",
}


def shown(results: Results, table: pd.DataFrame, column: str) -> list[str | float | None]:
    """Give a column's cells as the sheet shows them: gapmap's own words in the language."""
    own_unit = {"up_to", "people_to_close"} & {*table.columns}  # else a unit of the plan
    unit_of_limit = column == "unit" and bool(own_unit)
    say = _speaker(results, "limit_unit" if unit_of_limit else column)
    values = cell_values(table[column])
    if _NAME_COLUMNS.get(column) in table.columns:
        kinds = cell_values(table[_NAME_COLUMNS[column]])
        return [
            _group_word(results, str(value), str(kind)) if value is not None else None
            for value, kind in zip(values, kinds, strict=True)
        ]
    return [
        say("true" if value else "false")
        if isinstance(value, bool)
        else (cut(say(value)) if isinstance(value, str) else value)
        for value in values
    ]


def _speaker(results: Results, column: str) -> Callable[[str], str]:
    if column in _SERVICE_COLUMNS:
        return results.service_name
    if column == "lacked":
        mark = "、" if results.language == "zh" else ", "
        return lambda value: mark.join(results.service_name(one) for one in value.split(";"))
    if column in _FEATURE_COLUMNS:
        mark = ";" if results.language == "zh" else "; "
        return lambda value: mark.join(_feature(results, one) for one in value.split(";"))
    if column == "comparison":
        return lambda value: _comparison_word(value, results.language)
    if column in _WORD_COLUMNS:
        return lambda value: joined_word(value, results.language)
    return lambda value: value


def _feature(results: Results, told: str) -> str:
    """Say what places are compared by, such as ``lacks_shop`` or ``island: same_for_all``."""
    name, _, why = told.partition(": ")
    language, lacks = results.language, name.removeprefix("lacks_")
    if lacks != name:
        space = "" if language == "zh" else " "
        said = f"{word('lacking', language)}{space}{results.service_name(lacks)}"
    else:
        said = title(name, language, table="typology")
        said = word(name, language) if said == name else said
    return f"{said}({word(why, language)})" if why else said


def _group_word(results: Results, value: str, kind: str) -> str:
    """Say a group's name; names of districts, towns and districts of the plan stay as they are."""
    own = kind in _OWN_KINDS or kind in {"urban-rural", "people groups"} or kind.endswith("-rest")
    if value in {"city", "unknown", "bottom line"}:
        return word(value, results.language)
    if not own:
        return cut(value)
    return cut(word(value, results.language))


def _comparison_word(value: str, language: str) -> str:
    told = word(value, language)
    if told == value and language == "zh" and value.endswith("-rest"):
        return f"{word(value.removesuffix('-rest'), language)}—其他"
    return told


def kinds_of(table: pd.DataFrame, column: str) -> str | list[str]:
    """Give a column's number format: one for all rows, or one for each row."""
    for by, columns in _BY_ROW.items():
        if column in columns and by in table.columns:
            return [_kind(str(value)) for value in table[by]]
    return "degrees" if column in {"x", "y"} else _kind(column)


def _kind(name: str) -> str:
    """Name the number format of a column or measure."""
    told = {
        "rate": "_per_1000_" in name,
        "share": name.startswith("share") or name in _SHARES,
        "points": "points" in name,
        "people": name.startswith(("people", "change_", "places", "cost", "capacity", "cells")),
        "metres": name.endswith(("_m", "_m_used")),
        "minutes": "minutes" in name,
        "index": name in {"ratio", "gini", "palma", "factor"}
        or name.startswith(
            ("theil", "detour", "fgt", "dissimilarity", "variation", "concentration")
        ),
    }
    return next((kind for kind, is_it in told.items() if is_it), "number")


def too_long(table: pd.DataFrame) -> int:
    """Count the cells whose text is longer than a cell of a workbook holds."""
    columns = (cell_values(table[name]) for name in table if not _is_numeric(table[name]))
    return sum(
        isinstance(value, str)
        and len(value) > _SURELY_SHORT
        and _length(visible(value)) > _CELL_CHARACTERS
        for column in columns
        for value in column
    )


def _is_numeric(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column.dtype))


def cut(text: str) -> str:
    """Give a text as a cell holds it: a spreadsheet counts some characters twice (UTF-16)."""
    plain = visible(text)
    if _length(plain) <= _CELL_CHARACTERS:
        return plain
    units = plain.encode("utf-16-le")[: 2 * (_CELL_CHARACTERS - 1)]
    return units.decode("utf-16-le", "ignore") + "…"


def _length(text: str) -> int:
    """Count a text's characters as a spreadsheet does; most texts are far too short to matter."""
    return len(text) if len(text) <= _CELL_CHARACTERS // 2 else len(text.encode("utf-16-le")) // 2
