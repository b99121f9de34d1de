"""What stands below a figure of the document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gapmap.outputs.naming import file_names
from gapmap.outputs.paper.cells import limit_of, plain_text, says

if TYPE_CHECKING:
    from gapmap.outputs.results import Results

__all__ = ["caption_of"]

_WHOLE: Final = {
    "coverage": ("各项服务的覆盖率", "Coverage by service"),
    "targets": ("规划目标的状态", "How the plan's targets stand"),
    "trajectory": ("规划目标的推进", "Progress of the plan's targets"),
    "tornado": ("哪个假设最要紧", "Which assumption matters most"),
    "detour": ("直线近而道路远的地方", "Near on the map, far by road"),
}
_BY_SERVICE: Final = {
    "status_": ("各村居的状态", "status of every place"),
    "minutes_": ("出行时间", "travel time"),
    "people_grid_": ("栅格人口", "people on the grid"),
    "programme_": ("分年建设", "programme by year"),
}


def caption_of(stem: str, results: Results, number: int) -> str:
    """Say what a figure shows.

    Parameters
    ----------
    stem
        Its file's name without the ending.
    results
        The run.
    number
        Its number in the document.
    """
    head = says(results, f"图 {number} ", f"Figure {number}. ")
    if stem in _WHOLE:
        return head + says(results, *_WHOLE[stem])
    services = results.assessment.access.services
    names = file_names(one.id for one in services)
    for start, told in _BY_SERVICE.items():
        for one in services:
            if stem == f"{start}{names[one.id]}":
                name = plain_text(results.service_name(one.id), most=80)
                what = says(results, *told)
                return says(
                    results,
                    f"{head}{name}:{what}({limit_of(results, one)})",
                    f"{head}{name}: {what} ({limit_of(results, one)})",
                )
    return head + plain_text(stem)
