"""Matrices of cost: what a caller gave, checked, with nothing in it that is out of reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from gapmap.errors import MethodError

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.location.value import Floats, Integers

__all__ = ["check_limit", "matrix_of"]

_FORMATS = ("csr", "csc", "coo")
_TWO = 2
"""Dimensions of a matrix."""


def matrix_of(
    cost: npt.ArrayLike | sparse.sparray | sparse.spmatrix, limit: float | None
) -> sparse.csr_array:
    """Give places x sites within the limit (inclusive).

    A stored 0 is a cost of 0. Of entries given twice the least counts, for two roads between the
    same places are not one as long as both.

    Raises
    ------
    MethodError
        For what is no matrix of numbers, and for a cost that is negative or no number.
    """
    check_limit(limit)
    sparsely = sparse.issparse(cost)
    place, site, value, shape = _entries_of_sparse(cost) if sparsely else _entries_of_dense(cost)
    _check_values(place, site, value, dense=not sparsely)
    near = np.isfinite(value) if limit is None else (value <= limit) & np.isfinite(value)
    if not near.all():
        place, site, value = place[near], site[near], value[near]
    key = place.astype(np.int64) * max(shape[1], 1) + site
    if (np.diff(key) <= 0).any():
        order = np.lexsort((value, key))
        place, site, value, key = place[order], site[order], value[order], key[order]
        first = np.ones(len(key), dtype=bool)
        first[1:] = key[1:] != key[:-1]
        place, site, value = place[first], site[first], value[first]
    starts = np.searchsorted(place, np.arange(shape[0] + 1)).astype(np.int32)
    return sparse.csr_array((value, site.astype(np.int32), starts), shape=shape)


def check_limit(limit: float | None) -> None:
    """Refuse a limit that is negative or no number."""
    if limit is not None and not (isinstance(limit, (int, float, np.number)) and limit >= 0):
        raise MethodError(
            f"limit is {limit!r}; give metres or minutes from 0, or leave it out",
            f"limit 为 {limit!r};请给出不小于 0 的米数或分钟数,或不填",
        )


def _entries_of_sparse(
    cost: sparse.sparray | sparse.spmatrix,
) -> tuple[Integers, Integers, Floats, tuple[int, int]]:
    # Other formats cannot tell a cost of 0 from what is not stored (dia), or fill up with 0 (bsr).
    if cost.format not in _FORMATS or cost.ndim != _TWO:
        kind = f"{cost.ndim}-dimensional {cost.format}"
        raise MethodError(
            f"cost is a {kind} array, which cannot tell a cost of 0 from out of reach; "
            "give places x sites as csr, csc or coo",
            f"cost 为 {kind} 数组,无法区分费用为 0 与不可达;请以 csr、csc 或 coo 给出",
        )
    found = sparse.coo_array(cost)
    _check_kind(found.dtype)
    place, site = found.coords
    return place, site, found.data.astype(float), found.shape


def _entries_of_dense(
    cost: npt.ArrayLike,
) -> tuple[Integers, Integers, Floats, tuple[int, int]]:
    given = cost.filled(np.inf) if isinstance(cost, np.ma.MaskedArray) else cost
    if isinstance(given, pd.DataFrame) and any(
        isinstance(one, pd.SparseDtype) for one in given.dtypes
    ):
        raise MethodError(
            "cost is a sparse pandas table; give cost.sparse.to_coo(), or inf for out of reach",
            "cost 为稀疏 pandas 表;请改用 cost.sparse.to_coo(),或以 inf 表示不可达",
        )
    try:
        raw = np.asarray(given)
        dense: Floats = raw.astype(float)
    except (TypeError, ValueError) as error:
        raise _no_matrix(type(cost).__name__) from error
    _check_kind(raw.dtype)
    if dense.ndim != _TWO:
        raise _no_matrix(f"{dense.ndim}-dimensional")
    place, site = np.nonzero(dense != np.inf)
    return place, site, dense[place, site], (dense.shape[0], dense.shape[1])


def _check_kind(kind: np.dtype[np.generic]) -> None:
    if kind.kind not in "iufO":
        raise _no_matrix(str(kind))


def _no_matrix(what: str) -> MethodError:
    return MethodError(
        f"cost is no matrix of numbers ({what}); give metres or minutes, a row for each place and "
        "a column for each site",
        f"cost 不是数值矩阵({what});请给出米数或分钟数,每行一个地点,每列一个选址",
    )


def _check_values(place: Integers, site: Integers, value: Floats, *, dense: bool) -> None:
    bad = ~(value >= 0)
    if not bad.any():
        return
    first = int(bad.argmax())
    where = f"row {place[first]}, column {site[first]}"
    where_zh = f"第 {place[first]} 行第 {site[first]} 列"
    found = value[first]
    what = "write inf for out of reach" if dense else "store nothing for out of reach"
    what_zh = "不可达请写 inf" if dense else "不可达请勿存储"
    raise MethodError(
        f"cost at {where} (from 0) is {found}; a cost is 0 or more, and {what}",
        f"cost {where_zh}(从 0 数起)为 {found};费用须不小于 0,{what_zh}",
    )
