"""Draw docs/images/westfjords-network.png: ways, routes, islands and service areas of a real run.

Run it from the top of the repository::

    gapmap run data/westfjords/study.toml -o outputs/westfjords
    python docs/images/westfjords_network.py outputs/westfjords
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

import gapmap as gm
from gapmap.network.rules import KINDS
from gapmap.outputs.styles import STATUS_COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gapmap.network import Network

HERE = Path(__file__).parent
STUDY = HERE.parents[1] / "data" / "westfjords" / "study.toml"
SEA, LAND, WAY, ROUTE = "#e3edf2", "#fbfaf6", "#9b978c", "#d55e00"
AREA, BOAT, ISLAND = "#6fb58f", "#7b4fa3", "#7b4fa3"
MARKERS = {"covered": "o", "uncovered": "^", "unknown": "s"}
MARGIN_M = 3000.0
BESIDE_M = 45_000.0  # of sea, for the detail
DETAIL_M = 6500.0  # half the width of the detail
CREDIT = "© OpenStreetMap contributors, ODbL · drawn from results.gpkg of gapmap"

Layers = dict[str, gpd.GeoDataFrame]


def main(run: Path) -> None:
    """Draw the picture of a run."""
    network = gm.read_study(STUDY).network
    names = ("districts", "places", "facilities", "routes", "service_areas")
    layers = {name: gpd.read_file(run / "results.gpkg", layer=name) for name in names}
    islands = pd.read_csv(run / "islands.csv")["island_id"].unique()
    places = layers["places"]
    places["cut_off"] = places["island"] | places["place_id"].isin(islands)
    figure = Figure(figsize=(13, 9.3), dpi=95, layout="constrained")
    axes = figure.add_subplot()
    draw(axes, network, layers, "clinic")
    west, south, east, north = layers["districts"].total_bounds
    frame(axes, (west - MARGIN_M, east + BESIDE_M), (south - MARGIN_M, north + MARGIN_M))
    title = "Westfjords of Iceland: the one clinic, within 60 minutes by car and ferry"
    axes.set_title(title, loc="left", fontsize=13)
    axes.legend(loc="upper left", fontsize=9, framealpha=1)
    scale_bar(axes, 20, (0.86, 0.04))
    clinic = layers["facilities"].query("service == 'clinic'").geometry.iloc[0]
    detail = axes.inset_axes((0.735, 0.61, 0.26, 0.355))
    draw(detail, network, layers, "bus_stop")
    frame(detail, *((at - DETAIL_M, at + DETAIL_M) for at in (clinic.x, clinic.y)))
    detail.set_title("Ísafjörður: bus stops within 2 km on foot", fontsize=9, pad=3)
    scale_bar(detail, 2, (0.05, 0.04))
    axes.indicate_inset_zoom(detail, edgecolor="#222222")
    figure.supxlabel(CREDIT, fontsize=8.5, x=0.99, ha="right")
    figure.savefig(HERE / "westfjords-network.png")


def draw(axes: Axes, network: Network, layers: Layers, service: str) -> None:
    """Draw one service: its area, routes, facilities, and who is covered."""
    layers["districts"].plot(ax=axes, facecolor=LAND, edgecolor="#cfcabb", linewidth=0.6)
    of_service = {
        name: layers[name][layers[name]["service"] == service]
        for name in ("service_areas", "routes", "facilities")
    }
    area = of_service["service_areas"]
    area.plot(ax=axes, color=AREA, alpha=0.55, linewidth=0)
    axes.fill([], [], color=AREA, alpha=0.55, label="service area (surely within the limit)")
    edges = network.edges
    ferry = edges.kind == KINDS.index("ferry")
    lines(axes, network, np.flatnonzero(~ferry), color=WAY, linewidth=0.6, label="road or path")
    boat = {"color": BOAT, "linewidth": 1.4, "linestyle": (0, (4, 2))}
    lines(axes, network, np.flatnonzero(ferry), **boat, label="ferry")
    of_service["routes"].plot(ax=axes, color=ROUTE, linewidth=0.9, alpha=0.5)
    axes.plot([], [], color=ROUTE, linewidth=1.2, label="route of an uncovered place")
    places = layers["places"]
    for status, marker in MARKERS.items():
        mine = places[places[f"status_{service}"] == status]
        look = {"marker": marker, "s": 15, "edgecolor": "white", "linewidth": 0.4, "zorder": 4}
        label = f"place, {status}" if status != "unknown" else "place outside the districts"
        axes.scatter(
            mine.geometry.x, mine.geometry.y, c=STATUS_COLOURS[status], label=label, **look
        )
    apart = places[places["cut_off"]].geometry
    ring = {"facecolor": "none", "edgecolor": ISLAND, "linewidth": 1.5, "s": 90, "zorder": 5}
    axes.scatter(apart.x, apart.y, **ring, label="island, or reached by ferry only")
    points = of_service["facilities"].geometry
    star = {"marker": "P", "s": 90, "c": "#111111", "edgecolor": "white", "zorder": 6}
    axes.scatter(points.x, points.y, **star, label="facility")


def lines(axes: Axes, network: Network, which: np.ndarray, **look: object) -> None:
    """Draw edges along their course."""
    edges = network.edges
    courses = [edges.coords[edges.offsets[one] : edges.offsets[one + 1]] for one in which]
    axes.add_collection(LineCollection(courses, zorder=2, **look))


def frame(axes: Axes, x: tuple[float, float], y: tuple[float, float]) -> None:
    """Show this part of the plane, north up, in the colour of the sea."""
    axes.set(
        xlim=x, ylim=y, xticks=[], yticks=[], xlabel="", ylabel="", facecolor=SEA, aspect="equal"
    )


def scale_bar(axes: Axes, length_km: float, corner: tuple[float, float]) -> None:
    """Draw a scale bar that begins at a corner, told in shares of the picture."""
    left, low = axes.transData.inverted().transform(axes.transAxes.transform(corner))
    end = left + length_km * 1000
    axes.plot([left, end], [low, low], color="#222222", linewidth=3, zorder=7)
    at = ((left + end) / 2, low)
    axes.annotate(f"{length_km:g} km", at, (0, 4), textcoords="offset points", ha="center")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
