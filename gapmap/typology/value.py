"""What the kinds of gap are: who is in which, how sure the groups are, where clusters lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from gapmap.findings import Finding
    from gapmap.typology.grouping import Grouping

__all__ = ["GapKinds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapKinds:
    """Places that lack a service, grouped by what they lack, why, and who lives there.

    Attributes
    ----------
    places
        The columns of ``typology.csv``, a row for each place. ``standing`` is ``grouped`` for a
        place that is known to lack a service; ``little_known`` for one of these of which more
        services are unknown than known; ``unknown`` for one of which that is not known of
        any service, but may be; ``nobody_has`` for one that lacks only what no facility provides
        anywhere; ``lacks_nothing``. Only grouped places have a ``kind_id``.
    kinds
        The columns of ``kinds.csv``, a row for each group; one row where there are no clear groups,
        none where no place lacks anything.
    clusters
        The columns of ``clusters.csv``.
    members
        The rows of ``places`` that belong to each cluster.
    grouping
        How the groups were found and how sure they are.
    features
        Names of what was compared; ``share_lacked`` stands for which services are lacking where
        those gave no clear groups.
    services, nobody_has
        Ids of the services that were compared, and of those that no facility provides.
    findings
        What was left out.
    """

    places: pd.DataFrame
    kinds: pd.DataFrame
    clusters: pd.DataFrame
    members: tuple[tuple[int, ...], ...]
    grouping: Grouping
    features: tuple[str, ...]
    services: tuple[str, ...]
    nobody_has: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
