"""Programmes: what is built in which year, and what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from gapmap.findings import Finding
    from gapmap.siting import Proposal

__all__ = ["Programme", "Year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """What one year allows.

    Attributes
    ----------
    year
        The calendar year; what is built in it counts from its 31 December on.
    count
        How many sites at most; None for any number.
    budget
        Money at most; None for any amount. What is not spent is carried into the next year.
    """

    year: int
    count: int | None = None
    budget: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A proposal whose sites are spread over years.

    Attributes
    ----------
    proposal
        Its sites carry the year's number in ``phase`` (1, 2, ...) and the year in ``year``; before
        is the state before the first year, after the state after the last.
    years
        One row per year, the state before first (``year`` empty): ``service``, ``phase``,
        ``year``, ``sites``, ``cost``, ``budget``, ``carried`` (into the next year),
        ``people_covered``, ``share_people``, ``share_people_low``, ``share_people_high``,
        ``places_covered``, ``places_uncovered``, ``value``, ``bound`` (of people covered by the end
        of that year), ``proven`` (that no programme covers more by then).
    curve
        Sites in the order of building, the start first: ``service``, ``rank``, ``phase``,
        ``year``, ``site_id``, ``name``, ``cost``, ``cost_so_far``, ``people_gained``,
        ``people_so_far``, ``people_per_10000_yuan``.
    targets
        One row per target and scope unit that asks for this service, due in the programme's years
        or before, or named: ``service``, ``target``, ``clause``, ``title_zh``, ``title_en``,
        ``scope``, ``unit_zh``, ``unit_en``, ``required``, ``before`` (at the end of the last year
        if nothing is built), ``after``, ``due``, ``status_before``, ``status_after``,
        ``sites_needed`` (new sites that it needs), ``held`` (whether it was a condition),
        ``cost_of_it`` (money more, against the best programme without it), ``people_forgone``
        (covered fewer for its sake), ``basis``, ``reason``, ``reason_zh`` (after).
    unmet
        Conditions that cannot be held and places that cannot be served, each with the reason:
        ``service``, ``what`` (``target``, ``place``, ``budget``), ``id``, ``name``, ``why``
        (English), ``why_zh``, ``short_by``, ``unit``, ``target``. Empty where all can.
    feasible
        Whether all conditions hold. Otherwise the programme is the nearest that can be built:
        conditions are missed by as little as possible first.
    findings
        What has to be told.
    """

    proposal: Proposal
    years: pd.DataFrame
    curve: pd.DataFrame
    targets: pd.DataFrame = field(default_factory=pd.DataFrame)
    unmet: pd.DataFrame = field(default_factory=pd.DataFrame)
    feasible: bool = True
    findings: tuple[Finding, ...] = ()

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        from gapmap.programme.card import programme_card  # noqa: PLC0415 - a card takes the value's module

        return programme_card(self)
