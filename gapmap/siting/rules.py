"""Rules for candidates: which land is ruled out, and which alone is suitable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["AreaSource", "SiteRules"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaSource:
    """A layer of polygons that candidates are held against.

    Attributes
    ----------
    path, layer
        The vector file, and the layer in it.
    name
        What the layer is called in every output; its file's name where empty.
    datum
        In what its coordinates are; ``auto``: as the file declares.
    within_m
        How near to a polygon still counts as in it, metres; 0: inside it or on its edge.
    repair
        How far gapmap may repair what stands in the file: one of ``gapmap.findings.REPAIRS``.
    simulated
        Whether the file's content is simulated.
    """

    path: Path
    layer: str | None = None
    name: str = ""
    datum: str = "auto"
    within_m: float = 0.0
    repair: str = "safe"
    simulated: bool = False

    @property
    def title(self) -> str:
        """Say what the layer is called."""
        return self.name or self.path.name


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRules:
    """What rules a candidate out, whatever it would serve.

    Attributes
    ----------
    apart_m
        A candidate this near to an existing facility of the service, or nearer, is ruled out;
        None: none is.
    slope_max_deg
        Steeper land is ruled out, degrees; None: none is.
    slope
        GeoTIFF of heights in metres; the study's ``[surface] dem`` by default.
    suitable
        A candidate has to lie in one of these; without any, everywhere.
    exclude
        A candidate in any of these is ruled out.
    """

    apart_m: float | None = None
    slope_max_deg: float | None = None
    slope: Path | None = None
    suitable: tuple[AreaSource, ...] = ()
    exclude: tuple[AreaSource, ...] = ()
