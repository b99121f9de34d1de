"""The project's own promises: packages, versions, licences, names, what is never committed."""

import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import conftest
import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import gapmap

TOP = Path(__file__).parents[1]
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text("utf8"))["project"]
EXTRAS = dict(PROJECT["optional-dependencies"])
PEERS = EXTRAS.pop("bench")  # what `make bench` measures against; (A)GPL may be among it
CONDA_NAMES = {"osmium": "pyosmium", "matplotlib": "matplotlib-base"}


def committed() -> list[Path]:
    """Files of the project: tracked ones and new ones that git does not ignore."""
    if shutil.which("git") and (TOP / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - git by its name
            cwd=TOP,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        return [TOP / name for name in listed.split("\0") if name and (TOP / name).is_file()]
    left_out = {".venv", "outputs", "dist", "build", "__pycache__"}
    return [
        path
        for path in TOP.rglob("*")
        if path.is_file() and not left_out & set(path.relative_to(TOP).parts)
    ]


def pins(file: str = "constraints.txt") -> dict[str, str]:
    lines = (TOP / file).read_text("utf8").splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line) for line in kept), kept
    return {
        canonicalize_name(name): version for name, _, version in (p.partition("==") for p in kept)
    }


def wanted() -> list[Requirement]:
    extras = [one for extra in EXTRAS.values() for one in extra]
    return [Requirement(one) for one in (*PROJECT["dependencies"], *extras)]


def closure() -> set[str]:
    """All packages that the dependencies and extras pull in on this machine."""
    todo = wanted()
    found: set[str] = set()
    while todo:
        one = todo.pop()
        name = canonicalize_name(one.name)
        if name in found:
            continue
        found.add(name)
        for line in distribution(name).requires or ():
            needed = Requirement(line)
            extras = one.extras or {""}
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in extras):
                todo.append(needed)
    return found


def test_environment_yml_names_the_same_packages_with_the_same_minima() -> None:
    entries = re.findall(
        r"^  - (\S+) (\S+)$", (TOP / "environment.yml").read_text("utf8"), re.MULTILINE
    )
    conda = {name: SpecifierSet(version) for name, version in entries}
    assert conda.pop("python") == SpecifierSet(PROJECT["requires-python"])
    ours = [Requirement(one) for one in PROJECT["dependencies"]]
    assert conda == {CONDA_NAMES.get(one.name, one.name): one.specifier for one in ours}


def test_every_dependency_is_pinned_within_what_the_project_allows() -> None:
    pinned = pins()
    for one in wanted():
        version = pinned[canonicalize_name(one.name)]
        assert one.specifier.contains(version), f"{one} but pinned {version}"


@pytest.mark.parametrize("file", ["constraints.txt", "benchmarks/constraints.txt"])
def test_constraints_name_no_source(file: str) -> None:
    assert not re.search(r"://|^-|@", (TOP / file).read_text("utf8"), re.MULTILINE)


def test_the_tests_run_with_the_pinned_versions() -> None:
    pinned = pins()
    running = {name: distribution(name).version for name in closure()}
    assert {name: pinned.get(name) for name in running} == running


def test_peers_of_the_benchmarks_are_pinned_apart() -> None:
    pinned = pins("benchmarks/constraints.txt")
    for one in map(Requirement, PEERS):
        assert one.specifier.contains(pinned[canonicalize_name(one.name)]), one
    assert not pinned.keys() & pins().keys()


def test_only_make_bench_installs_the_peers() -> None:
    makefile = (TOP / "Makefile").read_text("utf8")
    rules = re.findall(r"^([^#\t\n][^:\n]*):(?!=)([^=#\n]*)", makefile, re.MULTILINE)
    assert [to for to, needs in rules if "$(PEERS)" in needs] == ["bench"]
    assert [to for to, needs in rules if re.search(r"\bbench\b", needs)] == [".PHONY"]
    assert "[bench]" not in makefile
    for script in sorted((TOP / ".ci").iterdir()):
        assert not re.search(r"\bbench|peers", script.read_text("utf8")), script


def test_only_the_benchmarks_import_the_peers() -> None:
    names = "|".join(Requirement(one).name for one in PEERS)
    pattern = re.compile(rf"^\s*(?:import|from) (?:{names})\b", re.MULTILINE)
    sources = [path for path in committed() if path.suffix in (".py", ".ipynb")]
    assert sources
    assert not [path for path in sources if pattern.search(path.read_text("utf8"))]


ALLOWED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause",
    "BSD-3-Clause", "BSD", "CC0-1.0", "ISC", "MIT", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Zlib",
}  # fmt: skip
BY_CLASSIFIER = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
BY_WORDS = {"Apache 2.0": "Apache-2.0"}
EXCEPTIONS = {  # name: why it may stay although its licence is not allowed, or not read
    "colorcet": "CC-BY-4.0, colour maps; xarray-spatial brings it, a peer in the tests alone",
    "exactextract": "Apache-2.0, whose whole text stands where its name should",
    "geoarrow-rust-core": "MIT or Apache-2.0, as its repository says; its wheel names none",
}


