"""The kept network: equal to the built one, and never trusted when it is stale or damaged."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import importlib.metadata
import io
import json
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gapmap import cli
from gapmap.network import Network, NetworkSource, cache, read, read_network
from gapmap.network.cache import fetch, keep, network_key
from gapmap.network.value import Edges
from gapmap.study import check_study, read_study
from gapmap.temporary import hold, release

CRS = pyproj.CRS("EPSG:4547")
TOWN = """<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">
<node id="1" lon="114.00" lat="22.00"/><node id="2" lon="114.01" lat="22.00"/>
<node id="3" lon="114.02" lat="22.01"/><node id="4" lon="114.05" lat="22.01"/>
<node id="5" lon="114.06" lat="22.01"/>
<way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way>
<way id="2"><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/><tag k="maxspeed" v="0"/></way>
<way id="3"><nd ref="3"/><nd ref="4"/><tag k="route" v="ferry"/></way>
<way id="4"><nd ref="4"/><nd ref="5"/><nd ref="9"/><tag k="highway" v="track"/></way>
<way id="5"><nd ref="1"/><nd ref="5"/><tag k="highway" v="proposed"/></way></osm>
"""
FERRIES = (
    "from_x,from_y,to_x,to_y,minutes,headway_minutes,first_sailing,last_sailing,name\n"
    "114.006,22.001,114.049,22.011,17.1,25,06:30,21:05,渡轮\n"
)


def write(folder: Path) -> NetworkSource:
    """Write a town with ferries, a border and water; give its source."""
    (folder / "town.osm").write_text(TOWN, "utf8")
    (folder / "ferries.csv").write_text(FERRIES, "utf8")
    for name, shape in (
        ("border", shapely.LineString([(114.005, 21.9), (114.005, 22.1)])),
        ("water", shapely.box(114.03, 21.9, 114.04, 22.2)),
    ):
        gpd.GeoSeries([shape], crs=4326).to_file(folder / f"{name}.geojson")
    return NetworkSource(
        osm=folder / "town.osm",
        ferries=folder / "ferries.csv",
        borders=folder / "border.geojson",
        water=folder / "water.geojson",
        speeds={"walk": 4.1, "primary": 1 / 3},
        snap_m=777.7,
        simulated=True,
    )


@pytest.fixture(autouse=True)
def _small_inputs_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "LEAST_BYTES", 0)


@pytest.fixture
def source(tmp_path: Path) -> NetworkSource:
    return write(tmp_path)


def differences(one: Network, other: Network) -> list[str]:
    """Name what is not the same in two networks: values, types, shapes, order in memory."""
    pairs = [("xy", one.xy, other.xy)]
    pairs += [
        (f.name, getattr(one.edges, f.name), getattr(other.edges, f.name)) for f in fields(Edges)
    ]
    found = [
        name
        for name, a, b in pairs
        if (a.dtype, a.shape, a.tobytes()) != (b.dtype, b.shape, b.tobytes())
    ]
    plain = ("crs", "findings", "ferries", "rows", "simulated", "snap_m")
    found += [name for name in plain if getattr(one, name) != getattr(other, name)]
    if list(one.speeds.items()) != list(other.speeds.items()):
        found.append("speeds")
    for name in ("borders", "water"):
        a, b = getattr(one, name), getattr(other, name)
        if shapely.to_wkb(a) != shapely.to_wkb(b):
            found.append(name)
    return found


def kept_file(folder: Path) -> Path:
    (path,) = folder.glob("network-*.cache")
    return path


def test_these_are_all_the_parts_of_a_network() -> None:
    """Whoever adds a part has to keep it too, and to compare it above."""
    compared = {"xy", "edges", "crs", "findings", "ferries", "rows", "simulated", "snap_m"}
    compared |= {"speeds", "borders", "water"}
    assert {one.name for one in fields(Network)} == compared | {"memo", "cache"}


def test_what_is_read_equals_what_is_built(source: NetworkSource, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    plain = read_network(source, crs=CRS)
    built = read_network(source, crs=CRS, cache=folder)
    again = read_network(source, crs=CRS, cache=folder)
    assert (plain.cache, built.cache, again.cache) == ("off", "built", "read")
    assert differences(plain, built) == differences(plain, again) == []
    assert again.ferries[-1].first_sailing == dt.time(6, 30)
    codes = {one.code for one in again.findings}
    assert {"network-borders", "network-water", "network-ways-broken"} <= codes
    assert again.memo == {}
    assert (folder / ".gitignore").read_text("utf8") == "*\n"
    assert sorted(path.suffix for path in folder.iterdir()) == ["", ".cache"]


def test_a_network_of_lines_is_kept_too(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"highway": ["primary", None]},
        geometry=[shapely.LineString([(0, 0), (90, 10)]), shapely.LineString([(50, 50), (90, 10)])],
        crs=CRS,
    )
    frame.geometry = frame.geometry.translate(500_000, 2_460_000)
    frame.to_file(tmp_path / "roads.shp")
    source = NetworkSource(lines=tmp_path / "roads.shp")
    built = read_network(source, crs=CRS, cache=tmp_path / "kept")
    again = read_network(source, crs=CRS, cache=tmp_path / "kept")
    assert (built.cache, again.cache) == ("built", "read")
    assert differences(built, again) == []
    assert (again.borders, again.water) == (None, None)
    key = network_key(source, CRS)
    frame.assign(highway="footway").to_file(tmp_path / "other.shp")
    (tmp_path / "other.dbf").replace(tmp_path / "roads.dbf")
    assert network_key(source, CRS) != key  # the attributes stand beside the .shp


def test_hours_without_sailings_are_applied_to_what_was_kept(
    source: NetworkSource, tmp_path: Path
) -> None:
    night = replace(source, depart=dt.time(2, 0))
    assert network_key(night, CRS) == network_key(source, CRS)
    read_network(source, crs=CRS, cache=tmp_path / "kept")
    again = read_network(night, crs=CRS, cache=tmp_path / "kept")
    assert again.cache == "read"
    assert differences(again, read_network(night, crs=CRS)) == []


# The key


@pytest.mark.parametrize(
    "change",
    [
        {"snap_m": 777.8},
        {"speeds": {"walk": 4.1}},
        {"speeds": {"walk": 4.1, "primary": 0.3333}},
        {"datum": "gcj02"},
        {"simulated": False},
        {"layer": "roads"},
        {"ferries": None},
        {"water": None},
        {"borders": None},
    ],
)
def test_what_the_study_says_is_part_of_the_key(
    source: NetworkSource, change: dict[str, object]
) -> None:
    assert network_key(replace(source, **change), CRS) != network_key(source, CRS)


def test_what_decides_nothing_is_no_part_of_the_key(source: NetworkSource, tmp_path: Path) -> None:
    key = network_key(source, CRS)
    assert key == network_key(replace(source, speeds=dict([*source.speeds.items()][::-1])), CRS)
    assert key == network_key(replace(source, compare_borders=True), CRS)
    (tmp_path / "elsewhere").mkdir()
    assert key == network_key(write(tmp_path / "elsewhere"), CRS)
    os.utime(tmp_path / "town.osm", (0, 0))
    assert key == network_key(source, CRS)


@pytest.mark.parametrize("name", ["town.osm", "ferries.csv", "border.geojson", "water.geojson"])
def test_one_byte_of_any_input_changes_the_key(
    source: NetworkSource, tmp_path: Path, name: str
) -> None:
    key, path = network_key(source, CRS), tmp_path / name
    seen, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))  # as large and as old as before
    assert network_key(source, CRS) != key


def test_two_files_that_change_places_change_the_key(source: NetworkSource) -> None:
    assert network_key(replace(source, borders=source.water, water=source.borders), CRS) != (
        network_key(source, CRS)
    )


def test_the_crs_the_code_and_the_libraries_are_part_of_the_key(
    source: NetworkSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = network_key(source, CRS)
    assert network_key(source, pyproj.CRS("EPSG:4548")) != key
    with monkeypatch.context() as patch:
        patch.setattr(importlib.metadata, "version", lambda _: "99.0")
        assert network_key(source, CRS) != key
    with monkeypatch.context() as patch:
        patch.setattr(cache, "_FORMAT", 99)
        assert network_key(source, CRS) != key
    with monkeypatch.context() as patch:
        patch.setattr(cache.pyproj, "proj_version_str", "99.0")
        assert network_key(source, CRS) != key
    assert {"ways.py", "cache.py", "findings.toml", "failing.py", "convert.py"} <= {
        path.name for path in cache._own_code()
    }
    other = tmp_path / "ways.py"
    other.write_text("", "utf8")
    monkeypatch.setattr(cache, "_own_code", lambda: [other])
    assert network_key(source, CRS) != key


def test_small_and_missing_inputs_have_no_key(
    source: NetworkSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert network_key(replace(source, osm=tmp_path / "no.osm"), CRS) is None
    assert network_key(replace(source, osm=tmp_path / "no" / "no.osm"), CRS) is None
    parts = ("town.osm", "ferries.csv", "border.geojson", "water.geojson")
    size = sum((tmp_path / name).stat().st_size for name in parts)
    monkeypatch.setattr(cache, "LEAST_BYTES", size)
    assert network_key(source, CRS) is not None
    monkeypatch.setattr(cache, "LEAST_BYTES", size + 1)
    assert network_key(source, CRS) is None
    network = read_network(source, crs=CRS, cache=tmp_path / "kept")
    assert network.cache == "off"
    assert not (tmp_path / "kept").exists()


# What is kept is not trusted


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Network]:
    """Give a folder with a kept network, its key, and what it equals."""
    folder = tmp_path_factory.mktemp("kept")
    network = read_network(write(folder), crs=CRS)
    keep(folder / "cache", "a" * 64, network)
    return folder / "cache", "a" * 64, network


@given(data=st.data())
def test_no_bit_may_be_another(kept: tuple[Path, str, Network], data: st.DataObject) -> None:
    folder, key, _ = kept
    path = folder / f"network-{key}.cache"
    content = path.read_bytes()
    at = data.draw(st.integers(0, len(content) - 1))
    damaged = bytearray(content)
    damaged[at] ^= 1 << data.draw(st.integers(0, 7))
    other = "b" * 64
    (folder / f"network-{other}.cache").write_bytes(damaged)
    assert fetch(folder, other, CRS) is None


@given(data=st.data())
def test_no_byte_may_be_missing_or_more(
    kept: tuple[Path, str, Network], data: st.DataObject
) -> None:
    folder, key, _ = kept
    content = (folder / f"network-{key}.cache").read_bytes()
    end = data.draw(st.integers(0, len(content) - 1))
    other = "c" * 64
    for damaged in (content[:end], content[end + 1 :], content + content[:1], content * 2):
        (folder / f"network-{other}.cache").write_bytes(damaged)
        assert fetch(folder, other, CRS) is None


def test_a_kept_network_is_found_under_its_own_key_only(kept: tuple[Path, str, Network]) -> None:
    folder, key, network = kept
    found = fetch(folder, key, CRS)
    assert found is not None
    assert differences(found, network) == []
    other = "d" * 64
    content = (folder / f"network-{key}.cache").read_bytes()
    (folder / f"network-{other}.cache").write_bytes(content)
    assert fetch(folder, other, CRS) is None
    assert fetch(folder, "e" * 64, CRS) is None
    (folder / f"network-{'e' * 64}.cache").mkdir()
    assert fetch(folder, "e" * 64, CRS) is None


def test_another_version_of_the_format_is_not_read(
    kept: tuple[Path, str, Network], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, key, _ = kept
    assert fetch(folder, key, CRS) is not None
    monkeypatch.setattr(cache, "_FORMAT", 2)
    assert fetch(folder, key, CRS) is None


class _Trap:
    """An object that, when unpickled, would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def archive(**arrays: object) -> bytes:
    packed = io.BytesIO()
    np.savez(packed, **arrays)
    return packed.getvalue()


