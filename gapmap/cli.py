"""The command line: the only module that talks. Heavy imports wait until a command needs them."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import gapmap
from gapmap.errors import GapmapError, OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import Console

    from gapmap.outputs import Results
    from gapmap.scenario import Scenario
    from gapmap.study import Steps
    from gapmap.studyfile import SitingEntry

__all__ = ["main"]

USAGE = 2
MOST_FINDINGS = 200


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code: 0 done, 1 unusable input, 2 usage."""
    try:
        given = _parser().parse_args(arguments)
    except SystemExit as stop:  # argparse has told what is wrong with the command
        return int(stop.code or 0)
    language = given.language or _system_language()
    logging.basicConfig(format="%(name)s: %(message)s")
    logging.getLogger("gapmap").setLevel(logging.DEBUG if given.debug else logging.ERROR)
    try:
        return int(given.command(given, language))
    except GapmapError as error:
        _complain(error.text(language), language)
    except KeyboardInterrupt:
        _complain("已中止" if language == "zh" else "stopped", language)
    except BrokenPipeError:
        sys.stderr.close()
    except Exception as error:
        if given.debug:
            raise
        _complain(_unforeseen(error, language), language)
    return 1


def _unforeseen(error: Exception, language: str) -> str:
    said = f"{type(error).__name__}: {error}".splitlines()[0][:300]
    if language == "zh":
        return f"程序内部出错({said})\n这是 gapmap 的缺陷;请加 --debug 重新运行,并报告完整输出"
    return (
        f"something went wrong inside gapmap ({said})\n"
        "this is a defect of gapmap; run again with --debug and report the whole output"
    )


def _complain(message: str, language: str) -> None:
    head = "错误:" if language == "zh" else "error: "
    print(head + message, file=sys.stderr)  # noqa: T201 - the command line talks


def _say(text: str = "") -> None:
    print(text)  # noqa: T201 - the command line talks


def _system_language() -> str:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--language", choices=("zh", "en"), help="language of messages / 语言")
    common.add_argument("--debug", action="store_true", help="show tracebacks / 显示调试信息")
    parser = argparse.ArgumentParser(
        prog="gapmap",
        description="Who is not covered by a public service, how far, why, and where to build. "
        "谁没有被公共服务覆盖、要走多远、为什么、下一步建在哪里。",
    )
    parser.add_argument("--version", action="version", version=f"gapmap {gapmap.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, run: Callable[[argparse.Namespace, str], int], words: str
    ) -> argparse.ArgumentParser:
        one = commands.add_parser(name, parents=[common], help=words, description=words)
        one.set_defaults(command=run)
        return one

    init = add("init", _init, "write a commented study with small example files / 新建示例研究")
    init.add_argument("dir", type=Path)
    check = add("check", _check, "read everything and print findings / 检查输入")
    check.add_argument("study", type=Path)
    check.add_argument("-o", "--output", type=Path, help="write findings.csv here")
    run = add("run", _run, "do the whole job / 运行整个研究")
    run.add_argument("study", type=Path)
    run.add_argument("-o", "--output", type=Path, help="folder of the results")
    run.add_argument("--scenario", type=Path, help="a what-if (JSON) / 情景文件")
    site = add("site", _site, "propose sites for one service / 选址")
    site.add_argument("study", type=Path)
    site.add_argument("--service", required=True)
    size = site.add_mutually_exclusive_group(required=True)
    size.add_argument("--count", type=_positive_count)
    size.add_argument("--budget", type=_positive)
    site.add_argument("--cost", type=_positive, help="cost of one site / 单点造价")
    site.add_argument("-o", "--output", type=Path)
    compare = add("compare", _compare, "say what changed between two runs / 比较两次结果")
    compare.add_argument("out_a", type=Path)
    compare.add_argument("out_b", type=Path)
    compare.add_argument("-o", "--output", type=Path)
    plans = add("plans", _plans, "list shipped plans, or print one / 列出规划")
    plans.add_argument("id", nargs="?")
    convert = add("convert", _convert, "change the datum of a file / 坐标系转换")
    convert.add_argument("file", type=Path)
    convert.add_argument("--from", dest="source", required=True)
    convert.add_argument("--to", dest="target", required=True)
    convert.add_argument("--sheet", help="sheet of a workbook / 工作表")
    convert.add_argument("--layer", help="layer of a file that has several / 图层")
    convert.add_argument("-o", "--output", type=Path, required=True)
    return parser


