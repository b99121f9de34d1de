"""Again: what an earlier answer has searched, for more positions on the same surface."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.access.stops import Ground

if TYPE_CHECKING:
    from gapmap.access.stops import Stops
    from gapmap.access.value import Access, Service
    from gapmap.surface import Field

__all__ = ["field_again"]


def field_again(
    earlier: Access | None, service: Service, origins: Stops, targets: Stops
) -> Field | None:
    """Give the minutes from every cell that an earlier answer searched; None if not the same.

    It is the same if the surface is the very same object, the service was one over land alone, and
    the facilities stand in the same cells in the same order. Limits play no part. The field of a
    service by road and over land does not tell the way, so that one is searched again.

    Parameters
    ----------
    earlier
        With the fields of its services.
    service
        What is asked now.
    origins, targets
        Who goes, and where to.
    """
    surface = origins.surface
    if earlier is None or surface is None or earlier.surface is not surface:
        return None
    field = earlier.fields.get(service.id)
    asked = next((one for one in earlier.services if one.id == service.id), None)
    if field is None or asked is None or origins.network is not None:
        return None
    if Ground(earlier.network, earlier.surface).of(asked).network is not None:
        return None
    from gapmap.access.overland import starts_of  # noqa: PLC0415 - loads the surface's kernels

    same = zip((field.sources, field.start_minutes), starts_of(targets), strict=True)
    return field if all(np.array_equal(was, now) for was, now in same) else None
