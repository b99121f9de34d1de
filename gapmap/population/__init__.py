"""Population: people on a grid, by place, town and district.

The verbs are loaded when they are first used: a study file that names a raster is read without
rasterio.

::

    population = read_population(source, region, places, network)
    population.areas                              # people by district, town and place
    cells = as_places(population, places)         # measured as places are
    places = with_people(places, population)      # where the places' table has no people
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING

from gapmap.population.value import Population, PopulationSource, Urban

if _TYPE_CHECKING:
    from gapmap.population.cells_as_places import as_places, owners, with_people
    from gapmap.population.missing import missing_people
    from gapmap.population.read import read_population
    from gapmap.population.urban import grid_setting, urban_clusters

__all__ = [
    "Population",
    "PopulationSource",
    "Urban",
    "as_places",
    "grid_setting",
    "missing_people",
    "owners",
    "read_population",
    "urban_clusters",
    "with_people",
]

_HOME = {
    "as_places": "cells_as_places",
    "grid_setting": "urban",
    "missing_people": "missing",
    "owners": "cells_as_places",
    "read_population": "read",
    "urban_clusters": "urban",
    "with_people": "cells_as_places",
}


def __getattr__(name: str) -> object:
    """Load a verb at its first use."""
    if name not in _HOME:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(_import_module(f"{__name__}.{_HOME[name]}"), name)
