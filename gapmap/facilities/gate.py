"""The quality gate: a facility that falls short is kept and listed, and does not count."""

from __future__ import annotations

import math
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.facilities.condition import ORDER, Condition, plain_word, read_condition
from gapmap.findings import fail, finding
from gapmap.tables import booleans, named_findings, numbers, quantity_of, texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gapmap.facilities.value import FacilitySource
    from gapmap.region.rows import Ledger
    from gapmap.tables import Table

__all__ = ["Rule", "judge", "read_rules"]

_OWN_COLUMNS = ("floor_area_m2", "capacity", "level", "status")


@dataclass(frozen=True, slots=True)
class Rule:
    """One requirement: an attribute, the column it stands in, and what is asked of it."""

    attribute: str
    column: str
    condition: Condition

    @property
    def text(self) -> str:
        """The rule as outputs show it."""
        return f"{self.attribute} {self.condition.sign} {self.condition.bound}"


def read_rules(source: FacilitySource, table: Table) -> list[Rule]:
    """Read the requirements of a source and find the column that each is about.

    An attribute is one that the source names (``floor_area_m2``, ``capacity``, ``level``,
    ``status`` or a further one), else a column of the file.

    Raises
    ------
    InputError
        A requirement cannot be read, or the file has nothing of the kind that it asks for.
    """
    return [_rule(source, table, *one) for one in source.require.items()]


def _rule(source: FacilitySource, table: Table, attribute: str, text: str) -> Rule:
    field = f"require.{attribute}"
    condition = read_condition(text)
    if condition is None:
        fail(finding("require-unreadable", file=table.file, field=field, value=text))
    return Rule(attribute, _column(source, table, attribute), condition)


def _column(source: FacilitySource, table: Table, attribute: str) -> str:
    own = {name: getattr(source, name) for name in _OWN_COLUMNS}
    named = {**{k: v for k, v in own.items() if v is not None}, **source.attributes}
    if attribute in named:
        return str(named[attribute])
    columns = [str(name) for name in table.cells]
    if attribute not in columns:
        near = get_close_matches(attribute, [*named, *columns], n=3, cutoff=0.3)
        fail(
            finding(
                "require-no-column",
                file=table.file,
                field=f"require.{attribute}",
                value=attribute,
                nearest=", ".join(near) or "–",
            )
        )
    return attribute


def judge(
    ledger: Ledger, rules: list[Rule], frame: pd.DataFrame
) -> tuple[NDArray[np.str_], pd.Series]:
    """Say whether each facility meets all rules, and which it fails or lacks the facts for.

    Parameters
    ----------
    ledger
        The file; takes a finding for each facility that fails or cannot be judged.
    rules
        From :func:`read_rules`.
    frame
        ``facility_id`` and ``facility``, and the numbers read so far, on the table's index.

    Returns
    -------
    qualifies
        ``yes``, ``no`` (one rule fails) or ``unknown`` (none fails, an attribute is missing).
    failed
        The rules that are not met or could not be judged, ``""`` where all are met.
    """
    index = ledger.table.cells.index
    no, unknown = np.zeros(len(index), dtype=bool), np.zeros(len(index), dtype=bool)
    failed = pd.Series("", index=index, dtype="str")
    for rule in rules:
        met, known = _met(ledger, rule, frame)
        no |= known & ~met
        unknown |= ~known
        short = pd.Series(~(known & met), index=index)
        failed = failed.mask(short, failed.where(failed == "", failed + "; ") + rule.text)
    qualifies = np.select([no, unknown], ["no", "unknown"], "yes")
    names = frame["facility"].where(frame["facility"] != "", frame["facility_id"])
    for code, state in (("facility-below-standard", "no"), ("facility-not-judged", "unknown")):
        rows = index[qualifies == state].tolist()
        ledger.add(
            named_findings(
                code,
                ledger.table.file,
                "",
                rows,
                lambda row: {"name": names[row], "rule": failed[row]},
            )
        )
    return qualifies, failed


def _met(
    ledger: Ledger, rule: Rule, frame: pd.DataFrame
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say for each row whether the rule is met, and whether that can be said at all."""
    if rule.condition.sign in ORDER:
        if rule.attribute in ("floor_area_m2", "capacity"):
            values = frame[rule.attribute]  # what could not be read in it has been said
        else:
            kind = quantity_of(rule.attribute)
            values, found = numbers(ledger.table, rule.column, quantity=kind)
            ledger.add_cells(found)
        met = ORDER[rule.condition.sign](values, rule.condition.number)
        return met.to_numpy(dtype=bool), values.notna().to_numpy()
    cells = texts(ledger.table, rule.column)
    same = _equal(ledger, rule, cells)
    return same if rule.condition.sign == "==" else ~same, (cells != "").to_numpy()


def _equal(ledger: Ledger, rule: Rule, cells: pd.Series) -> NDArray[np.bool_]:
    """Compare as numbers where both are numbers, as yes or no where both are, else as words."""
    wanted = plain_word(rule.condition.bound)
    same = np.asarray(cells.map(plain_word) == wanted, dtype=bool)
    if not math.isnan(rule.condition.number):
        kind = quantity_of(rule.attribute)
        values, found = numbers(ledger.table, rule.column, quantity=kind)
        ledger.add_cells(one for one in found if one.repair)  # what is no number is not equal
        return np.asarray(same | (values == rule.condition.number))
    if wanted in ("yes", "no", "true", "false", "是", "否"):
        meaning, _ = booleans(ledger.table, rule.column)
        wants_yes = wanted in ("yes", "true", "是")
        return np.asarray(same | (meaning == wants_yes).fillna(value=False), dtype=bool)
    return same
