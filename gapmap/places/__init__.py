"""Places: the villages and communities where people live."""

from gapmap.places.read import read_places
from gapmap.places.value import Places, PlaceSource

__all__ = ["PlaceSource", "Places", "read_places"]