def _positive(text: str) -> float:
    value = float(text)
    if not value > 0 or value == float("inf"):
        raise argparse.ArgumentTypeError(text)
    return value


def _positive_count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(text)
    return value


def _init(given: argparse.Namespace, language: str) -> int:
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
    _say(f"{'已写入' if language == 'zh' else 'written'}: {study}")
    _say(f"gapmap run {study}")
    return 0


def _check(given: argparse.Namespace, language: str) -> int:
    from gapmap.findings import as_table  # noqa: PLC0415 - see the module's first line
    from gapmap.outputs import write_table  # noqa: PLC0415
    from gapmap.study import check_study  # noqa: PLC0415
    from gapmap.words import word  # noqa: PLC0415

    with _progress() as steps:
        checked = check_study(given.study, steps=steps)
    table = as_table(checked.findings, language)
    if given.output is not None:
        is_file = given.output.suffix.lower() == ".csv"
        write_table(given.output if is_file else given.output / "findings.csv", table)
    rows = [[str(cell) if str(cell) != "<NA>" else "" for cell in row] for row in table.to_numpy()]
    shown = [(word(r[0], language), r[2], r[3], r[4], r[6], r[7]) for r in rows[:MOST_FINDINGS]]
    zh = language == "zh"
    titles = (
        ("程度", "文件", "行", "列", "问题", "处理")
        if zh
        else ("severity", "file", "row", "column", "what", "done")
    )
    _table(titles, shown)
    if len(rows) > MOST_FINDINGS:
        rest = len(rows) - MOST_FINDINGS
        _say(f"... 其余 {rest} 条请用 -o 写入文件" if zh else f"... {rest} more; write all with -o")
    words = (
        "读取 {} 行 = 使用 {} + 修复 {} + 排除 {}"
        if zh
        else ("{} rows = {} used + {} repaired + {} excluded")
    )
    for one in checked.rows:
        _say(f"{one.file}: " + words.format(one.read, one.used, one.repaired, one.excluded))
    counts = table["severity"].value_counts()
    kinds = [("error", "错误"), ("warning", "警告"), ("note", "说明")]
    _say(", ".join(f"{zh_word if zh else word} {counts.get(word, 0)}" for word, zh_word in kinds))
    return 0 if checked.usable else 1


def _run(given: argparse.Namespace, language: str) -> int:
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

    with _progress() as steps:
        return run_study(
            given.study,
            out,
            scenario=scenario,
            language=given.language,
            siting=siting,
            steps=steps,
        )


def _summary(results: Results, out: Path, language: str) -> None:
    zh = language == "zh"
    access = results.assessment.access
    names = {service.id: service.name.get(language, service.id) for service in access.services}
    city = results.assessment.coverage
    city = city[city["group_kind"] == "city"]
    rows = [
        (
            names[row.service],
            _percent(row.share_people),
            f"{_percent(row.share_people_low)} - {_percent(row.share_people_high)}",
            str(row.places_uncovered),
            str(row.places_unknown),
        )
        for row in city.itertuples()
    ]
    counted = access.places.weight
    _table(
        (
            "服务",
            "覆盖人口" if counted == "people" else "覆盖村居",
            "下限 - 上限",
            "未覆盖村居",
            "未知村居",
        )
        if zh
        else ("service", f"{counted} covered", "low - high", "places uncovered", "places unknown"),
        rows,
    )
    worst = [one for one in results.findings if one.severity == "warning"]
    if results.about.simulated:
        _say("模拟数据:不得用于决策" if zh else "simulated data: not for decisions")
    said = f"{len(worst)} 条警告见" if zh else f"{len(worst)} warnings in"
    _say(f"{said} {out / 'findings.csv'}")
    _say(f"{'报告' if zh else 'report'}: {out / 'report.html'}")


