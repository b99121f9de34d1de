"""The widget itself; importing this module needs anywidget."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import anywidget
import traitlets

from gapmap.access import measure_access, service_of
from gapmap.assessment import assess
from gapmap.drawing import inert, inline_script
from gapmap.errors import MethodError
from gapmap.report.parts import content
from gapmap.scenario import Scenario, apply_scenario, scenario_of
from gapmap.whatif import make_what_if
from gapmap.widget.shown import not_shown

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from gapmap.about import About
    from gapmap.assessment import Assessment
    from gapmap.siting import CandidateSites, Proposal
    from gapmap.whatif import WhatIf

__all__ = ["Explorer", "make_explorer"]

_SCRIPT: Final = "built/widget.js"
_NOT_SHOWN: Final = ("findings", "files", "equity", "islands", "pieces", "indicators", "insights")
_KEYS: Final = ("on", "off", "limit_m", "limit_minutes", "date")


class Explorer(anywidget.AnyWidget):  # the way in which anywidget makes widgets
    """The what-if of the report, in a notebook.

    Attributes
    ----------
    scenario
        What is switched, as the JSON file of ``gapmap run --scenario`` has it; to be read and set.
    service
        The service that is shown; to be read and set.
    """

    scenario = traitlets.Dict().tag(sync=True)
    service = traitlets.Unicode().tag(sync=True)
    packed = traitlets.Unicode().tag(sync=True)

    _start: Assessment
    _what_if: WhatIf
    _candidates: Mapping[str, CandidateSites]

    @property
    def chosen(self) -> Scenario:
        """What is switched, as a value."""
        return scenario_of(self.scenario, file="scenario")

    def assessment(self) -> Assessment:
        """Measure and judge the state that is switched, by the engine: all tables, all reasons."""
        return _under(self.chosen, self._start, self._candidates)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write what is switched as the file of ``gapmap run --scenario``; give its path."""
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        told = json.dumps(self.scenario, ensure_ascii=False, indent=1)
        target.write_text(f"{told}\n", encoding="utf8", newline="\n")
        return target

    @traitlets.validate("scenario")
    def _known(self, proposed: Any) -> dict[str, object]:  # noqa: ANN401 - traitlets' own bunch
        told: dict[str, object] = proposed["value"]
        if not hasattr(self, "_start"):
            return told
        wrong = [key for key in told if key not in _KEYS]
        if wrong:
            raise MethodError(
                f"the what-if in a notebook takes {', '.join(_KEYS)}, not {', '.join(wrong)}; "
                "save it as JSON and run it: gapmap run --scenario FILE",
                f"笔记本中的情景只接受 {', '.join(_KEYS)},不接受 {', '.join(wrong)};"
                "请存为 JSON 后运行 gapmap run --scenario 文件",
            )
        scenario = scenario_of(told, file="scenario")
        access = self._start.access
        apply_scenario(
            scenario, access.places, access.facilities, access.services, candidates=self._candidates
        )
        _check_shown(not_shown(scenario, self._what_if, access.services))
        return told

    @traitlets.validate("service")
    def _measured(self, proposed: Any) -> str:  # noqa: ANN401 - traitlets' own bunch
        told: str = proposed["value"]
        if hasattr(self, "_start"):
            service_of(self._start.access, told)
        return told


def make_explorer(
    assessment: Assessment,
    service: str,
    candidates: Mapping[str, CandidateSites],
    proposals: Sequence[Proposal],
    about: About,
    *,
    costs: Mapping[str, float] | None = None,
) -> Explorer:
    """Make the widget.

    Parameters
    ----------
    assessment
        The state that it starts from.
    service
        What is shown first.
    candidates
        Where each service could be built.
    proposals
        Proposed sites.
    about
        Its language and what stands on the map.
    costs
        What a site of a service costs where its candidate does not say.
    """
    proposed: dict[str, set[str]] = {}
    for one in proposals:  # a service may have several
        proposed.setdefault(one.service, set()).update(one.sites["site_id"].astype(str))
    what_if = make_what_if(assessment, candidates, proposed=proposed, costs=costs)
    told = content(assessment, proposals, about, what_if=what_if)
    shown = told | {name: {} for name in _NOT_SHOWN}
    made = Explorer(_esm=inline_script(_SCRIPT), packed=inert(shown), service=service)
    made._start, made._candidates, made._what_if = assessment, candidates, what_if  # noqa: SLF001 - no traits, of our own class
    return made


def _check_shown(wrong: list[str]) -> None:
    """Refuse what the page would leave out, and write back without."""
    if not wrong:
        return
    what = ", ".join(wrong)
    raise MethodError(
        f"the widget cannot show {what}: it stays on or is left out to keep the widget small, or "
        "is a limit or date between its stops; save it as JSON and run it: "
        "gapmap run --scenario FILE",
        f"组件无法显示 {what}:为控制大小,该处不能关闭或未放入组件,或限值、日期不在其档位上;"
        "请存为 JSON 后运行 gapmap run --scenario 文件",
    )


def _under(
    scenario: Scenario, start: Assessment, candidates: Mapping[str, CandidateSites]
) -> Assessment:
    access = start.access
    facilities, services = apply_scenario(
        scenario, access.places, access.facilities, access.services, candidates=candidates
    )
    measured = measure_access(
        access.places, facilities, access.network, services, surface=access.surface
    )
    return assess(measured, start.plan, records=start.records)
