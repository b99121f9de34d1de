"""Where to build next: sites for a service, optimal, under a budget, fair and explained."""

from gapmap.location import Choice, solve
from gapmap.siting.candidates import CandidateSites, candidate_sites
from gapmap.siting.proposing import choose, propose_sites, serves_whom
from gapmap.siting.ruling import SiteGround, find_candidates
from gapmap.siting.value import OBJECTIVES, PROPOSAL_COLUMNS, Proposal

__all__ = [
    "OBJECTIVES",
    "PROPOSAL_COLUMNS",
    "CandidateSites",
    "Choice",
    "Proposal",
    "SiteGround",
    "candidate_sites",
    "choose",
    "find_candidates",
    "propose_sites",
    "serves_whom",
    "solve",
]
