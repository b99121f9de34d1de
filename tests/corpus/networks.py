"""Roads: in pieces, without classes, with speeds and lengths that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.city import Case, feature, geojson

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["CASES"]

LINES = {
    "[services.bus_shelter]": (
        '[network]\nlines = "roads.geojson"\ndatum = "wgs84"\n\n[services.bus_shelter]'
    )
}
OSM = {"[services.bus_shelter]": '[network]\nosm = "roads.osm"\n\n[services.bus_shelter]'}


def line(*points: tuple[float, float], **tags: object) -> dict[str, object]:
    """Give a road."""
    shape = {"type": "LineString", "coordinates": [list(xy) for xy in points]}
    return feature(shape, **{"highway": "residential", **tags})


def roads(*features: dict[str, object]) -> Callable[[Path], None]:
    """Write roads."""
    return lambda folder: geojson(folder / "roads.geojson", features)


MAIN = line((113.12, 22.15), (113.48, 22.15))


def osm(
    ways: Mapping[int, Mapping[str, str]], head: str = "", missing: int = 0
) -> Callable[[Path], None]:
    """Write OSM XML: each way from node 1 over 2 to 3, all of which exist but ``missing``."""

    def spoil(folder: Path) -> None:
        nodes = "".join(
            f'<node id="{number}" lat="22.15" lon="{113.1 + 0.1 * number}" version="1"/>'
            for number in (1, 2, 3)
            if number != missing
        )
        told = "".join(
            f'<way id="{number}" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/>'
            + "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
            + "</way>"
            for number, tags in ways.items()
        )
        text = f'<?xml version="1.0"?>{head}<osm version="0.6">{nodes}{told}</osm>'
        (folder / "roads.osm").write_text(text, "utf8")

    return spoil


CASES = [
    Case(
        name="roads-in-pieces",
        study=LINES,
        spoil=roads(MAIN, line((113.12, 22.3), (113.2, 22.3))),
        expect=[("network-pieces", None)],
    ),
    Case(
        name="roads-with-a-point",
        study=LINES,
        spoil=roads(MAIN, feature({"type": "Point", "coordinates": [113.2, 22.2]}, highway="x")),
        expect=[("network-row-no-line", 2)],
    ),
    Case(
        name="roads-planned",
        study=LINES,
        spoil=roads(MAIN, line((113.2, 22.15), (113.2, 22.2), highway="proposed")),
        expect=[("network-ways-unused", None)],
    ),
    Case(
        name="speeds-that-are-none",
        study=LINES,
        spoil=roads(
            MAIN,
            *(
                line((113.2, 22.15), (113.2, y), maxspeed=speed)
                for y, speed in ((22.2, "0"), (22.21, "-30"), (22.22, "快"))
            ),
        ),
        expect=[("network-maxspeed-ignored", None)],
    ),
    Case(
        name="roads-all-closed",
        study=LINES,
        spoil=roads(line((113.12, 22.15), (113.48, 22.15), access="private")),
        expect=[("network-all-closed", None)],
        usable=False,
    ),
    Case(
        name="roads-with-chinese-columns",
        study=LINES,
        spoil=roads(
            line((113.12, 22.15), (113.48, 22.15), highway=None, 道路等级="国道", 单双向="单向")
        ),
        expect=[("network-columns-unread", None), ("network-class-assumed", None)],
        rows={"roads.geojson": (1, 1, 0, 0)},
    ),
    Case(
        name="roads-with-chinese-classes",
        study=LINES,
        spoil=roads(
            line((113.12, 22.15), (113.48, 22.15), highway="国道"),
            line((113.2, 22.15), (113.2, 22.2), highway="二环"),
        ),
        expect=[("network-classes-translated", 1), ("network-classes-unknown", 2)],
        rows={"roads.geojson": (2, 1, 0, 1)},
    ),
    Case(
        name="roads-that-nearly-meet",
        study=LINES,
        spoil=roads(MAIN, line((113.2, 22.150_004), (113.2, 22.2))),
        expect=[("network-ends-loose", 2)],
    ),
    Case(
        name="roads-that-meet-in-degrees",
        study=LINES,
        spoil=roads(MAIN, line((113.2, 22.15), (113.2, 22.2))),
        expect=[("network-ends-joined", None)],
        never=["network-ends-loose"],
    ),
    Case(
        name="roads-of-another-city",
        study=LINES,
        spoil=roads(line((116.12, 39.15), (116.48, 39.15))),
        expect=[("network-elsewhere", None)],
        usable=False,
    ),
    Case(
        name="roads-from-null-island",
        study=LINES,
        spoil=roads(MAIN, line((113.2, 22.15), (0, 0)), line((113.3, 22.15), (113.3, 22.2))),
        expect=[("network-line-zero", 2)],
        rows={"roads.geojson": (3, 2, 0, 1)},
    ),
    Case(
        name="overpass-json",
        study=OSM,
        spoil=lambda folder: _write(folder / "roads.osm", '{"version": 0.6, "elements": []}'),
        expect=[("network-overpass-json", None)],
        usable=False,
    ),
    Case(
        name="overpass-without-nodes",
        study=OSM,
        spoil=lambda folder: _write(
            folder / "roads.osm",
            '<osm version="0.6"><way id="1"><nd ref="1"/><nd ref="2"/>'
            '<tag k="highway" v="primary"/></way></osm>',
        ),
        expect=[("network-without-nodes", None)],
        usable=False,
    ),
    Case(
        name="graph-of-another-program",
        study={old: new.replace("roads.osm", "roads.graphml") for old, new in OSM.items()},
        spoil=lambda folder: _write(
            folder / "roads.graphml",
            '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph>'
            '<node id="1"/><node id="2"/><edge source="1" target="2"/></graph></graphml>',
        ),
        expect=[("network-graph-foreign", None)],
        usable=False,
    ),
    Case(
        name="osm-file-missing",
        expect=[("file-missing", None)],
        study=OSM,
        usable=False,
    ),
    Case(
        name="osm-missing-node",
        expect=[("network-without-nodes", None)],
        study=OSM,
        spoil=osm({7: {"highway": "primary"}}, missing=2),
        usable=False,
    ),
    Case(
        name="osm-entity-bomb",
        study=OSM,
        spoil=osm({7: {"highway": "primary"}}, head='<!DOCTYPE osm [<!ENTITY a "aa">]>'),
        expect=[("xml-entities", None)],
        usable=False,
    ),
    Case(
        name="osm-is-a-web-page",
        expect=[("network-not-osm", None)],
        study=OSM,
        spoil=lambda folder: _write(
            folder / "roads.osm", "<html><body>Too many requests</body></html>"
        ),
        usable=False,
    ),
]


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf8")
