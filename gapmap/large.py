"""Maps of very many places, by lonboard: an extra, and the one map that needs the network.

lonboard draws with WebGL, a million points and more; :func:`gapmap.map_gaps` is for studies of up
to some 20,000 places and needs nothing. lonboard's scripts fetch a decoder from cdn.jsdelivr.net.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from gapmap.access import service_of
from gapmap.assessment import simulated_inputs
from gapmap.cells import visible
from gapmap.errors import MethodError
from gapmap.words import word

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.assessment import Assessment

__all__ = ["STATUS_RGBA", "map_large"]

STATUS_RGBA: Final = {
    "covered": (27, 108, 168, 210),
    "uncovered": (213, 94, 0, 255),
    "unknown": (140, 140, 140, 210),
}
"""The colours of the page, with how far they cover what lies below."""
_RADIUS: Final = {"covered": 2.0, "uncovered": 3.0, "unknown": 2.5}
"""Pixels: who is not covered stands out without the colour, too."""


def map_large(assessment: Assessment, *, service: str, language: str = "zh") -> Any:  # noqa: ANN401 - lonboard is no dependency
    """Show very many places by status; needs lonboard, a GPU in the browser, and the network.

    Parameters
    ----------
    assessment
        What :func:`gapmap.assess` gave.
    service
        Id of a measured service.
    language
        ``zh`` or ``en``: language of what a click shows.

    Returns
    -------
    lonboard.Map
        One layer of points: covered, uncovered and unknown in the page's colours. Places without a
        position are not drawn. A click tells a place's name, status and reason, and whether the
        data are simulated. There is no base map.

    Raises
    ------
    MethodError
        Where lonboard is not installed, for a service that was not measured, or where no place has
        a position.
    """
    lonboard = _lonboard()
    access = assessment.access
    asked = service_of(access, service)
    rows = access.table[access.table["service"] == asked.id].reset_index(drop=True)
    places = access.places.table.reset_index(drop=True)
    drawn = places.geometry.notna() & ~places.geometry.is_empty
    if not drawn.any():
        raise MethodError("no place has a position: nothing to draw", "没有村居有坐标:无图可画")
    status = rows["status"][drawn].to_numpy(dtype=object)
    shown = places.loc[drawn, ["geometry"]].assign(
        name=[visible(str(one)) for one in places["place"][drawn]],
        status=[word(str(one), language) for one in status],
        reason=[word(str(one), language) for one in rows["reason"][drawn]],
        data=word("simulated_data" if simulated_inputs(assessment) else "real_data", language),
    )
    layer = lonboard.ScatterplotLayer.from_geopandas(
        shown.to_crs("EPSG:4326"),
        auto_downcast=False,  # texts stay texts
        get_fill_color=_colours(status),
        get_radius=pd.Series(status).map(_RADIUS).to_numpy(dtype=np.float32),
        radius_units="pixels",
    )
    return lonboard.Map([layer], basemap=None)


def _lonboard() -> Any:  # noqa: ANN401 - lonboard is no dependency
    try:
        import lonboard  # noqa: PLC0415 - an extra, asked for where it is used
    except ImportError as error:
        raise MethodError(
            "gm.map_large needs lonboard, which is not installed: pip install lonboard "
            "(or 'gapmap[large]'); gm.map_gaps needs nothing and works offline",
            "gm.map_large 需要 lonboard,但尚未安装:请运行 pip install lonboard"
            "(或 'gapmap[large]');gm.map_gaps 无需另装,可离线使用",
        ) from error
    return lonboard


def _colours(status: npt.NDArray[np.object_]) -> npt.NDArray[np.uint8]:
    return np.array([STATUS_RGBA[str(one)] for one in status], dtype=np.uint8)
