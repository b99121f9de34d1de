"""GraphML files: looked through for what networkx would merge or drop, then loaded by OSMnx."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from io import StringIO
from typing import TYPE_CHECKING, Final, NoReturn
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely

from gapmap.errors import NetworkError
from gapmap.findings import fail, finding
from gapmap.network.rules import FERRY_TAGS, TAGS
from gapmap.tables.xml_guard import refuse_entities

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import networkx as nx

__all__ = ["Inventory", "load_graph"]

_LONGEST: Final = 100_000
"""Characters of a list beyond which a file is refused: OSMnx makes lists into objects, which takes
500 times the memory."""

_WANTED: Final = {
    "graph": {"crs"},
    "node": {"x", "y"},
    "edge": {*TAGS, *FERRY_TAGS, "geometry", "length"},
}
"""What is handed on; the rest would cost OSMnx half of its time, and may be another program's."""
_ROADS: Final = {"highway", "route", "osmid", "length", "oneway", "geometry"}
"""Of these OSMnx gives every edge some."""

# what OSMnx would turn into numbers and truth values, and give up at the first odd one
_GRAPH_WORDS: Final = ("consolidated", "simplified")
_NODE_WORDS: Final = ("elevation", "elevation_res", "osmid", "street_count", "x", "y")
_EDGE_WORDS: Final = (
    *("bearing", "grade", "grade_abs", "length", "oneway", "osmid", "reversed"),
    *("speed_kph", "travel_time"),
)


@dataclass(slots=True)
class Inventory:
    """What stands in a file, whatever became of it in the graph.

    Attributes
    ----------
    edges
        Source and target of every edge; the keys in the graph are their numbers, from 1.
    undirected
        Numbers of the edges that have no direction.
    repeated
        Ids of nodes that stand there once more.
    usual
        Tags of edges that say nothing else: networkx does not hand them on.
    """

    edges: list[tuple[str, str]] = field(default_factory=list)
    undirected: set[int] = field(default_factory=set)
    repeated: list[str] = field(default_factory=list)
    usual: dict[str, str] = field(default_factory=dict)


def load_graph(path: Path) -> tuple[nx.MultiDiGraph, Inventory]:
    """Load a graph that OSMnx saved; all values are text, lists of text, or lines.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        It is no GraphML, has a document type, or is none of roads that OSMnx saved.
    """
    root = refuse_entities(path)
    if root != "graphml":
        fail(finding("network-not-osm", file=path.name, value=f"<{root}>"), NetworkError)
    copy = _Copy()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = copy.start
    parser.EndElementHandler = copy.end
    parser.CharacterDataHandler = copy.words.append
    try:
        with path.open("rb") as stream:
            parser.ParseFile(stream)
    except (expat.ExpatError, ValueError, LookupError) as error:
        fail(finding("network-unreadable", file=path.name, problem=error), NetworkError)
    if not (copy.keys["node"] >= _WANTED["node"] and copy.keys["edge"] & _ROADS):
        _refuse_foreign(path.name, copy.keys)
    return _loaded(copy, file=path.name), copy.held


def _refuse_foreign(file: str, keys: Mapping[str, set[str]]) -> NoReturn:
    """Say that a graph is another program's, and what its nodes and edges have."""
    nodes, edges = (", ".join(sorted(keys[kind] - {""})) or "–" for kind in ("node", "edge"))
    fail(finding("network-graph-foreign", file=file, nodes=nodes, edges=edges), NetworkError)