def signed(body: bytes) -> bytes:
    """Put a first line before a body that is right in every way."""
    digest = hashlib.sha256(body).hexdigest()
    return f"gapmap-network {cache._FORMAT} {digest}\n".encode() + body


def test_a_foreign_file_with_a_right_digest_is_refused_and_unpickles_nothing(
    kept: tuple[Path, str, Network], tmp_path: Path
) -> None:
    folder, key, _ = kept
    content = (folder / f"network-{key}.cache").read_bytes()
    with np.load(io.BytesIO(content[content.index(b"\n") + 1 :])) as own:
        parts = {name: own[name] for name in own.files}
    whole = json.loads(parts["header"].tobytes())

    def header(**change: object) -> np.ndarray:
        return np.frombuffer(json.dumps({**whole, "key": "f" * 64, **change}).encode(), np.uint8)

    trap = np.array([_Trap(tmp_path / "sprung")], object)
    right = {**parts, "header": header()}
    tails = parts["edges.tail"].copy()
    tails[0] = 10_000
    lengths = parts["edges.length_m"].copy()
    lengths[-1] = -1
    told = whole["findings"][0]
    foreign = {
        "nothing": b"",
        "text": b"hello",
        "array": archive()[:0] + np.zeros(3).tobytes(),
        "empty": archive(),
        "pickle": archive(**{**right, "xy": trap}),
        "pickled header": archive(**{**right, "header": trap}),
        "no key": archive(**{**right, "header": np.frombuffer(b"{}", np.uint8)}),
        "no object": archive(**{**right, "header": np.frombuffer(b"[1]", np.uint8)}),
        "missing part": archive(**{k: v for k, v in right.items() if k != "edges.head"}),
        "node that is none": archive(**{**right, "edges.tail": tails}),
        "negative length": archive(**{**right, "edges.length_m": lengths}),
        "another type": archive(**{**right, "edges.walk": parts["edges.walk"].astype(float)}),
        "lost points": archive(**{**right, "edges.coords": parts["edges.coords"][:-1]}),
        "no shape": archive(**{**right, "water": np.frombuffer(b"\x01\x02", np.uint8)}),
        "no nodes": archive(**{**right, "xy": parts["xy"][:, :1]}),
        "lost nodes": archive(**{**right, "xy": parts["xy"] * np.nan}),
        "unknown words": archive(
            **{**right, "header": header(findings=[{**told, "code": "no-such-code"}])}
        ),
    }
    path = folder / f"network-{'f' * 64}.cache"
    path.write_bytes(signed(archive(**right)))
    assert fetch(folder, "f" * 64, CRS) is not None
    for name, body in foreign.items():
        path.write_bytes(signed(body))
        assert fetch(folder, "f" * 64, CRS) is None, name
    assert not (tmp_path / "sprung").exists()


