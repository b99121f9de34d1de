"""The commands but ``check``; heavy imports wait until a command needs them."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from gapmap.cli.printing import counted, percent, progress, say, show_table
from gapmap.errors import OutputError

if TYPE_CHECKING:
    import argparse

    from gapmap.outputs import Results
    from gapmap.scenario import Scenario
    from gapmap.studyfile import SitingEntry

__all__ = ["convert", "init", "plans", "run", "site"]


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
    from gapmap.scenario import read_scenario  # noqa: PLC0415

    scenario = read_scenario(given.scenario) if given.scenario else None
    out = given.output or Path("outputs") / _study_name(given.study)
    results = _job(given, out, scenario=scenario)
    _summary(results, out, language)
    return 0


def _study_name(study: Path) -> str:
    folder = study if study.is_dir() else study.parent
    return folder.resolve().name or "study"


def _job(
    given: argparse.Namespace,
    out: Path,
    *,
    scenario: Scenario | None = None,
    siting: SitingEntry | None = None,
) -> Results:
    from gapmap.study import run_study  # noqa: PLC0415

    with progress() as steps:
        return run_study(
            given.study,
            out,
            scenario=scenario,
            language=given.language,
            siting=siting,
            steps=steps,
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


def site(given: argparse.Namespace, language: str) -> int:
    """Do the whole job and propose sites for one service."""
    from gapmap.study import study_path  # noqa: PLC0415
    from gapmap.studyfile import SitingEntry, read_study_file  # noqa: PLC0415

    asked = {entry.service: entry for entry in read_study_file(study_path(given.study)).siting}
    entry = asked.get(given.service, SitingEntry(service=given.service))
    siting = replace(
        entry,
        count=given.count,
        budget=given.budget,
        objective="people",
        share=1.0,
        years=(),
        start=None,
        cost=given.cost or entry.cost,
    )
    out = given.output or Path("outputs") / f"{_study_name(given.study)}-{given.service}"
    results = _job(given, out, siting=siting)
    zh = language == "zh"
    sites = results.proposals[0].sites
    rows = [
        (
            str(row.rank),
            str(row.site_id),
            str(row.name_),
            f"{row.people_gained:,.0f}",
            str(row.places_gained),
        )
        for row in sites.rename(columns={"name": "name_"}).itertuples()
    ]
    titles = ("次序", "编号", "名称", "新增覆盖人口", "新增覆盖村居")
    show_table(titles if zh else ("rank", "site", "name", "people gained", "places gained"), rows)
    if not rows:
        say("没有候选点能再覆盖任何人" if zh else "no candidate would cover anybody further")
    say(f"{'结果' if zh else 'results'}: {out}")
    return 0


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
