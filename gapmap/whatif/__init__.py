"""What-if: what a page has to know to say what other sites, limits or dates would change."""

from gapmap.whatif.making import make_what_if
from gapmap.whatif.value import Switches, WhatIf

__all__ = ["Switches", "WhatIf", "make_what_if"]
