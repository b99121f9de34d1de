"""Where the rows of a table lie: columns or geometry, of any datum, into the CRS of measuring."""

from gapmap.positions.around import Around, around
from gapmap.positions.projecting import projected_points
from gapmap.positions.reading import locate
from gapmap.positions.value import Positions

__all__ = ["Around", "Positions", "around", "locate", "projected_points"]