class _Copy:
    """The same graph as text, but for what nobody wants, OSMnx stumbles over or networkx merges.

    ``keys`` names what the file says it tells of the graph, of nodes and of edges.
    """

    def __init__(self) -> None:
        self.keys: dict[str, set[str]] = {kind: set() for kind in _WANTED}
        self.held = Inventory()
        self.text = StringIO()
        self.words: list[str] = []
        self._nodes: set[str] = set()
        self._directed = "true"
        self._tag = ""
        self._known: set[str] = set()
        self._starts: dict[tuple[str, str], str] = {}
        self._dropped = 0  # how deep within something that is not handed on

    def start(self, name: str, said: dict[str, str]) -> None:
        kind, held = name.rpartition(":")[2], self.held
        if self._dropped or not self._is_wanted(kind, said):
            self._dropped += 1
            return
        if kind == "key":
            # OSMnx expects what it saves itself, all of it strings, and stumbles over numbers
            said["attr.type"] = "string"
            of_edges = said.get("for", "all") in ("edge", "all")
            self._tag = said.get("attr.name", "") if of_edges else ""
        elif kind == "graph":
            # networkx forgets which end of an undirected edge is its source
            self._directed = "false" if said.get("edgedefault") == "undirected" else "true"
            said["edgedefault"] = "directed"
        elif kind == "node":
            node = said.get("id", "")
            if node in self._nodes:
                held.repeated.append(node)
            self._nodes.add(node)
        elif kind == "edge":
            held.edges.append((said.get("source", ""), said.get("target", "")))
            # networkx makes one of two edges between the same nodes if they have the same id
            said["id"] = str(len(held.edges))
            if said.pop("directed", self._directed) == "false":
                held.undirected.add(len(held.edges))
        if self.words:
            self._copy_words()
        self.text.write(self._begun(name, said))

    def _begun(self, name: str, said: dict[str, str]) -> str:
        """Write the beginning of an element; those of data are a few, each a million times."""
        if len(said) == 1 and "key" in said:
            pair = (name, said["key"])
            if pair not in self._starts:
                self._starts[pair] = f"<{name} key={quoteattr(said['key'])}>"
            return self._starts[pair]
        return f"<{name}{''.join(f' {key}={quoteattr(said[key])}' for key in said)}>"

    def _is_wanted(self, kind: str, said: dict[str, str]) -> bool:
        """Say whether what begins is handed on; note what the file says it tells."""
        if kind == "data":
            return said.get("key") in self._known
        if kind != "key":
            return True
        told = said.get("attr.name", "")
        about = [one for one in _WANTED if said.get("for", "all") in (one, "all")]
        for one in about:
            self.keys[one].add(told)
        wanted = any(told in _WANTED[one] for one in about)
        if wanted:
            self._known.add(said.get("id", ""))
        return wanted

    def end(self, name: str) -> None:
        if self._dropped:
            self._dropped -= 1
            self.words.clear()
            return
        kind, words = name.rpartition(":")[2], self._copy_words()
        if kind == "data" and words.startswith(("[", "{")) and len(words) > _LONGEST:
            message = f"a list of {len(words)} characters"
            raise ValueError(message)
        if kind == "default" and self._tag in TAGS:
            self.held.usual[self._tag] = words
        self.text.write(f"</{name}>")

    def _copy_words(self) -> str:
        words = "".join(self.words)
        self.words.clear()
        self.text.write(escape(words))
        return words


def _loaded(copy: _Copy, *, file: str) -> nx.MultiDiGraph:
    """Let OSMnx read the graph. It reads lists as literals (``ast.literal_eval``): no code runs."""
    import networkx as nx  # noqa: PLC0415 - both take longer to load than many a file to read
    import osmnx  # noqa: PLC0415

    try:
        with warnings.catch_warnings(action="ignore"), np.errstate(invalid="ignore"):
            return osmnx.load_graphml(
                graphml_str=copy.text.getvalue(),
                graph_dtypes=dict.fromkeys(_GRAPH_WORDS, str),
                node_dtypes=dict.fromkeys(_NODE_WORDS, str),
                edge_dtypes={**dict.fromkeys(_EDGE_WORDS, str), "geometry": _wkt},
            )
    except (
        *(nx.NetworkXException, SyntaxError, ValueError, TypeError, LookupError, AttributeError),
        *(RecursionError, MemoryError),  # nested so deep that Python does not follow
    ):  # what these say is about Python, not about the file
        _refuse_foreign(file, copy.keys)


def _wkt(value: object) -> str:
    """Give no line for a bad one: OSMnx would stop there."""
    line = shapely.from_wkt(str(value), on_invalid="ignore")
    sound = shapely.get_type_id(line) == shapely.GeometryType.LINESTRING
    finite = np.isfinite(shapely.get_coordinates(line)).all()
    return str(value) if sound and finite else "LINESTRING EMPTY"
