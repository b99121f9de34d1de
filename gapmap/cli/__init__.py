"""The command line: the only part that talks. Heavy imports wait until a command needs them."""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import gapmap
from gapmap.cli import commands
from gapmap.cli.check import check
from gapmap.cli.comparing import asked_rightly, compare_runs
from gapmap.cli.printing import complain, finish, system_language
from gapmap.cli.siting import site as site_command
from gapmap.errors import GapmapError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["main"]

OBJECTIVES = ("people", "fewest", "distance", "worst", "worst_first")
"""Those of :mod:`gapmap.location`, which is heavy to load."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code: 0 done, 1 unusable input, 2 usage."""
    try:
        given = _parser().parse_args(arguments)
        if "refuse" in given:
            given.refuse(given)
    except SystemExit as stop:  # argparse has told what is wrong with the command
        return int(stop.code or 0)
    language = given.language or system_language()
    logging.basicConfig(format="%(name)s: %(message)s")
    logging.getLogger("gapmap").setLevel(logging.DEBUG if given.debug else logging.ERROR)
    try:
        code = int(given.command(given, language))
        finish()
    except GapmapError as error:
        complain(error.text(language), language)
    except KeyboardInterrupt:
        complain("已中止" if language == "zh" else "stopped", language)
    except BrokenPipeError:
        sys.stderr.close()
    except Exception as error:
        if given.debug:
            raise
        complain(_unforeseen(error, language), language)
    else:
        return code
    return 1


def _unforeseen(error: Exception, language: str) -> str:
    said = f"{type(error).__name__}: {error}".splitlines()[0][:300]
    if language == "zh":
        return f"程序内部出错({said})\n这是 gapmap 的缺陷;请加 --debug 重新运行,并报告完整输出"
    return (
        f"something went wrong inside gapmap ({said})\n"
        "this is a defect of gapmap; run again with --debug and report the whole output"
    )


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
    listed = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, run: Callable[[argparse.Namespace, str], int], words: str
    ) -> argparse.ArgumentParser:
        one = listed.add_parser(name, parents=[common], help=words, description=words)
        one.set_defaults(command=run)
        return one

    init = add("init", commands.init, "write a commented study with example files / 新建示例研究")
    init.add_argument("dir", type=Path)
    checked = add("check", check, "read everything and print findings / 检查输入")
    checked.add_argument("study", type=Path)
    checked.add_argument("-o", "--output", type=Path, help="write findings.csv here")
    run = add("run", commands.run, "do the whole job / 运行整个研究")
    run.add_argument("study", type=Path)
    run.add_argument("-o", "--output", type=Path, help="folder of the results")
    run.add_argument("--scenario", type=Path, help="a what-if (JSON) / 情景文件")
    run.add_argument(
        "--pdf",
        action="store_true",
        help="also write report.pdf: maps and tables / 另出 PDF",
    )
    run.add_argument("--no-docx", action="store_true", help="no report.docx / 不出 Word")
    site = add("site", site_command, "propose sites for one service / 选址")
    site.add_argument("study", type=Path)
    site.add_argument("--service", required=True)
    _add_site(site)
    _add_compare(add("compare", compare_runs, "say what changed, and why / 比较变化及其原因"))
    plans = add("plans", commands.plans, "list shipped plans, or print one / 列出规划")
    plans.add_argument("id", nargs="?")
    convert = add("convert", commands.convert, "change the datum of a file / 坐标系转换")
    convert.add_argument("file", type=Path)
    convert.add_argument("--from", dest="source", required=True)
    convert.add_argument("--to", dest="target", required=True)
    convert.add_argument("--sheet", help="sheet of a workbook / 工作表")
    convert.add_argument("--layer", help="layer of a file that has several / 图层")
    convert.add_argument("-o", "--output", type=Path, required=True)
    return parser


def _add_site(site: argparse.ArgumentParser) -> None:
    """Add what ``site`` takes: a count or a budget, but for the fewest sites neither."""
    size = site.add_mutually_exclusive_group()
    size.add_argument("--count", type=_positive_count, help="most new sites / 新建数量")
    size.add_argument("--budget", type=_positive, help="money in all / 预算")
    site.add_argument("--cost", type=_positive, help="cost of one site / 单点造价")
    site.add_argument("--objective", choices=OBJECTIVES, help="what the sites are best in / 目标")
    site.add_argument("--candidates", help="places, grid:500, roads:500 or a file / 候选点")
    site.add_argument("-o", "--output", type=Path, help="folder of the results")

    def refuse(given: argparse.Namespace) -> None:
        sized = given.count is not None or given.budget is not None
        if not sized and given.objective != "fewest":
            site.error(
                "give --count or --budget (without them only --objective fewest) / 须给出数量或预算"
            )
        if sized and given.objective == "fewest":
            site.error(
                "--objective fewest takes neither --count nor --budget / 最少的点不需数量或预算"
            )

    site.set_defaults(refuse=refuse)


def _add_compare(compare: argparse.ArgumentParser) -> None:
    """Add the two forms of ``compare``: two folders, or one study and two dates."""
    compare.usage = (
        "gapmap compare OUT_A OUT_B [-o OUT]\n"
        "       gapmap compare STUDY --from DATE --to DATE [-o OUT]"
    )
    compare.add_argument(
        "out_a", type=Path, metavar="OUT_A|STUDY", help="a run's folder, or a study / 结果或研究"
    )
    compare.add_argument("out_b", type=Path, nargs="?", metavar="OUT_B")
    for flag, name, words in (
        ("--from", "date_a", "such as 2012-12-31 / 起始日期"),
        ("--to", "date_b", "such as 2014-12-31 / 截止日期"),
    ):
        compare.add_argument(flag, dest=name, type=_date, metavar="DATE", help=words)
    compare.add_argument("-o", "--output", type=Path, help="folder for the tables / 结果文件夹")
    compare.set_defaults(refuse=_refuse_compare(compare))


def _refuse_compare(
    compare: argparse.ArgumentParser,
) -> Callable[[argparse.Namespace], None]:
    def refuse(given: argparse.Namespace) -> None:
        if not asked_rightly(given):
            compare.error("name two folders, or one study with --from and --to")

    return refuse


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        said = f"{text!r} is no date; write one such as 2014-12-31 / 不是日期,请写成 2014-12-31"
        raise argparse.ArgumentTypeError(said) from error


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
