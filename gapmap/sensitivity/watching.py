"""What is counted while draws pass by: targets met, and sites chosen."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gapmap.sensitivity.intervals import BASIS, FEWEST, TOO_FEW, between
from gapmap.sensitivity.value import COVERED
from gapmap.targets import asked_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gapmap.assessment import Assessment
    from gapmap.sensitivity.value import Draw
    from gapmap.siting import Proposal

__all__ = ["SITE_COLUMNS", "TARGET_DRAW_COLUMNS", "SitesSeen", "TargetsSeen"]

_OF_TARGETS: Final = (
    *("target", "title_zh", "title_en", "unit", "overall", "service"),
    *("measure_unit", "required", "achieved"),
)
TARGET_DRAW_COLUMNS: Final = (
    *_OF_TARGETS,
    *("achieved_draw_low", "achieved_draw_high", "met_share_of_draws", "draws", "basis", "reason"),
)
SITE_COLUMNS: Final = (
    *("service", "rank", "site_id", "name", "proposed", "chosen_share", "draws", "basis"),
)
MOST_OTHERS: Final = 20
"""Sites beside those proposed that are listed for a service: those chosen most often."""
_DECIMALS: Final = 6


class TargetsSeen:
    """Counts in how many draws each target is met."""

    def __init__(self, assessment: Assessment) -> None:
        self._table = assessment.targets.reset_index(drop=True)
        self._asked, self._why = asked_of(
            assessment.plan, assessment.access, assessment.records, self._table
        )
        self._achieved: dict[int, list[float]] = {one.row: [] for one in self._asked}
        self._met: dict[int, list[bool]] = {one.row: [] for one in self._asked}

    def watching(self, stream: Iterable[Draw]) -> Iterator[Draw]:
        """Hand the draws on and count."""
        for draw in stream:
            covered = {service: held == COVERED for service, held in draw.status.items()}
            for one in self._asked:
                achieved = one.achieved(covered[one.service], draw.people)
                self._achieved[one.row].append(achieved)
                self._met[one.row].append(one.meets(achieved))
            yield draw

    def table(self, count: int) -> pd.DataFrame:
        """Give one row per row of ``targets.csv``, in its order."""
        told = self._table.reindex(columns=list(_OF_TARGETS))
        for name in ("achieved_draw_low", "achieved_draw_high", "met_share_of_draws"):
            told[name] = np.full(len(told), np.nan)
        for one in self._asked:
            rows = one.parts or (one.row,)
            met = np.all([self._met[row] for row in rows], axis=0)
            achieved = np.min([self._achieved[row] for row in rows], axis=0)
            low, high = between(np.round(achieved, _DECIMALS)[None, :])
            told.loc[one.row, "achieved_draw_low"] = low[0]
            told.loc[one.row, "achieved_draw_high"] = high[0]
            told.loc[one.row, "met_share_of_draws"] = float(met.mean())
        told["draws"] = [0 if why else count for why in self._why]
        told["basis"] = ["" if why else BASIS for why in self._why]
        told["reason"] = [why or (TOO_FEW if count < FEWEST else "") for why in self._why]
        return told[list(TARGET_DRAW_COLUMNS)]


class SitesSeen:
    """Counts in how many draws each site would be chosen."""

    def __init__(self, proposals: Sequence[Proposal]) -> None:
        self._proposals = tuple(proposals)
        self._chosen = [Counter[str]() for _ in self._proposals]
        self._asked = [0] * len(self._proposals)

    def watching(self, stream: Iterable[Draw]) -> Iterator[Draw]:
        """Hand the draws on and count; a draw that chose no sites is not asked."""
        for draw in stream:
            for number, proposal in enumerate(self._proposals):
                if proposal.service in draw.sites:
                    self._chosen[number].update(draw.sites[proposal.service])
                    self._asked[number] += 1
            yield draw

    def table(self) -> pd.DataFrame:
        """Give the proposed sites, then those that are chosen most often without being proposed."""
        rows: list[dict[str, object]] = []
        for number, proposal in enumerate(self._proposals):
            asked, chosen = self._asked[number], self._chosen[number]
            sites = proposal.sites
            held = list(zip(sites["rank"], sites["site_id"], sites["name"], strict=True))
            own = {one for _, one, _ in held}
            others = sorted((-times, one) for one, times in chosen.items() if one not in own)
            names = _names(proposal)
            named = [(None, one, names.get(one, "")) for _, one in others[:MOST_OTHERS]]
            rows += [
                {
                    "service": proposal.service,
                    "rank": rank,
                    "site_id": one,
                    "name": name,
                    "proposed": one in own,
                    "chosen_share": chosen[one] / asked if asked else np.nan,
                    "draws": asked,
                    "basis": BASIS,
                }
                for rank, one, name in [*held, *named]
            ]
        return pd.DataFrame(rows, columns=list(SITE_COLUMNS)).astype({"rank": "Int64"})


def _names(proposal: Proposal) -> dict[str, str]:
    """Give what the candidates are called, by the id that a site there has."""
    candidates = proposal.candidates
    if candidates is None:
        return {}
    named = zip(candidates["site_id"], candidates["name"], strict=True)
    return {f"{proposal.service}@{ident}": str(name) for ident, name in named}
