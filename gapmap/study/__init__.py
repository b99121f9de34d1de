"""Study: all that one study file names, read; and the whole job from study to outputs."""

from gapmap.study.comparing import compare, compare_dates
from gapmap.study.inputs import input_paths, study_path
from gapmap.study.reading import check_study, read_study
from gapmap.study.run import run_study
from gapmap.study.value import Checked, Steps, Study

__all__ = [
    "Checked",
    "Steps",
    "Study",
    "check_study",
    "compare",
    "compare_dates",
    "input_paths",
    "read_study",
    "run_study",
    "study_path",
]