def test_a_damaged_network_is_built_again_and_replaced(
    source: NetworkSource, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    built = read_network(source, crs=CRS, cache=folder)
    path = kept_file(folder)
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:2000] + b"\x00" + whole[2001:], b"", b"\x80\x04N."):
        path.write_bytes(damaged)
        again = read_network(source, crs=CRS, cache=folder)
        assert again.cache == "built"
        assert differences(again, built) == []
        assert path.read_bytes() == whole


def test_a_changed_input_is_built_and_the_old_one_is_still_there(
    source: NetworkSource, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    old = read_network(source, crs=CRS, cache=folder)
    (tmp_path / "town.osm").write_text(TOWN.replace('lon="114.02"', 'lon="114.03"'), "utf8")
    new = read_network(source, crs=CRS, cache=folder)
    assert new.cache == "built"
    assert new.edges.length_m.sum() > old.edges.length_m.sum() + 500
    (tmp_path / "town.osm").write_text(TOWN, "utf8")
    back = read_network(source, crs=CRS, cache=folder)
    assert back.cache == "read"
    assert differences(back, old) == []


def test_a_file_that_changes_while_it_is_read_is_not_kept(
    source: NetworkSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = read._build

    def slow(*given: object) -> Network:
        (tmp_path / "town.osm").write_text(TOWN.replace('lon="114.02"', 'lon="114.03"'), "utf8")
        return build(*given)

    monkeypatch.setattr(read, "_build", slow)
    network = read_network(source, crs=CRS, cache=tmp_path / "kept")
    assert network.cache == "off"
    assert not (tmp_path / "kept").exists()


# A cache never makes a run fail


def test_a_place_that_cannot_be_written_to_is_no_error(
    source: NetworkSource, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="gapmap")  # the command line may have changed it
    (tmp_path / "kept").write_text("a file, no folder", "utf8")
    plain = read_network(source, crs=CRS)
    for folder in (tmp_path / "kept", tmp_path / "no" / "such"):
        network = read_network(source, crs=CRS, cache=folder)
        assert network.cache == "off"
        assert differences(network, plain) == []
    assert caplog.text.count("not kept for the next run") == 2


def test_a_full_disk_leaves_nothing_behind(
    source: NetworkSource,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, logger="gapmap")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        network = read_network(source, crs=CRS, cache=tmp_path / "kept")
    assert network.cache == "off"
    assert os.strerror(errno.ENOSPC) in caplog.text
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [".gitignore"]
    assert read_network(source, crs=CRS, cache=tmp_path / "kept").cache == "built"


def test_runs_at_the_same_time_find_a_whole_network_or_none(
    source: NetworkSource, tmp_path: Path
) -> None:
    plain = read_network(source, crs=CRS)
    other = replace(plain, snap_m=1.0)
    folder = tmp_path / "kept"

    def work(number: int) -> list[str]:
        for _ in range(10):
            if number % 3 == 0:
                keep(folder, "a" * 64, plain if number else other)
            else:
                found = fetch(folder, "a" * 64, CRS)
                if found is not None and differences(found, plain) not in ([], ["snap_m"]):
                    return differences(found, plain)
        return []

    with ThreadPoolExecutor(8) as pool:
        assert [found for found in pool.map(work, range(8)) if found] == []
    found = fetch(folder, "a" * 64, CRS)
    assert found is not None
    assert [path.suffix for path in folder.glob("network-*")] == [".cache"]


def test_old_networks_and_halves_of_killed_runs_are_removed(
    source: NetworkSource, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    for number in range(12):
        old = folder / f"network-{number:064}.cache"
        old.write_bytes(b"old")
        os.utime(old, (1000 + number, 1000 + number))
    (folder / "network-dead.part").write_bytes(b"half")
    (folder / "network-alive.part").write_bytes(b"half")
    (folder / "notes.txt").write_text("a planner's", "utf8")
    lock = hold(folder / "network-alive.part")
    read_network(source, crs=CRS, cache=folder)
    release(lock)
    names = {path.name for path in folder.iterdir()}
    assert {f"network-{n:064}.cache" for n in range(12)} & names == {
        f"network-{n:064}.cache" for n in range(5, 12)
    }
    assert len(names) == 8 + 3  # and .gitignore, the half whose process lives, the notes
    assert {"notes.txt", "network-alive.part"} < names
    read_network(source, crs=CRS, cache=folder)  # finds the network, and yet looks round
    assert not (folder / "network-alive.part").exists()


# In a study


def run(study: Path, out: Path) -> tuple[object, dict[str, bytes]]:
    """Run a study; give what it says of the cache, and all files but the manifest."""
    assert cli.main(["run", str(study), "-o", str(out)]) == 0
    files = {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    return json.loads(files.pop("run.json"))["network_cache"], files


def test_a_run_says_whether_it_used_the_cache_and_gives_the_same_bytes(tmp_path: Path) -> None:
    study = tmp_path / "town"
    assert cli.main(["init", str(study)]) == 0
    before = {path.name for path in study.iterdir()}
    check_study(study)
    assert {path.name for path in study.iterdir()} == before  # a check writes nothing
    first, built = run(study, tmp_path / "first")
    second, read_again = run(study, tmp_path / "second")
    assert (first, second) == ("built", "read")
    assert {path.name for path in study.iterdir()} == before | {".gapmap-cache"}
    assert built.keys() == read_again.keys()
    assert [name for name in built if built[name] != read_again[name]] == []


def test_a_study_can_do_without_the_cache(tmp_path: Path) -> None:
    study = tmp_path / "town"
    assert cli.main(["init", str(study)]) == 0
    text = (study / "study.toml").read_text("utf8")
    (study / "study.toml").write_text(text.replace("[network]", "[network]\ncache = false"), "utf8")
    network = read_study(study).network
    assert network is not None
    assert network.cache == "off"
    assert not (study / ".gapmap-cache").exists()
