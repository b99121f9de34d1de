"""gapmap: who is not covered by a public service, how far they have to go, why, and where to build.

Names are loaded when they are first used, so that ``import gapmap`` stays quick.

Examples
--------
>>> import gapmap as gm
>>> study = gm.read_study("zhuhai/study.toml")  # doctest: +SKIP
"""

from __future__ import annotations

__version__ = "0.1.0"
