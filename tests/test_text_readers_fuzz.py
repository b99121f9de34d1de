"""Study files, plans and what-ifs with anything in them: a value, or an error in one sentence."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gapmap.errors import InputError
from gapmap.plan import read_plan
from gapmap.scenario import read_scenario
from gapmap.study.inputs import named_files
from gapmap.studyfile import read_study_file

STARTER = files("gapmap").joinpath("starter", "study.toml").read_text("utf8")
PLAN = files("gapmap").joinpath("plans", "zhuhai-2012-2014.toml").read_text("utf8")
SCENARIO = json.dumps(
    {
        "on": ["S01"],
        "off": ["S02"],
        "added": [{"service": "bus_shelter", "x": 110.0, "y": 25.0}],
        "limit_m": {"bus_shelter": 800},
        "date": "2013-12-31",
        "no_sailing": True,
        "depart": "08:00",
    }
)
VALUES = st.sampled_from(
    [
        *("-1", "0", "1e400", "nan", "inf", "true", "[]", "{}", "[[]]", '""', '"\\u0000"'),
        *('"../../etc/passwd"', '"/vsicurl/http://x"', '"\\u202e"', "1979-05-27", "07:32:00"),
        *("9" * 40, '"' + "x" * 5000 + '"', "{ a = { b = { c = 1 } } }", '["a", 1]'),
    ]
)
QUIET = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@st.composite
def spoiled(draw: st.DrawFn, text: str) -> bytes:
    """Give the text with values replaced, lines doubled, dropped, moved, or bytes damaged."""
    lines = text.splitlines()
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        how = draw(st.sampled_from(("value", "drop", "double", "move", "key")))
        key, equals, _ = lines[at].partition("=")
        if how == "value" and equals:
            lines[at] = f"{key}= {draw(VALUES)}"
        elif how == "key" and equals:
            name = draw(st.text("abc_é ", max_size=4))
            lines[at] = name + lines[at][len(key) :]
        elif how == "drop":
            lines[at] = ""
        elif how == "double":
            lines.insert(at, lines[at])
        else:
            lines.insert(draw(st.integers(0, len(lines))), lines[at])
    raw = bytearray("\n".join(lines).encode())
    if draw(st.booleans()):
        at = draw(st.integers(0, len(raw) - 1))
        raw[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(raw)


def read_or_refuse(read, path: Path):
    """Give what is read, or None where it is refused in both languages; let all else through."""
    try:
        return read(path)
    except InputError as error:
        if not (error.text("zh") and error.text("en") and error.found):
            raise
    return None


@QUIET
@given(raw=spoiled(STARTER))
def test_any_study_file_is_read_or_refused(tmp_path, raw: bytes) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes(raw)
    study = read_or_refuse(read_study_file, path)
    if study is not None:
        assert all(isinstance(one, Path) for _, one, _ in named_files(study))


@QUIET
@given(raw=spoiled(PLAN))
def test_any_plan_is_read_or_refused(tmp_path, raw: bytes) -> None:
    path = tmp_path / "plan.toml"
    path.write_bytes(raw)
    plan = read_or_refuse(read_plan, path)
    if plan is not None:
        ids = [target.id for target in plan.targets]
        assert len(set(ids)) == len(ids)


@st.composite
def broken_json(draw: st.DrawFn) -> bytes:
    """Give a what-if with any JSON value in any place, or with bytes damaged."""
    made = json.loads(SCENARIO)
    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
        ),
        max_leaves=6,
    )
    made[draw(st.sampled_from([*made, "speed", ""]))] = draw(anything)
    raw = bytearray(json.dumps(draw(st.sampled_from([made, made["on"], made["added"]]))).encode())
    if draw(st.booleans()):
        at = draw(st.integers(0, len(raw) - 1))
        raw[at : at + 2] = draw(st.binary(max_size=3))
    return bytes(raw)


@QUIET
@given(raw=broken_json())
def test_any_what_if_is_read_or_refused(tmp_path, raw: bytes) -> None:
    path = tmp_path / "what.json"
    path.write_bytes(raw)
    scenario = read_or_refuse(read_scenario, path)
    assert scenario is None or scenario.file == path.name


def test_deep_nesting_is_refused_in_a_sentence(tmp_path) -> None:
    path = tmp_path / "what.json"
    path.write_text("[" * 100_000, "utf8")
    with pytest.raises(InputError):
        read_scenario(path)
    study = tmp_path / "study.toml"
    study.write_text("a = " + "[" * 100_000, "utf8")
    with pytest.raises(InputError):
        read_study_file(study)
    assert tomllib.loads("a = 1") == {"a": 1}