def _percent(share: float) -> str:
    return "?" if share != share else f"{share:.1%}"  # noqa: PLR0124 - NaN is not itself


def _signed(number: float) -> str:
    return "?" if number != number else f"{number:+,.0f}"  # noqa: PLR0124 - NaN is not itself


def _site(given: argparse.Namespace, language: str) -> int:
    from gapmap.study import study_path  # noqa: PLC0415
    from gapmap.studyfile import SitingEntry, read_study_file  # noqa: PLC0415

    asked = {entry.service: entry for entry in read_study_file(study_path(given.study)).siting}
    entry = asked.get(given.service, SitingEntry(service=given.service))
    siting = SitingEntry(
        service=given.service,
        count=given.count,
        budget=given.budget,
        candidates=entry.candidates,
        objective="people",
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
    _table(titles if zh else ("rank", "site", "name", "people gained", "places gained"), rows)
    if not rows:
        _say("没有候选点能再覆盖任何人" if zh else "no candidate would cover anybody further")
    _say(f"{'结果' if zh else 'results'}: {out}")
    return 0


def _compare(given: argparse.Namespace, language: str) -> int:
    from gapmap.change import compare  # noqa: PLC0415
    from gapmap.outputs import write_table  # noqa: PLC0415

    change = compare(given.out_a, given.out_b)
    zh = language == "zh"
    city = change.coverage[change.coverage["group_kind"] == "city"]
    rows = [
        (row.service, _percent(row.share_people_a), _percent(row.share_people_b),
         _signed(row.people_covered_difference))
        for row in city.itertuples()
    ]  # fmt: skip
    _table(("服务", "A", "B", "覆盖人口变化") if zh else ("service", "A", "B", "people"), rows)
    for why, count in change.places["why"].value_counts().sort_index().items():
        _say(f"{why}: {count}")
    if given.output is not None:
        for name in ("coverage", "places", "targets"):
            write_table(given.output / f"{name}_change.csv", getattr(change, name))
        _say(f"{'结果' if zh else 'results'}: {given.output}")
    return 0


def _plans(given: argparse.Namespace, language: str) -> int:
    from gapmap.plan import read_plan, shipped_plans  # noqa: PLC0415

    if given.id is None:
        for name in shipped_plans():
            _say(f"{name}  {read_plan(name).name.get(language, '')}")
        return 0
    plan = read_plan(given.id)
    zh = language == "zh"
    _say(plan.name.get(language, plan.id))
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
    _table(titles if zh else ("id", "clause", "what", "measure", "required", "due"), rows)
    return 0


def _convert(given: argparse.Namespace, language: str) -> int:
    from gapmap.convert import convert_file  # noqa: PLC0415

    found_in = convert_file(
        given.file,
        given.output,
        source=given.source,
        target=given.target,
        sheet=given.sheet,
        layer=given.layer,
    )
    for found in found_in:
        _say(found.sentence(language))
    _say(f"{'已写入' if language == 'zh' else 'written'}: {given.output}")
    return 0


@contextmanager
def _progress() -> Iterator[Steps]:
    """Show the step at work on a terminal; stay silent in a pipe."""
    from gapmap.study import Steps  # noqa: PLC0415

    console = _console(stderr=True)
    if not console.is_terminal:
        yield Steps()
        return
    with console.status("gapmap") as status:
        yield Steps(tell=status.update)


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console  # noqa: PLC0415

    return Console(stderr=stderr, markup=False, highlight=False, emoji=False)


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; in a pipe as tab-separated text, whole cells, nothing cut."""
    console = _console()
    clean = [["".join(c if c.isprintable() else " " for c in cell) for cell in row] for row in rows]
    if not console.is_terminal:
        for row in [titles, *clean]:
            _say("\t".join(row))
        return
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(*titles)
    for row in clean:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)
