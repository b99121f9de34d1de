"""Conditions beyond the textbook problems: what a caller gave, refused with reason or read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gapmap.errors import MethodError
from gapmap.location.numbers import amounts, whole
from gapmap.location.value import Groups

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from gapmap.location.value import Floats, Integers, Problem

__all__ = ["capacity_of", "check_together", "closing_of", "least_of", "places_of"]


def capacity_of(capacity: npt.ArrayLike | None, sites: int) -> Floats | None:
    """Give the people that each site can take, inf for any number; None where nothing is given.

    One number holds for every site.
    """
    if capacity is None:
        return None
    if np.ndim(capacity) == 0:
        capacity = np.full(sites, capacity)
    found = amounts("capacity", capacity, sites, "column", infinite=True)
    return None if np.isinf(found).all() and sites else found


def places_of(place_groups: npt.ArrayLike | None, people: Floats, objective: str) -> Groups | None:
    """Give the groups of places with all people of each; a missing label is no group."""
    if (objective == "worst_first") != (place_groups is not None):
        raise MethodError(
            "place_groups (the district of each place) goes with the objective worst_first, and "
            "it needs them",
            "place_groups(各地点所属的区)与目标 worst_first 须同时给出",
        )
    if place_groups is None:
        return None
    of, names = _labels("place_groups", place_groups, len(people), "rows (places)", "行(地点)")
    amount = np.zeros(len(names))
    np.add.at(amount, of[of >= 0], people[of >= 0])
    return Groups(of=of, amount=amount, names=tuple(str(one) for one in names))


def least_of(
    least: int | Mapping[Any, int] | None,
    site_groups: npt.ArrayLike | None,
    fixed: Integers,
    sites: int,
) -> Groups | None:
    """Give the groups of sites and the least number of new sites in each."""
    if (least is None) != (site_groups is None):
        raise MethodError(
            "least (how many new sites a group needs) and site_groups (the group of each site) "
            "go together",
            "least(各组至少新建数)与 site_groups(各选址所属的组)须同时给出",
        )
    if least is None or site_groups is None:
        return None
    of, names = _labels("site_groups", site_groups, sites, "columns (sites)", "列(选址)")
    wanted = least if hasattr(least, "items") else dict.fromkeys(names, least)
    amount = np.zeros(len(names))
    number = {name: k for k, name in enumerate(names)}
    for name, value in wanted.items():
        if name not in number:
            known = ", ".join(str(one) for one in names)
            raise MethodError(
                f"least names group {name!r}, which no site belongs to; groups are {known}",
                f"least 中的组 {name!r} 没有任何选址;已有的组:{known}",
            )
        amount[number[name]] = whole(f"least of {name}", value, least=0)
    new = np.setdiff1d(np.arange(sites), fixed)
    has = np.bincount(of[new][of[new] >= 0], minlength=len(names))
    for k in np.flatnonzero(has < amount):
        raise MethodError(
            f"group {names[k]} needs {amount[k]:.0f} new sites but has {has[k]} candidates; "
            "lower least or add candidates",
            f"组 {names[k]} 至少须新建 {amount[k]:.0f} 处,但只有 {has[k]} 个候选点;"
            "请降低 least 或增加候选点",
        )
    return Groups(of=of, amount=amount, names=tuple(str(one) for one in names))


def closing_of(closing: Mapping[int, float] | None, fixed: Integers) -> Floats | None:
    """Give what closing each fixed site costs, inf where it has to stay; None where all stay."""
    if not closing:
        return None
    found = np.full(len(fixed), np.inf)
    for site, value in closing.items():
        here = np.flatnonzero(fixed == site)
        if len(here) == 0:
            raise MethodError(
                f"closing names site {site!r}, which is not among the fixed ones; only those can "
                "close",
                f"closing 中的选址 {site!r} 不在 fixed 之列;只有已有设施可以关闭",
            )
        if not isinstance(value, (int, float, np.number)) or not np.isfinite(value):
            raise MethodError(
                f"closing site {site} costs {value!r}; give a number, negative for what it saves",
                f"关闭选址 {site} 的费用为 {value!r};请给出数值,节省则为负",
            )
        found[here[0]] = value
    return found


def check_together(problem: Problem) -> None:
    """Refuse conditions that no model here carries at once."""
    if problem.copies > 1 and problem.capacity is not None:
        raise MethodError(
            "copies (backup coverage) and capacity cannot be asked for together; leave one out",
            "copies(备份覆盖)与 capacity 不能同时使用;请去掉其一",
        )
    if problem.capacity is not None and problem.objective == "worst_first":
        raise MethodError(
            "capacity is for people, fewest, distance and worst, not for worst_first; leave it out",
            "capacity 用于 people、fewest、distance 和 worst,不用于 worst_first;请不填",
        )
    if problem.copies > 1 and problem.objective in {"distance", "worst"}:
        raise MethodError(
            f"copies (backup coverage) is for people, fewest and worst_first, not for "
            f"{problem.objective}; leave it out",
            f"copies(备份覆盖)用于 people、fewest 和 worst_first,不用于 {problem.objective};请不填",
        )


def _labels(
    name: str, given: npt.ArrayLike, size: int, what: str, what_zh: str
) -> tuple[Integers, list[Any]]:
    labels = pd.Series(given) if np.ndim(given) == 1 else None
    if labels is None or len(labels) != size:
        raise MethodError(
            f"{name} has shape {np.shape(given)}, but cost has {size} {what}; label each",
            f"{name} 的形状为 {np.shape(given)},而 cost 有 {size} 个{what_zh};请各给一个标签",
        )
    found, seen = pd.factorize(labels)
    # Numbered by name, not by who comes first, so that the order of rows makes no difference.
    order = sorted(range(len(seen)), key=lambda k: str(seen[k]))
    number = np.full(len(seen) + 1, -1, dtype=np.int64)  # the last is for a missing label
    number[order] = np.arange(len(seen))
    return number[found], [seen[k] for k in order]
