"""Location problems by trying everything: slow, plain, and written without the package."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linprog

__all__ = ["Question", "answers", "best", "questions"]


@dataclass(frozen=True)
class Question:
    """What ``solve`` is asked; ``cost`` is dense with inf for out of reach."""

    cost: np.ndarray
    people: np.ndarray
    extras: dict[str, Any] = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        """Give a keyword, or what holds without it."""
        value = self.extras.get(name)
        return default if value is None else value


def questions(*, sites: int = 6, places: int = 7) -> st.SearchStrategy[Question]:
    """Draw small costs and people: whole numbers, some out of reach, zeros among them."""

    @st.composite
    def draw_one(draw: st.DrawFn) -> Question:
        n, m = draw(st.integers(1, places)), draw(st.integers(1, sites))
        some_cost = st.sampled_from([0.0, 1.0, 2.0, 3.0, 5.0, 8.0, np.inf, np.inf])
        cost = np.array(draw(st.lists(some_cost, min_size=n * m, max_size=n * m))).reshape(n, m)
        people = np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)), dtype=float)
        return Question(cost, people)

    return draw_one()


def near(question: Question) -> np.ndarray:
    """Say who is in reach of which site."""
    return np.isfinite(question.cost) & (question.cost <= question.get("limit", np.inf))


def answers(question: Question) -> list[tuple[int, ...]]:
    """Give every set of open sites that keeps count, budget, least numbers and fixed sites."""
    sites = question.cost.shape[1]
    fixed, closing = set(question.get("fixed", ())), question.get("closing", {})
    new = [j for j in range(sites) if j not in fixed]
    price = question.get("site_cost", [0.0] * sites)
    found = []
    for closed in _subsets(sorted(closing)):
        for chosen in _subsets(new):
            if len(chosen) > question.get("count", sites) + len(closed):
                continue
            spent = sum(price[j] for j in chosen) + sum(closing[j] for j in closed)
            if spent > question.get("budget", np.inf) + 1e-9:
                continue
            labels = [question.get("site_groups", {})[j] for j in chosen if question.get("least")]
            wanted = question.get("least", {})
            if any(labels.count(group) < number for group, number in wanted.items()):
                continue
            found.append(tuple(sorted((fixed - set(closed)) | set(chosen))))
    return found


def served(question: Question, sites: tuple[int, ...], only: np.ndarray | None = None) -> float:
    """Count the people that sites serve."""
    people = question.people if only is None else np.where(only, question.people, 0.0)
    reach = near(question)[:, list(sites)]
    capacity = question.get("capacity")
    if capacity is None:
        return float(people[reach.sum(axis=1) >= question.get("copies", 1)].sum())
    pairs = np.argwhere(reach)
    if len(pairs) == 0:
        return 0.0
    rows = [(pairs[:, 0] == i).astype(float) for i in range(len(people))]
    rows += [(pairs[:, 1] == k).astype(float) for k in range(len(sites))]
    high = [*people, *(capacity[j] for j in sites)]
    return -float(linprog(-np.ones(len(pairs)), A_ub=np.array(rows), b_ub=high).fun)


def value_of(question: Question, sites: tuple[int, ...]) -> float:
    """Say what ``fewest`` makes of sites: new less closed ones, or what they cost."""
    fixed, closing = set(question.get("fixed", ())), question.get("closing", {})
    new, closed = set(sites) - fixed, fixed - set(sites)
    price = question.get("site_cost")
    if price is None:
        return float(len(new) - len(closed))
    return float(sum(price[j] for j in new) + sum(closing[j] for j in closed))


def level(question: Question, sites: tuple[int, ...]) -> float:
    """Give the share that every group has, or all that any sites could give it."""
    groups = np.asarray(question.get("place_groups"))
    price, budget = question.get("site_cost"), question.get("budget", np.inf)
    saved = -sum(min(one, 0) for one in question.get("closing", {}).values())
    fixed = question.get("fixed", ())
    every = [
        j
        for j in range(question.cost.shape[1])
        if j in fixed or price is None or price[j] <= budget + saved + 1e-9
    ]
    behind, top = [], 0.0
    for group in np.unique(groups):
        mine = groups == group
        if (amount := question.people[mine].sum()) == 0:
            continue
        has, most = served(question, sites, mine), served(question, tuple(every), mine)
        top = max(top, most / amount)
        if has < most - 1e-9:
            behind.append(has / amount)
    return min(behind, default=top)


def best(question: Question, objective: str) -> tuple[float, float] | None:
    """Give the best value, and the people; None where nothing is allowed."""
    allowed = answers(question)
    if not allowed:
        return None
    if objective == "people":
        return max(served(question, one) for one in allowed), math.nan
    if objective == "fewest":
        if question.get("share", 1.0) == 1 and question.get("capacity") is None:
            question = replace(question, people=np.maximum(question.people, 1))  # all places count
        every = max(served(question, one) for one in allowed)
        enough = every * question.get("share", 1.0) - 1e-7
        return min(
            value_of(question, one) for one in allowed if served(question, one) >= enough
        ), math.nan
    if objective == "worst_first":
        return max((level(question, one), served(question, one)) for one in allowed)
    chosen = [service(question, one, objective) for one in allowed]
    people, least = max((people, -away) for people, away in chosen)
    return -least, people


def service(question: Question, sites: tuple[int, ...], objective: str) -> tuple[float, float]:
    """Give the most people that sites serve, and their least distance, in all or the worst."""
    reach, capacity = near(question), question.get("capacity")
    choices = [
        [j for j in sites if reach[i, j]] or [-1]
        if capacity is None
        else [-1, *(j for j in sites if reach[i, j])]
        for i in range(len(question.people))
    ]
    if capacity is None:
        choices = [[min(row, key=lambda j: question.cost[i, j])] for i, row in enumerate(choices)]
    best_yet = (-1.0, 0.0)
    for assigned in itertools.product(*choices):
        load: dict[int, float] = {}
        away = [0.0]
        for i, j in enumerate(assigned):
            if j >= 0 and question.people[i] > 0:
                load[j] = load.get(j, 0.0) + question.people[i]
                weight = question.people[i] if objective == "distance" else 1.0
                away.append(weight * question.cost[i, j])
        if capacity is None or all(people <= capacity[j] for j, people in load.items()):
            total = sum(away) if objective == "distance" else max(away)
            best_yet = max(best_yet, (sum(load.values()), -total))
    return best_yet[0], -best_yet[1]


def _subsets(items: list[int]) -> list[tuple[int, ...]]:
    return [one for k in range(len(items) + 1) for one in itertools.combinations(items, k)]
