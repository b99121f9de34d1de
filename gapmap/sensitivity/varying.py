"""Vary: how far the figures move when what was assumed differs within its ranges."""

from __future__ import annotations

from dataclasses import dataclass, replace
from numbers import Integral
from typing import TYPE_CHECKING, Final

from gapmap.errors import MethodError
from gapmap.findings import finding
from gapmap.sensitivity.assumptions import Assumptions
from gapmap.sensitivity.certainty import certainty_table
from gapmap.sensitivity.differences import difference_table
from gapmap.sensitivity.engine import draws, fixed_positions, swings
from gapmap.sensitivity.intervals import interval_table, tally_draws
from gapmap.sensitivity.tornado import tornado_table
from gapmap.sensitivity.watching import SitesSeen, TargetsSeen
from gapmap.siting import Proposal
from gapmap.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd

    from gapmap.access import Access
    from gapmap.assessment import Assessment
    from gapmap.findings import Finding
    from gapmap.sensitivity.value import Draw, Swing

__all__ = ["Varied", "told_of", "vary"]

ALONE: Final = 100
"""Draws of an assumption alone that has no ends, at most."""
FEW: Final = 100
"""Fewer draws make rough intervals, and a finding says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Varied:
    """How sure the figures of an assessment are. All of it rests on assumptions.

    Attributes
    ----------
    assumptions, count, seed
        What was varied, in how many draws, from which seed.
    intervals, differences
        ``intervals.csv``, a row per row of coverage; ``gap_intervals.csv``, a row per row of gaps.
    certainty
        ``certainty.csv``: in how many draws each place is covered.
    targets
        ``target_draws.csv``: in how many draws each target is met, and which do not depend on
        what was varied.
    sites
        ``site_draws.csv``: in how many draws each proposed site would be chosen.
    tornado
        ``tornado.csv``: what each assumption alone does to the share of people covered.
    findings
        What was doubtful.
    """

    assumptions: Assumptions
    count: int
    seed: int
    intervals: pd.DataFrame
    differences: pd.DataFrame
    certainty: pd.DataFrame
    targets: pd.DataFrame
    sites: pd.DataFrame
    tornado: pd.DataFrame
    findings: tuple[Finding, ...] = ()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the tables by the name of their file without its ending."""
        return {
            "intervals": self.intervals,
            "gap_intervals": self.differences,
            "certainty": self.certainty,
            "target_draws": self.targets,
            "site_draws": self.sites,
            "tornado": self.tornado,
        }


def vary(
    assessment: Assessment,
    proposals: Proposal | Sequence[Proposal] = (),
    *,
    assumptions: Assumptions | None = None,
    count: int = 1000,
    seed: int = 1,
) -> Varied:
    """Draw speeds, positions, limits, people and ferry waits, and tell how far the figures move.

    Parameters
    ----------
    assessment
        The state, from :func:`gapmap.assess`.
    proposals
        One proposal or several, of the same state, and of a service each.
    assumptions
        What varies and how far; gapmap's own where nothing is given. Where places have no people
        and each counts 1, that does not vary.
    count
        How many draws; at least 1. Fewer than 100 make rough intervals, fewer than 20 none.
    seed
        0, 1, 2 ...: the same seed gives the same draws.

    Returns
    -------
    Varied
        Tables, every one of which says that its basis is an assumption.

    Raises
    ------
    MethodError
        A count or seed that is no whole number from 1 or 0, a proposal of a service that is not
        measured, two of one service, accuracy for a file of which no place or facility is.
    """
    _check_whole("count", count, 1, "take at least one draw", "抽样次数至少为 1")
    _check_whole("seed", seed, 0, "take 0, 1, 2 ...", "随机种子可取 0、1、2……")
    held = assumptions or Assumptions()
    if assessment.access.places.weight == "places":  # each counts 1, which nobody doubts
        held = replace(held, people=0.0, people_common=0.0)
    chosen = (proposals,) if isinstance(proposals, Proposal) else tuple(proposals)
    access = assessment.access
    stream = draws(access, held, count=count, seed=seed, proposals=chosen)
    return told_of(
        assessment,
        chosen,
        stream,
        swings(access, held, count=min(count, ALONE), seed=seed),
        assumptions=held,
        seed=seed,
    )


def _check_whole(name: str, value: object, least: int, todo: str, todo_zh: str) -> None:
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least:
        raise MethodError(
            f"{name} is {value!r}, no whole number from {least}; {todo}",
            f"{name} 为 {value!r},不是不小于 {least} 的整数;{todo_zh}",
        )


def told_of(
    assessment: Assessment,
    proposals: Sequence[Proposal],
    stream: Iterable[Draw],
    alone: Sequence[Swing],
    *,
    assumptions: Assumptions,
    seed: int,
) -> Varied:
    """Tell what draws say of an assessment; see :func:`vary`.

    Parameters
    ----------
    stream
        Draws in which everything varies, read once.
    alone
        One assumption at a time.
    """
    targets, sites = TargetsSeen(assessment), SitesSeen(proposals)
    tally = tally_draws(assessment.access, sites.watching(targets.watching(stream)))
    return Varied(
        assumptions=assumptions,
        count=tally.count,
        seed=seed,
        intervals=interval_table(assessment, tally),
        differences=difference_table(assessment, tally),
        certainty=certainty_table(assessment, tally),
        targets=targets.table(tally.count),
        sites=sites.table(),
        tornado=tornado_table(assessment, alone),
        findings=tuple(_findings(assessment.access, tally.count, alone)),
    )


def _findings(access: Access, count: int, alone: Sequence[Swing]) -> Iterator[Finding]:
    if count < FEW:
        yield finding("sensitivity-few-draws", count=count, few=FEW)
    if not alone:
        yield finding("sensitivity-nothing-varies")
    fixed = fixed_positions(access)
    if fixed and any(one.assumption == "position" for one in alone):
        yield finding("sensitivity-positions-fixed", **listed(fixed))
