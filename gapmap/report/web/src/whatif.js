// The what-if on the page: what the panel and the map do with the model.

import { el } from "./text.js";
import { makeApplying } from "./whatif_apply.js";
import { makeModel } from "./whatif_model.js";
import { makePanel, stripOf, switchCard } from "./whatif_panel.js";
import { SERVES } from "./whatif_reach.js";
import { fromCode, makeWanted, toCode } from "./whatif_wanted.js";

const PREFIX = "#whatif=";
const NEAR = 10; // pixels
const CODE_AFTER = 250; // milliseconds
const CLOSE = 12.5; // zoom from which candidates do not hide the map
const AROUND = 6371000; // metres, the earth's mean radius (IUGG)

const radians = (degrees) => (degrees * Math.PI) / 180;

function metresBetween(lon, lat, other, there) {
  const x = radians(other - lon) * Math.cos(radians((lat + there) / 2));
  return AROUND * Math.hypot(x, radians(there - lat));
}

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
  const { lat, lng } = page.map.containerPointToLatLng(point);
  let best = -1;
  let least = Infinity;
  for (let site = service.existing; site < service.id.length; site += 1) {
    if (states[site] === SERVES) continue;
    const away = metresBetween(lng, lat, service.spots.lon[site], service.spots.lat[site]);
    if (away < least) [best, least] = [site, away];
  }
  whatif.placing = false;
  if (best < 0) return;
  whatif.said = () => page.voice.say("whatif_placed", { name: service.name[best],
    way: page.voice.metres(least) });
  whatif.toggle(service.id[best]);
}

function save(text) {
  const link = el("a", { href: URL.createObjectURL(new Blob([text], { type: "application/json" })),
    download: "what-if.json" });
  link.click();
  URL.revokeObjectURL(link.href);
}

// Whoever moves by keyboard stays where they are when what they are on is drawn anew.
const NAMES = ["id", "data-site", "data-chip", "data-act", "data-year", "data-proposed", "data-keep",
  "class"];

function focusIn(node) {
  const root = node.getRootNode(); // of a document, or of a part that stands alone in one
  const held = root.activeElement;
  if (!held || !node.contains(held)) return null;
  const name = NAMES.find((one) => held.getAttribute(one));
  return name ? { tag: held.tagName, name, value: held.getAttribute(name), held } : null;
}

function focusAgain(node, { tag, name, value, held }) {
  if (node.contains(held)) return;
  const found = Array.from(node.querySelectorAll(tag)).find((one) => one.getAttribute(name) === value);
  if (found) found.focus({ preventScroll: true });
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
      const focus = focusIn(parts.whatif);
      if (kept) {
        panel.refresh();
        parts.whatif.firstChild.replaceWith(stripOf(page));
      } else {
        panel = whatif.open ? { ...makePanel(page), key } : { key: null };
        parts.whatif.replaceChildren(stripOf(page), ...(panel.node ? [panel.node] : []));
      }
      if (focus) focusAgain(parts.whatif, focus);
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
      const at = service.id.indexOf(id);
      const on = at >= 0 && whatif.reach(page.state.service).states[at] === SERVES;
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
    save,
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
