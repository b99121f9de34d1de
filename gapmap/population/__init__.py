"""Population: people on a grid, by place, town and district."""

from gapmap.population.value import Population, PopulationSource

__all__ = ["Population", "PopulationSource"]
