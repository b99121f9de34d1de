"""Answering: the problem solved, by the question's second rules where the first leaves room."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gapmap.findings import finding
from gapmap.location import Choice, solve_problem
from gapmap.location.answering import nearest_of
from gapmap.siting.posing import pose

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapmap.findings import Finding
    from gapmap.location import Problem
    from gapmap.location.value import Integers
    from gapmap.siting.asking import Asked
    from gapmap.siting.posing import Facts
    from gapmap.siting.question import SiteQuestion

__all__ = ["Answer", "answer", "sites_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is built and closed, and how good that certainly is.

    Attributes
    ----------
    choice
        Of :func:`gapmap.location.solve_problem`; its sites are columns of ``problem``.
    problem, rows
        What was solved in the end, and which places its rows are.
    new
        Numbers of the candidates that are chosen, ascending.
    closed
        Numbers of the existing facilities that are closed, ascending.
    objective
        What the choice is best in: ``people`` without count and budget is ``fewest``, and
        ``fewest`` for which these do not suffice is ``people``.
    findings
        What has to be told.
    """

    choice: Choice
    problem: Problem
    rows: Integers
    new: Integers
    closed: Integers
    objective: str
    findings: tuple[Finding, ...] = ()


def answer(asked: Asked) -> Answer:
    """Solve what is asked.

    Where people alone leave a part of the count or the budget, it goes to sites for uncovered
    places of which nobody knows that people live there, most places first. The objective ``fewest``
    with a count or budget that does not suffice is answered as ``people``, and a finding says how
    many sites it would have taken.
    """
    question, facts = asked.question, asked.facts
    objective, problem, rows = asked.question.objective, asked.problem, asked.rows
    findings: list[Finding] = []
    if objective in ("people", "worst_first") and question.unlimited:
        objective = "fewest"
        posed = pose(question, facts, objective=objective)
        problem, rows = posed.problem, posed.rows
    choice = _solved(problem)
    if objective == "fewest" and not question.unlimited:
        needed, money = _new(choice, facts).size, _spent(choice, facts)
        if needed > (question.count or np.inf) or money > (question.budget or np.inf):
            findings.append(
                finding(
                    "siting-fewest-short",
                    service=question.service,
                    needed=needed,
                    cost="-" if facts.price is None else f"{money:,.0f}",
                )
            )
            objective = "people"
            posed = pose(replace(question, share=1.0), facts, objective=objective)
            problem, rows = posed.problem, posed.rows
            choice = _solved(problem)
    if objective == "people":
        choice = _with_unpeopled(choice, problem, solve_problem)
    return Answer(
        choice=choice,
        problem=problem,
        rows=rows,
        new=_new(choice, facts),
        closed=np.setdiff1d(problem.fixed, choice.sites) - facts.reach.shape[1],
        objective=objective,
        findings=tuple(findings),
    )


def sites_for(
    question: SiteQuestion, facts: Facts, quickly: Callable[[Problem], Integers]
) -> Integers:
    """Give the candidates that a question asks for among other facts, without a proof.

    Parameters
    ----------
    question, facts
        As for :func:`gapmap.siting.posing.pose`.
    quickly
        What gives sites for a problem: :func:`gapmap.location.solving.quickly`.
    """
    objective = question.objective
    if objective in ("people", "worst_first") and question.unlimited:
        objective = "fewest"
    posed = pose(question, facts, objective=objective)
    size = facts.reach.shape[1]
    if not len(posed.rows) or not size:
        return np.empty(0, dtype=np.int64)
    sites = quickly(posed.problem)
    if objective == "fewest" and not question.unlimited:
        new = sites[sites < size]
        money = 0.0 if facts.price is None else float(facts.price[new].sum())
        if len(new) > (question.count or np.inf) or money > (question.budget or np.inf):
            return sites_for(replace(question, objective="people", share=1.0), facts, quickly)
    if objective == "people":
        left = _left_for(sites, posed.problem)
        if left is not None:
            sites = quickly(left)
    return np.asarray(sites[sites < size])


def _solved(problem: Problem) -> Choice:
    """Solve a problem; without a place or a site there is nothing to solve."""
    places, sites = problem.cost.shape
    if places and sites > len(problem.fixed):
        return solve_problem(problem)
    value = 0.0
    return Choice(
        sites=problem.fixed.copy(),
        value=value,
        bound=value,
        gap=0.0,
        proven=True,
        assigned=nearest_of(problem, problem.fixed),
    )


def _new(choice: Choice, facts: Facts) -> Integers:
    return np.asarray(choice.sites[choice.sites < facts.reach.shape[1]])


def _spent(choice: Choice, facts: Facts) -> float:
    return 0.0 if facts.price is None else float(facts.price[_new(choice, facts)].sum())


def _with_unpeopled(
    choice: Choice, problem: Problem, solved: Callable[[Problem], Choice]
) -> Choice:
    left = _left_for(choice.sites, problem)
    if left is None:
        return choice
    sites = solved(left).sites
    return replace(choice, sites=sites, assigned=nearest_of(problem, sites))


def _left_for(sites: Integers, problem: Problem) -> Problem | None:
    """Pose what is left after people: uncovered places where nobody lives as far as one knows.

    None where nothing is left, or where conditions hold that this would have to keep.
    """
    taken = np.setdiff1d(sites, problem.fixed)
    count = None if problem.count is None else problem.count - len(taken)
    budget = problem.budget
    if budget is not None and problem.site_cost is not None:
        budget = budget - float(problem.site_cost[taken].sum())
    if not problem.plain or count == 0:
        return None
    is_open = np.zeros(problem.cost.shape[1])
    is_open[sites] = 1.0
    reached = problem.cost.copy()
    reached.data = is_open[reached.indices]
    still = (problem.people == 0) & (reached.sum(axis=1) == 0)
    reached.data = np.ones(len(reached.data))
    if not (still & (reached.sum(axis=1) > 0)).any():
        return None
    return replace(
        problem, people=still.astype(float), count=count, budget=budget, fixed=np.sort(sites)
    )
