"""Where to build next: sites for a service, optimal, under a budget, fair and explained."""

from gapmap.location import Choice, solve
from gapmap.siting.candidates import candidate_sites
from gapmap.siting.proposing import choose, propose_sites, serves_whom
from gapmap.siting.value import OBJECTIVES, PROPOSAL_COLUMNS, Proposal

__all__ = [
    "OBJECTIVES",
    "PROPOSAL_COLUMNS",
    "Choice",
    "Proposal",
    "candidate_sites",
    "choose",
    "propose_sites",
    "serves_whom",
    "solve",
]
