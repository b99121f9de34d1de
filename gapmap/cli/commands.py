"""The commands but ``check``; heavy imports wait until a command needs them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from gapmap.cli.printing import counted, percent, progress, say, show_table
from gapmap.errors import OutputError

if TYPE_CHECKING:
    import argparse

    from gapmap.outputs import Papers, Results
    from gapmap.scenario import Scenario
    from gapmap.studyfile import SitingEntry

__all__ = ["convert", "init", "job", "plans", "run", "study_name"]


def init(given: argparse.Namespace, language: str) -> int:
    """Write the starter study."""
    target: Path = given.dir
    starter = files("gapmap").joinpath("starter")
    names = sorted(one.name for one in starter.iterdir() if one.is_file())
    for name in names:
        if (target / name).exists():
            raise OutputError(
                f"{target / name} is there already; choose an empty folder",
                f"{target / name} 已存在;请换一个空文件夹",
            )
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name in names:
            (target / name).write_bytes(starter.joinpath(name).read_bytes())
    except OSError as error:
        raise OutputError(
            f"{target} cannot be written ({error.strerror}); choose another folder",
            f"无法写入 {target}({error.strerror});请换一个文件夹",
        ) from error
    study = target / "study.toml"
    say(f"{'已写入' if language == 'zh' else 'written'}: {study}")
    say(f"gapmap run {study}")
    return 0


def run(given: argparse.Namespace, language: str) -> int:
    """Do the whole job, with a what-if or without, and show the coverage."""
    from gapmap.outputs import Papers  # noqa: PLC0415
    from gapmap.scenario import read_scenario  # noqa: PLC0415

    scenario = read_scenario(given.scenario) if given.scenario else None
    out = given.output or Path("outputs") / study_name(given.study)
    papers = Papers(word=not given.no_docx, pdf=given.pdf)
    results = job(given, out, scenario=scenario, papers=papers)
    _summary(results, out, language)
    return 0


def study_name(study: Path) -> str:
    """Give the name of the folder that a study stands in."""
    folder = study if study.is_dir() else study.parent
    return folder.resolve().name or "study"


def job(
    given: argparse.Namespace,
    out: Path,
    *,
    scenario: Scenario | None = None,
    siting: SitingEntry | None = None,
    papers: Papers | None = None,
) -> Results:
    """Run a study under a progress bar."""
    from gapmap.study import run_study  # noqa: PLC0415

    with progress() as steps:
        return run_study(
            given.study,
            out,
            scenario=scenario,
            language=given.language,
            siting=siting,
            steps=steps,
            papers=papers,
        )


def _summary(results: Results, out: Path, language: str) -> None:
    from gapmap.findings import by_severity  # noqa: PLC0415

    zh = language == "zh"
    access = results.assessment.access
    names = {service.id: service.name.get(language, service.id) for service in access.services}
    city = results.assessment.coverage
    city = city[city["group_kind"] == "city"]
    rows = [
        (
            names[row.service],
            percent(row.share_people),
            f"{percent(row.share_people_low)} - {percent(row.share_people_high)}",
            str(row.places_uncovered),
            str(row.places_unknown),
        )
        for row in city.itertuples()
    ]
    weight = access.places.weight
    show_table(
        (
            "服务",
            "覆盖人口" if weight == "people" else "覆盖村居",
            "下限 - 上限",
            "未覆盖村居",
            "未知村居",
        )
        if zh
        else ("service", f"{weight} covered", "low - high", "places uncovered", "places unknown"),
        rows,
    )
    if results.about.simulated:
        say("模拟数据:不得用于决策" if zh else "simulated data: not for decisions")
    found = counted(by_severity(results.findings), language)
    say(f"{found}{':见 ' if zh else ': see '}{out / 'findings.csv'}")
    say(f"{'报告' if zh else 'report'}: {out / 'report.html'}")


def plans(given: argparse.Namespace, language: str) -> int:
    """List the shipped plans, or print one."""
    from gapmap.plan import read_plan, shipped_plans  # noqa: PLC0415

    if given.id is None:
        for name in shipped_plans():
            say(f"{name}  {read_plan(name).name.get(language, '')}")
        return 0
    plan = read_plan(given.id)
    zh = language == "zh"
    say(plan.name.get(language, plan.id))
    rows = [
        (
            target.id,
            target.clause,
            target.title.get(language, ""),
            target.measure,
            "" if target.required is None else f"{target.required:g}",
            target.due.isoformat() if target.due else "",
        )
        for target in plan.targets
    ]
    titles = ("编号", "条款", "内容", "度量", "要求", "期限")
    show_table(titles if zh else ("id", "clause", "what", "measure", "required", "due"), rows)
    return 0


def convert(given: argparse.Namespace, language: str) -> int:
    """Change the datum of a file."""
    from gapmap.convert import convert_file  # noqa: PLC0415
    from gapmap.outputs import check_file  # noqa: PLC0415

    check_file(given.output)  # which may not be a part of a run
    found_in = convert_file(
        given.file,
        given.output,
        source=given.source,
        target=given.target,
        sheet=given.sheet,
        layer=given.layer,
    )
    for found in found_in:
        say(found.sentence(language))
    say(f"{'已写入' if language == 'zh' else 'written'}: {given.output}")
    return 0
