"""Plans and standards: what was promised, word by word, as data.

A plan file is TOML (``docs/plan-format.md``); the shipped ones stand in ``gapmap/plans/``
beside the library of standards.
"""

from gapmap.plan.reading import read_plan, shipped_plans
from gapmap.plan.standards import Standard, judge_source, standards
from gapmap.plan.values import MEASURES, STATES, Ask, Level, Plan, Project, Target, Unit

__all__ = [
    "MEASURES",
    "STATES",
    "Ask",
    "Level",
    "Plan",
    "Project",
    "Standard",
    "Target",
    "Unit",
    "judge_source",
    "read_plan",
    "shipped_plans",
    "standards",
]
