"""Where to build next: sites for a service, optimal, under a budget, fair and explained."""

from gapmap.location import Choice, solve
from gapmap.siting.candidates import CandidateSites, candidate_sites
from gapmap.siting.proposing import propose_sites
from gapmap.siting.question import SiteQuestion
from gapmap.siting.ruling import SiteGround, find_candidates
from gapmap.siting.sharing import SharedProposal, propose_shared
from gapmap.siting.tables import proposal_tables
from gapmap.siting.value import OBJECTIVES, PROPOSAL_COLUMNS, Proposal

__all__ = [
    "OBJECTIVES",
    "PROPOSAL_COLUMNS",
    "CandidateSites",
    "Choice",
    "Proposal",
    "SharedProposal",
    "SiteGround",
    "SiteQuestion",
    "candidate_sites",
    "find_candidates",
    "proposal_tables",
    "propose_shared",
    "propose_sites",
    "solve",
]
