"""Shapley: what each of several causes adds to a change, averaged over every order of them.

Of n causes each has made its change or not: 2^n states. A cause's share is what the value grows by
when it comes, averaged over all n! orders in which the causes can come; the shares add up to the
whole change, and a cause that changes nothing has none (Shapley, L. S. 1953, A value for n-person
games, Contributions to the Theory of Games II, 307-317, doi:10.1515/9781400881970-018; applied to
decompositions: Shorrocks, A. F. 2013, Journal of Economic Inequality 11, 99-126,
doi:10.1007/s10888-011-9214-z).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

__all__ = ["PARTS", "in_parts", "shapley"]

Floats = npt.NDArray[np.float64]

PARTS = 1000
"""Shares of whole people are told in thousandths: none is off by one of them, and they add up."""


def shapley(values: Floats) -> Floats:
    """Share a change out among its causes.

    Parameters
    ----------
    values
        Shape (2^n, ...): entry k is the value in the state in which those causes have come whose
        bit is set in k.

    Returns
    -------
    Shape (n, ...): what each cause adds; their sum is ``values[-1] - values[0]``.

    Examples
    --------
    A road and a clinic that only together bring anybody within reach share what they bring:

    >>> shapley(np.array([0.0, 0.0, 0.0, 100.0])).tolist()
    [50.0, 50.0]
    """
    count = len(values).bit_length() - 1
    orders = math.factorial(count)
    state = np.arange(len(values))
    come = np.array([int(one).bit_count() for one in state])
    shares = np.zeros((count, *values.shape[1:]))
    for cause in range(count):
        before = state[(state >> cause) & 1 == 0]
        added = values[before | 1 << cause] - values[before]
        ways = [math.factorial(n) * math.factorial(count - n - 1) for n in come[before]]
        shares[cause] = np.tensordot(np.array(ways, dtype=float), added, axes=1) / orders
    return shares


def in_parts(shares: Floats, change: Floats) -> Floats:
    """Round shares to thousandths so that they still add up to the change, written as decimals.

    Each is rounded to the nearest; what is then missing or too much goes, a thousandth each, to
    those that rounding took most from. A change of the opposite sign has the opposite shares.

    Parameters
    ----------
    shares
        Shape (causes, n).
    change
        Their sums, shape (n,). Where one is no whole number of thousandths, its shares are given
        back unrounded.
    """
    if len(shares) == 0:
        return shares
    whole = np.rint(change * PARTS)
    exact = np.abs(change * PARTS - whole) < _NOISE
    parts = np.rint(shares * PARTS)
    missing = whole - parts.sum(axis=0)
    lost = (shares * PARTS - parts) * np.sign(missing)
    order = np.argsort(-np.round(lost, _PLACES), axis=0, kind="stable")
    rank = np.argsort(order, axis=0, kind="stable")
    parts += np.where(rank < np.abs(missing), np.sign(missing), 0.0)
    return np.where(exact, parts / PARTS, shares)


_NOISE = 1e-6
_PLACES = 6
"""Of the part that rounding took: beyond these decimals two are the same, and the order decides."""