def licence_of(name: str) -> str:
    metadata = distribution(name).metadata
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classifiers = [
        line.rsplit(" :: ", 1)[1]
        for line in metadata.get_all("Classifier") or ()
        if line.startswith("License :: OSI Approved :: ")
    ]
    if classifiers:
        return " AND ".join(BY_CLASSIFIER.get(one, one) for one in classifiers)
    words = str(metadata.get("License") or "").split("\n")[0]
    return BY_WORDS.get(words, words)


def is_allowed(expression: str) -> bool:
    """Judge an SPDX expression without brackets: OR needs one allowed side, AND all."""
    return any(
        all(part.strip() in ALLOWED for part in choice.split(" AND "))
        for choice in expression.split(" OR ")
    )


def test_licence_rule_tells_allowed_from_not() -> None:
    assert is_allowed("MIT AND PSF-2.0")
    assert is_allowed("GPL-3.0-only OR MIT")
    assert is_allowed("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception")
    assert not is_allowed("MIT AND GPL-3.0-only")
    assert not is_allowed("AGPL-3.0-or-later")
    assert not is_allowed("")


@pytest.mark.parametrize("name", sorted(closure()))
def test_licence_is_allowed(name: str) -> None:
    assert name in EXCEPTIONS or is_allowed(licence_of(name)), licence_of(name)


def test_top_level_is_what_the_user_fixed() -> None:
    for fixed in ("gapmap", "data/boundaries", "notebooks", "outputs", "tests", "environment.yml"):
        assert (TOP / fixed).exists(), fixed
    known = {
        ".ci", ".gitattributes", ".gitignore", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md",
        "LICENSE", "Makefile", "README.md", "README.zh.md", "SECURITY.md", "benchmarks",
        "constraints.txt", "data", "docs", "environment.yml", "gapmap", "notebooks", "outputs",
        "pyproject.toml", "tests",
    }  # fmt: skip
    assert {path.relative_to(TOP).parts[0] for path in committed()} <= known


def test_version_stands_the_same_everywhere() -> None:
    citation = (TOP / "CITATION.cff").read_text("utf8")
    assert f"\nversion: {gapmap.__version__}\n" in citation
    assert distribution("gapmap").version == gapmap.__version__


# Written in pieces, so that this file does not name them.
_HOSTS = (
    "python" + "hosted", "pypi" + r"\.org", "npm" + r"js\.(?:org|com)", "npm" + "mirror",
    "deb" + r"\.debian\.org", "conda" + r"\.anaconda\.org", "tuna" + r"\.tsinghua",
)  # fmt: skip
FORBIDDEN = {
    "names the host of a package registry": re.compile("|".join(_HOSTS), re.IGNORECASE),
    "holds a path of one machine": re.compile(r"(?<![\w.$}*)-])/(?:work|root|home/\w+|Users/\w+)/"),
}


def test_no_file_names_a_registry_host_or_a_path_of_one_machine() -> None:
    faults = []
    for path in committed():
        raw = path.read_bytes()
        if b"\0" in raw[:8000]:
            continue
        text = raw.decode("utf8", errors="replace")
        faults += [
            f"{path.relative_to(TOP)} {what}: {hit.group()}"
            for what, pattern in FORBIDDEN.items()
            if (hit := pattern.search(text))
        ]
    assert not faults


def test_large_files_are_data_only() -> None:
    large = [p.relative_to(TOP).as_posix() for p in committed() if p.stat().st_size > 500_000]
    assert all(name.startswith("data/") for name in large), large


def fresh(code: str) -> str:
    """Run code in an interpreter of its own, away from the project's folder."""
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=TOP.anchor
    )
    return done.stdout.strip()


def test_importing_gapmap_loads_nothing_heavy() -> None:
    loaded = fresh("import gapmap, sys; print(*sys.modules)").split()
    heavy = {canonicalize_name(one.name) for one in wanted()} | {"sklearn", "asyncio", "tomllib"}
    assert "gapmap" in loaded
    assert not heavy & {name.partition(".")[0] for name in loaded}
    # the guard has to be there before anything loads GDAL
    assert [name for name in loaded if name.startswith("gapmap.")] == ["gapmap.gdal_guard"]


def test_a_study_without_rasters_does_not_wait_for_rasterio() -> None:
    assert (
        fresh("import gapmap.cli, gapmap.study, sys; print('rasterio' in sys.modules)") == "False"
    )


def test_the_files_that_start_first_are_there() -> None:
    there = {path.name for path in TOP.joinpath("tests").rglob("test_*.py")}
    assert not {*conftest.LONGEST_FIRST} - there


def test_public_names_are_the_namespace() -> None:
    shown = fresh("import gapmap; print(*(n for n in vars(gapmap) if not n.startswith('_')))")
    assert shown == "gdal_guard", "a fresh gapmap has names that are not in __all__"
    assert sorted(gapmap.__all__) == gapmap.__all__
    assert [name for name in dir(gapmap) if not name.startswith("_")] == gapmap.__all__


@pytest.mark.parametrize("name", gapmap.__all__)
def test_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(gapmap, name)
    assert value.__doc__
    assert value.__name__.rpartition(".")[2] == name


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'measure_acces'"):
        gapmap.measure_acces  # noqa: B018 - asking is the test
