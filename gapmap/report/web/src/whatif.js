// The what-if on the page: what the panel and the map do with the model.

import { download } from "./text.js";
import { makeApplying } from "./whatif_apply.js";
import { makeModel } from "./whatif_model.js";
import { makePanel, stripOf, switchCard } from "./whatif_panel.js";
import { SERVES } from "./whatif_reach.js";
import { fromCode, makeWanted, toCode } from "./whatif_wanted.js";

const PREFIX = "#whatif=";
const NEAR = 10; // pixels
const CODE_AFTER = 250; // milliseconds
const CLOSE = 12.5; // zoom from which candidates do not hide the map

// Small marks of what may be switched, over those of the map.
/** @param {Page} page */
function makeMarks(page) {
  const layer = L.layerGroup();
  const look = { built: { radius: 7, color: "#20272e", weight: 2, fillColor: "#f0c400",
    fillOpacity: 1 },
  candidate: { radius: 1.5, color: "#6e6e6e", weight: 0, fillColor: "#6e6e6e", fillOpacity: 0.9 },
  off: { radius: 5, color: "#d55e00", weight: 2, fillOpacity: 0, dashArray: "2 2" } };
  return {
    draw() {
      layer.clearLayers();
      const { whatif, state } = page;
      if (!whatif.model.ids.includes(state.service)) return;
      if (!whatif.open && !whatif.wanted.changed) return;
      layer.addTo(page.map);
      const service = whatif.model.service(state.service);
      const { now } = whatif.wanted;
      const close = page.map.getZoom() >= CLOSE;
      service.id.forEach((id, site) => {
        if (service.spots.lon[site] === null) return;
        const kind = now.off.has(id) ? "off"
          : site >= service.existing ? (now.on.has(id) ? "built" : "candidate") : null;
        if (!kind || (kind === "candidate" && !(whatif.open && (whatif.placing || close)))) return;
        L.circleMarker([service.spots.lat[site], service.spots.lon[site]],
          { ...look[kind], radius: look[kind].radius * (close ? 1 : 0.6), interactive: false })
          .addTo(layer);
      });
    },
  };
}

/** @param {Page} page */
function nearestSite(page, point) {
  const service = page.whatif.model.service(page.state.service);
  let best = null;
  let least = NEAR;
  service.spots.lon.forEach((lon, site) => {
    if (lon === null) return;
    const away = page.map.latLngToContainerPoint([service.spots.lat[site], lon]).distanceTo(point);
    if (away < least) [best, least] = [site, away];
  });
  return best;
}

// Build at the candidate that is nearest to a spot, and say how far it is from there.
/** @param {Page} page */
function place(page, point) {
  const { whatif } = page;
  const service = whatif.model.service(page.state.service);
  const { states } = whatif.reach(page.state.service);
  const spot = page.map.containerPointToLatLng(point);
  let best = -1;
  let least = Infinity;
  for (let site = service.existing; site < service.id.length; site += 1) {
    if (states[site] === SERVES) continue;
    const away = page.map.distance(spot, [service.spots.lat[site], service.spots.lon[site]]);
    if (away < least) [best, least] = [site, away];
  }
  whatif.placing = false;
  if (best < 0) return;
  whatif.said = () => page.voice.say("whatif_placed", { name: service.name[best],
    way: page.voice.metres(least) });
  whatif.toggle(service.id[best]);
}

// page.whatif for a page that has one; what workbench.js and page.js ask of it.
/** @param {Page} page */
export function startWhatif(page) {
  const model = makeModel(page.data);
  const wanted = makeWanted(model);
  const applying = makeApplying(page, model, wanted);
  const marks = makeMarks(page);
  /** @type {Record<string, any>} */
  let panel = { key: null };
  let codeTimer = 0;
  /** @type {Record<string, any>} */
  const whatif = {
    model, wanted, open: false, active: false, placing: false, said: null, problems: [],
    search: "", sort: { key: "order", descending: false }, keepOpen: false,
    start: applying.start, reach: applying.reach, isActive: applying.isActive,
    draw() {
      const { parts, state } = page;
      parts.figures.classList.toggle("whatif-is-open", whatif.open);
      const key = [state.service, state.language, whatif.open].join("\n");
      const kept = panel.key === key && parts.whatif.contains(panel.node);
      if (kept) {
        panel.refresh();
        parts.whatif.firstChild.replaceWith(stripOf(page));
      } else {
        panel = whatif.open ? { ...makePanel(page), key } : { key: null };
        parts.whatif.replaceChildren(stripOf(page), ...(panel.node ? [panel.node] : []));
      }
      marks.draw();
    },
    // What is wanted has changed: every figure of the page follows.
    changed() {
      document.documentElement.dataset.behind = "yes";
      applying.apply();
      page.drawChanged();
    },
    // The address follows after a moment: a slider that is held would write it at every step.
    keepCode() {
      window.clearTimeout(codeTimer);
      codeTimer = window.setTimeout(whatif.writeCode, CODE_AFTER);
    },
    writeCode() {
      window.clearTimeout(codeTimer);
      if (window.location.protocol === "about:") return; // in a frame of another page
      const code = wanted.changed ? PREFIX + toCode(wanted.toScenario()) : "#";
      window.history.replaceState(null, "", code);
    },
    toggle(id) {
      const service = model.service(page.state.service);
      const at = service.at.get(id);
      const on = at !== undefined && whatif.reach(page.state.service).states[at] === SERVES;
      if (wanted.toggle(id, on)) whatif.changed();
    },
    toggleOpen() {
      whatif.open = !whatif.open;
      whatif.placing = false;
      whatif.draw();
    },
    togglePlacing() {
      whatif.placing = !whatif.placing;
      whatif.said = null;
      whatif.draw();
    },
    // A click on the map: true where the what-if has dealt with it.
    clicked(point) {
      if (!whatif.placing) return false;
      place(page, point);
      return true;
    },
    card(point) {
      if (!whatif.open || !model.ids.includes(page.state.service)) return null;
      const site = nearestSite(page, point);
      return site === null ? null : switchCard(page, site);
    },
    read(scenario) {
      whatif.problems = wanted.readScenario(scenario).problems;
      whatif.changed();
    },
    readText(text) {
      let told = null;
      try {
        told = JSON.parse(text);
      } catch (error) {
        whatif.problems = [/** @type {Error} */ (error).message];
        whatif.draw();
        return;
      }
      whatif.read(told);
    },
    save: (text) => download(new Blob([text], { type: "application/json" }), "what-if.json"),
    // Follow the map, and take the code that the address carries, if any.
    begin() {
      page.map.on("zoomend", marks.draw);
      if (!window.location.hash.startsWith(PREFIX)) return;
      const told = fromCode(window.location.hash.slice(PREFIX.length));
      whatif.open = true;
      whatif.read(told === null ? [] : told);
    },
  };
  page.whatif = whatif;
}
