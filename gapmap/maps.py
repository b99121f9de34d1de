"""Maps for notebooks: a real :class:`folium.Map` with one layer of our own.

The only module that knows folium. Three things are different from an ordinary folium map:

- User text never reaches folium or branca. branca compiles rendered text a second time as a
  Jinja template, so that a village named ``{{...}}`` would run on the analyst's machine, and
  folium's string popups, tooltips and layer names run HTML. Here the data are one inert block
  (gzip, base64) in a constant template, and the browser writes names as text.
- Nothing is fetched: Leaflet stands inside, there are no tiles, and folium's jQuery, Bootstrap
  and fonts are left out. folium's own markers with icons or string popups need those and do not
  work on this map.
- Leaflet's flag in the corner is off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import folium
from branca.element import Element, MacroElement, Template

from gapmap.access import service_of
from gapmap.assessment import simulated_inputs
from gapmap.drawing import inert, inline_script, inline_style, picture, plain, site_list
from gapmap.words import vocabulary

if TYPE_CHECKING:
    from gapmap.assessment import Assessment
    from gapmap.siting import Proposal

__all__ = ["map_gaps", "map_sites"]

_SCRIPTS = ("vendor/leaflet.js", "built/notebook.js")
_STYLES = ("vendor/leaflet.css",)


def map_gaps(assessment: Assessment, *, service: str, language: str = "zh") -> folium.Map:
    """Show who is covered by a service, who is not, and where its facilities stand.

    Parameters
    ----------
    assessment
        What :func:`gapmap.assess` gave.
    service
        Id of a measured service.
    language
        ``zh`` or ``en``: language of the legend.

    Returns
    -------
    folium.Map
        A map without tiles that needs no network.

    Raises
    ------
    MethodError
        For a service that was not measured.
    """
    return _map(assessment, service, language, None)


def map_sites(proposal: Proposal, *, language: str = "zh") -> folium.Map:
    """Show proposed sites, by the year of building, among the places as they are before it.

    Parameters
    ----------
    proposal
        What :func:`gapmap.propose_sites` gave.
    language
        ``zh`` or ``en``: language of the legend.

    Returns
    -------
    folium.Map
        A map without tiles that needs no network.
    """
    when = {
        name: plain(proposal.sites[name]) for name in ("phase", "year") if name in proposal.sites
    }
    return _map(proposal.before, proposal.service, language, site_list(proposal) | when)


def _map(
    assessment: Assessment, service: str, language: str, sites: dict[str, object] | None
) -> folium.Map:
    chosen = service_of(assessment.access, service)
    made = _OfflineMap(
        location=(0, 0), tiles=None, prefer_canvas=True, fade_animation=False, zoom_snap=0.25
    )
    made.options |= {"max_zoom": 18, "min_zoom": 3}
    made.add_child(
        _Picture(
            {
                "language": "en" if language == "en" else "zh",
                "words": vocabulary(),
                "service": {
                    "id": chosen.id,
                    "name": dict(chosen.name),
                    "limit": float(chosen.limit),
                    "limit_unit": chosen.limit_unit,
                },
                "picture": picture(assessment, [service]),
                "sites": sites,
                "simulated": simulated_inputs(assessment),
            }
        )
    )
    return made


class _Raw(Element):  # type: ignore[misc] # folium and branca carry no types
    """Text of ours that stands in the head as it is: no template engine sees it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self, **_kwargs: object) -> str:
        """Give the text."""
        return self._text


class _OfflineMap(folium.Map):  # type: ignore[misc] # folium and branca carry no types
    """A folium map that carries Leaflet instead of asking twenty files of the network."""

    default_js = ()
    default_css = ()

    def render(self, **kwargs: object) -> None:
        """Put our scripts and styles into the head, then render as folium does."""
        head = self.get_root().header
        for name in _STYLES:
            head.add_child(_Raw(f"<style>{inline_style(name)}</style>"), name=name)
        for name in _SCRIPTS:
            head.add_child(_Raw(f"<script>{inline_script(name)}</script>"), name=name)
        super().render(**kwargs)


class _Picture(MacroElement):  # type: ignore[misc] # folium and branca carry no types
    """The layer: a constant template; ``block`` has no character that Jinja would heed."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        'gapmap.notebook({{ this._parent.get_name() }}, "{{ this.block }}");'
        "{% endmacro %}"
    )

    def __init__(self, data: dict[str, object]) -> None:
        super().__init__()
        self._name = "GapmapLayer"
        self.block = inert(data)
