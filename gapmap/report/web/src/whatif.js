// The what-if on the page: what the panel and the map do with the model.

import { marks } from "./layer.js";
import { download } from "./text.js";
import { makeApplying } from "./whatif_apply.js";
import { stripOf } from "./whatif_changes.js";
import { makeModel } from "./whatif_model.js";
import { makePanel } from "./whatif_panel.js";
import { SERVES } from "./whatif_reach.js";
import { switchCard } from "./whatif_sites.js";
import { KEYS, fromCode, makeWanted, toCode } from "./whatif_wanted.js";

const ROOM_FOR_BOTH = "(min-width: 62.6em) and (min-height: 62.5em)"; // as page.css has it
const PREFIX = "#whatif=";
const NEAR = 10; // pixels
const CODE_AFTER = 250; // milliseconds
const CLOSE = 12.5; // zoom from which candidates do not hide the map

// Mark on the map what is switched, and what might be.
/** @param {Page} page */
function drawMarks(page) {
  const { whatif, state, chart } = page;
  const here = whatif.model.ids.includes(state.service);
  if (!here || (!whatif.open && !whatif.wanted.changed)) {
    chart.setSwitched({ lon: [], lat: [] }, []);
    return;
  }
  const service = whatif.model.service(state.service);
  const { now } = whatif.wanted;
  const candidates = whatif.open && (whatif.placing || page.map.getZoom() >= CLOSE);
  /** @type {Record<string, number[]>} */
  const of = { candidate: [], off: [], built: [] };
  service.id.forEach((id, site) => {
    if (now.off.has(id)) of.off.push(site);
    else if (site < service.existing) return;
    else if (now.on.has(id)) of.built.push(site);
    else if (candidates) of.candidate.push(site);
  });
  chart.setSwitched(service.spots, Object.entries(of).filter(([, numbers]) => numbers.length)
    .map(([kind, numbers]) => ({ mark: marks[kind], numbers })));
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
  whatif.toggle(service.id[best]);
  whatif.said = () => page.voice.say("whatif_placed", { name: service.name[best],
    way: page.voice.metres(least) });
  whatif.draw();
}

// page.whatif for a page that has one; what workbench.js and page.js ask of it.
/** @param {Page} page */
export function startWhatif(page) {
  const model = makeModel(page.data);
  const wanted = makeWanted(model);
  const applying = makeApplying(page, model, wanted);
  /** @type {Record<string, any>} */
  let panel = { key: null };
  let codeTimer = 0;
  /** @type {Record<string, any>} */
  const whatif = {
    model, wanted, open: false, active: false, placing: false, said: null, problems: [],
    search: "", sort: { key: "order", descending: false }, keepOpen: false, listShown: false,
    start: applying.start, reach: applying.reach, isActive: applying.isActive,
    draw() {
      const { parts, state } = page;
      parts.figures.classList.toggle("whatif-is-open", whatif.open);
      parts.figures.classList.toggle("whatif-with-list", whatif.open && whatif.listShown);
      const key = [state.service, state.language, whatif.open].join("\n");
      const kept = panel.key === key && parts.whatif.contains(panel.node);
      if (kept) {
        panel.refresh();
        if (!page.behind) panel.refreshLists();
        parts.whatif.firstChild.replaceWith(stripOf(page));
      } else {
        panel = whatif.open ? { ...makePanel(page), key } : { key: null };
        parts.whatif.replaceChildren(stripOf(page), ...(panel.node ? [panel.node] : []));
      }
      drawMarks(page);
    },
    drawLists: () => panel.refreshLists && panel.refreshLists(),
    // What is wanted has changed: every figure of the page follows.
    changed() {
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
      whatif.said = null;
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
    // Whether the panel stands where the list of places would.
    hidesList: () => whatif.open && !whatif.listShown
      && !window.matchMedia(ROOM_FOR_BOTH).matches,
    // The list of places stands where the panel does; what is switched stays, and so do the map's switches.
    toggleList() {
      whatif.listShown = !whatif.listShown;
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
    // Undo, redo, or back to the start: what was said of a step before is of the past.
    step(run) {
      whatif.settle();
      run();
      whatif.changed();
    },
    settle() {
      whatif.problems = [];
      whatif.said = null;
    },
    read(scenario) {
      const wrong = wanted.readScenario(scenario);
      if (wrong === null) {
        whatif.refuse("whatif_no_scenario", { keys: KEYS.join(", ") });
        return;
      }
      whatif.settle();
      if (wrong.length) whatif.problems.push({ word: "whatif_problems", what: wrong.join(", ") });
      whatif.changed();
    },
    // What is no what-if changes nothing, and the address says again what the page shows.
    refuse(word, told) {
      whatif.settle();
      whatif.problems.push({ word, ...told });
      whatif.draw();
      whatif.keepCode();
    },
    readText(text) {
      let told = null;
      try {
        told = JSON.parse(text);
      } catch (error) {
        whatif.refuse("whatif_no_json");
        return;
      }
      whatif.read(told);
    },
    save: (text) => download(new Blob([text], { type: "application/json" }), "what-if.json"),
    // The page's own writing of the address (replaceState) is no event: there is no loop.
    readAddress() {
      const { hash } = window.location;
      if (!hash.startsWith(PREFIX)) {
        if (wanted.changed) whatif.keepCode();
        return;
      }
      whatif.open = true;
      whatif.listShown = false; // what is wrong with it is said in the panel
      const told = fromCode(hash.slice(PREFIX.length));
      if (told === null) whatif.refuse("whatif_no_code");
      else whatif.read(told);
    },
    // Follow the map, and take the code that the address carries, if any, now or later.
    begin() {
      page.map.on("zoomend", () => drawMarks(page));
      window.addEventListener("hashchange", whatif.readAddress);
      whatif.readAddress();
    },
  };
  page.whatif = whatif;
}
