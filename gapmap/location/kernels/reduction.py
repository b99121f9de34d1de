"""Reduction: rows that are equal, or part of one another, of a sparse table of zeros and ones.

A table is compressed by rows: ``starts`` and ``columns``, ascending within each row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.compiling import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["equal_rows", "keys_of_rows", "restricted", "rows_containing", "rows_within", "turned"]


@compiled
def turned(starts: Integers, columns: Integers, width: int) -> tuple[Integers, Integers]:
    """Give the same table compressed by columns.

    Parameters
    ----------
    starts, columns
        The table.
    width
        Number of columns.
    """
    at = np.zeros(width + 1, np.int64)
    for column in columns:
        at[column + 1] += 1
    for column in range(width):
        at[column + 1] += at[column]
    fill = at[:-1].copy()
    rows = np.empty(len(columns), np.int64)
    for row in range(len(starts) - 1):
        for entry in range(starts[row], starts[row + 1]):
            rows[fill[columns[entry]]] = row
            fill[columns[entry]] += 1
    return at, rows


@compiled
def restricted(
    starts: Integers, columns: Integers, keep_rows: Flags, keep_columns: Flags
) -> tuple[Integers, Integers]:
    """Give the table of some rows and columns, numbered anew.

    Parameters
    ----------
    starts, columns
        The table.
    keep_rows, keep_columns
        What stays.
    """
    number = np.empty(len(keep_columns), np.int64)
    kept = 0
    for column in range(len(keep_columns)):
        number[column] = kept
        kept += keep_columns[column]
    kept = 0
    for row in range(len(keep_rows)):
        kept += keep_rows[row]
    new_starts = np.zeros(kept + 1, np.int64)
    new_columns = np.empty(len(columns), np.int64)
    row_at = 0
    at = 0
    for row in range(len(starts) - 1):
        if not keep_rows[row]:
            continue
        for entry in range(starts[row], starts[row + 1]):
            if keep_columns[columns[entry]]:
                new_columns[at] = number[columns[entry]]
                at += 1
        row_at += 1
        new_starts[row_at] = at
    return new_starts, new_columns[:at].copy()


@compiled
def keys_of_rows(starts: Integers, columns: Integers) -> tuple[Integers, Integers]:
    """Give two numbers for each row that depend on its columns alone: equal rows have equal ones.

    Each column has a number that looks random (the finalizer of SplitMix64, Steele et al. 2014,
    doi:10.1145/2660193.2660195); a row has their sum, and the sum of a second kind.

    Parameters
    ----------
    starts, columns
        The table.
    """
    first = np.zeros(len(starts) - 1, np.int64)
    second = np.zeros(len(starts) - 1, np.int64)
    for row in range(len(starts) - 1):
        one, other = np.uint64(0), np.uint64(0)
        for entry in range(starts[row], starts[row + 1]):
            mixed = np.uint64(columns[entry] + 1) * np.uint64(0x9E3779B97F4A7C15)
            mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            mixed ^= mixed >> np.uint64(31)
            one += mixed
            other += (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xD6E8FEB86659FD93)
        first[row], second[row] = np.int64(one), np.int64(other)
    return first, second


@compiled
def equal_rows(
    starts: Integers, columns: Integers, order: Integers, first: Integers, second: Integers
) -> Integers:
    """Give each row the number of its group of equal rows, in the order in which they are met.

    Parameters
    ----------
    starts, columns
        The table.
    order
        Rows in an order that brings equal ones together.
    first, second
        Of each row, as :func:`keys_of_rows` gives them. They only save comparing: rows are equal
        where all columns are.

    Returns
    -------
    group
        Of each row.
    """
    group = np.empty(len(order), np.int64)
    found = -1
    last = -1
    for row in order:
        length = starts[row + 1] - starts[row]
        same = (
            last >= 0
            and first[row] == first[last]
            and second[row] == second[last]
            and length == starts[last + 1] - starts[last]
        )
        if same:
            for entry in range(length):
                if columns[starts[row] + entry] != columns[starts[last] + entry]:
                    same = False
                    break
        if not same:
            found += 1
            last = row
        group[row] = found
    return group


@compiled
def rows_within(
    starts: Integers,
    columns: Integers,
    column_starts: Integers,
    rows: Integers,
    price: npt.NDArray[np.float64],
) -> Flags:
    """Tell which rows are part of another row that costs no more; of equal ones the first stays.

    Parameters
    ----------
    starts, columns
        The table, no row of it empty.
    column_starts, rows
        The same, compressed by columns.
    price
        Of each row.
    """
    within = np.zeros(len(starts) - 1, np.bool_)
    for row in range(len(starts) - 1):
        rare = columns[starts[row]]
        for entry in range(starts[row] + 1, starts[row + 1]):
            column = columns[entry]
            if (
                column_starts[column + 1] - column_starts[column]
                < column_starts[rare + 1] - column_starts[rare]
            ):
                rare = column
        length = starts[row + 1] - starts[row]
        for entry in range(column_starts[rare], column_starts[rare + 1]):
            other = rows[entry]
            longer = starts[other + 1] - starts[other] - length
            if other == row or longer < 0 or price[other] > price[row]:
                continue
            if longer == 0 and price[other] == price[row] and other > row:
                continue
            at = starts[other]
            inside = True
            for mine in range(starts[row], starts[row + 1]):
                while at < starts[other + 1] and columns[at] < columns[mine]:
                    at += 1
                if at == starts[other + 1] or columns[at] != columns[mine]:
                    inside = False
                    break
            if inside:
                within[row] = True
                break
    return within


@compiled
def rows_containing(
    starts: Integers, columns: Integers, column_starts: Integers, rows: Integers
) -> Flags:
    """Tell which rows contain another row; of equal ones the first stays.

    Parameters
    ----------
    starts, columns
        The table, no row of it empty.
    column_starts, rows
        The same, compressed by columns.
    """
    containing = np.zeros(len(starts) - 1, np.bool_)
    for row in range(len(starts) - 1):
        if containing[row]:
            continue  # what contains this one contains what this one contains
        rare = columns[starts[row]]
        for entry in range(starts[row] + 1, starts[row + 1]):
            column = columns[entry]
            if (
                column_starts[column + 1] - column_starts[column]
                < column_starts[rare + 1] - column_starts[rare]
            ):
                rare = column
        length = starts[row + 1] - starts[row]
        for entry in range(column_starts[rare], column_starts[rare + 1]):
            other = rows[entry]
            longer = starts[other + 1] - starts[other] - length
            if other == row or longer < 0 or containing[other]:
                continue
            if longer == 0 and other < row:
                continue
            at = starts[other]
            inside = True
            for mine in range(starts[row], starts[row + 1]):
                while at < starts[other + 1] and columns[at] < columns[mine]:
                    at += 1
                if at == starts[other + 1] or columns[at] != columns[mine]:
                    inside = False
                    break
            containing[other] = inside
    return containing
