"""What the documentation names exists: files, headings, make targets, commands, Python names."""

import importlib.util
import re
from pathlib import Path

import pytest

import gapmap
from gapmap import cli

TOP = Path(__file__).parents[1]
PAGES = sorted(
    path
    for path in TOP.rglob("*.md")
    if not {".venv", "outputs", "node_modules"} & set(path.relative_to(TOP).parts)
    and not any(part.startswith(".") and part != ".ci" for part in path.relative_to(TOP).parts)
)
READMES = [TOP / "README.md", TOP / "README.zh.md"]


def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text("utf8"), flags=re.MULTILINE | re.DOTALL)


def links(page: Path) -> list[str]:
    return re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)", prose(page))


def anchors(page: Path) -> set[str]:
    """Headings as GitHub makes anchors of them: lower case, punctuation gone, blanks to hyphens."""
    headings = re.findall(r"^#+ +(.+?) *#*$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(TOP).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            assert link.startswith(("https://", "mailto:")), link
            continue
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), f"{page.name} links to {link}"
        assert file.is_relative_to(TOP), f"{link} leaves the project"
        if anchor:
            assert anchor in anchors(file), f"{page.name}: no heading for {link}"


def test_every_named_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (TOP / "Makefile").read_text("utf8"), re.MULTILINE))
    for page in [*READMES, TOP / "CONTRIBUTING.md"]:
        named = set(re.findall(r"(?:^|`)make ([a-z]+)", page.read_text("utf8"), re.MULTILINE))
        assert named, f"{page.name} names no make target"
        assert named <= targets


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_every_named_command_exists(page: Path) -> None:
    known = set(re.findall(r"[a-z]+", cli._parser().format_help()))
    named = re.findall(r"\.venv/bin/gapmap ([a-z]+)", page.read_text("utf8"))
    assert set(named) == {"init", "check", "run", "site", "compare", "plans", "convert"}
    assert set(named) <= known


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_every_python_name_exists(page: Path) -> None:
    named = set(re.findall(r"\bgm\.(\w+)", page.read_text("utf8")))
    assert {"read_study", "assess", "build_report"} <= named <= set(gapmap.__all__)


def test_both_readmes_point_at_the_same_files() -> None:
    own = {page.name for page in READMES}
    english, chinese = (
        {link.replace(".zh.md", ".md") for link in links(page)} - own for page in READMES
    )
    assert english == chinese


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_on_bad_data_holds_the_catalogue_of_today(language: str) -> None:
    spec = importlib.util.spec_from_file_location("catalogue", TOP / "docs" / "catalogue.py")
    catalogue = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(catalogue)
    told = catalogue.PAGES[language].read_text("utf8")
    assert told == catalogue.page(language), "run: .venv/bin/python docs/catalogue.py"
