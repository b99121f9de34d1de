// The page: one state, drawn again where it changes.
//
// A section of a further analysis stands in a file of its own, which exports { id, after, make,
// state } for the list below. `make(page)` gives a section element with that id, or null where the study has none of it; what it
// shows stands in `page.data.insights[id]`. It follows the section `after` (one of those in SECTIONS
// or an earlier one of these), its title is the word `section_<id>`, and it is drawn again when
// another service is chosen, and by `page.redraw(id)`. `state` is added to the page's.

import { addTexts, makePage } from "./asking.js";
import { statusColouring } from "./colouring.js";
import { detourColouring, detourSection } from "./detour.js";
import { documentSection, markTag, titleOf } from "./document.js";
import { findingsSection } from "./findings.js";
import { gapsSection } from "./gaps.js";
import {
  capacitySection, peopleGrid, referralSection, surfaceSection, zonesSection,
} from "./grids.js";
import { skipLink, watchKeys } from "./keyboard.js";
import { islandsSection } from "./islands.js";
import { clusterColouring, kindColouring, kindsSection } from "./kinds.js";
import { listingState } from "./listing.js";
import { distanceColouring, peopleColouring } from "./mapside.js";
import { languageSwitch, serviceDetail, serviceList } from "./panels.js";
import { watchPrint } from "./print.js";
import { progressSection } from "./progress.js";
import { reasonsSection } from "./reasons.js";
import { colourings, sections, shown } from "./registry.js";
import { coverageSection, methodSection, sourcesSection, targetsSection } from "./sections.js";
import { scoreboardSection } from "./scoreboard.js";
import { sitesSection } from "./sites.js";
import { supplySection } from "./supply.js";
import { startNote } from "./startnote.js";
import { sureColouring, sureSection } from "./sure.js";
import { el, makeVoice } from "./text.js";
import { placesOf, shareColouring } from "./overview.js";
import { tellFailure } from "./failure.js";
import { unpackPicture } from "./picture.js";
import { decode } from "./unpack.js";
import { startWhatif } from "./whatif.js";
import { addMapActions, makeWorkbench, startMap } from "./workbench.js";

sections.push(documentSection, scoreboardSection, reasonsSection, detourSection, supplySection, progressSection, kindsSection, sureSection);
colourings.push(shareColouring, statusColouring, distanceColouring, detourColouring, peopleColouring, kindColouring,
  clusterColouring, sureColouring);

function makeState(data) {
  return {
    language: data.about.language,
    service: data.services.length ? data.services[0].id : null,
    place: null,
    states: { covered: false, uncovered: true, unknown: true },
    search: "",
    ways: true,
    colouring: "status",
    kind: "district",
    gapMeasure: "share",
    targetState: null,
    severity: null, findingFile: null, fileSort: {},
    unfolded: {},
    villageSort: { key: "people", descending: true },
    groupSort: {}, gapSort: {}, reportedSort: {}, findingSort: {}, islandSort: {},
    gridSort: {}, capacitySort: {}, unservedSort: {}, referralSort: {},
    ...listingState,
    ...Object.assign({}, ...sections.map((one) => one.state)),
  };
}

// ---- head ---------------------------------------------------------------------------

function header(page) {
  const { voice, data } = page;
  const { about } = data;
  const people = page.data.services.length ? page.city(data.services[0].id) : {};
  const facts = [
    about.name ? voice.say("report") : null,
    about.date ? voice.say("at_date", { date: page.dateText() }) : null,
    about.plan ? voice.say("plan_is", { plan: about.plan }) : null,
    voice.say("places_are", { count: voice.count(placesOf(data)) }),
    data.weight === "people" && typeof people.people === "number"
      ? voice.say("people_are", { count: voice.count(people.people) }) : null,
    about.latest_opened ? voice.say("data_until",
      { date: voice.date(about.latest_opened) }) : null,
    about.simulated.length ? null : voice.say("none_simulated"),
    about.credit || null,
  ];
  return el("div", { class: "top" },
    el("div", { class: "titles" },
      el("div", { class: "title-line" }, el("h1", {}, titleOf(page)), markTag(page)),
      el("p", { class: "meta" }, facts.filter(Boolean).map((one) => el("span", {}, one)))),
    languageSwitch(page));
}

function banners(page) {
  const { about } = page.data;
  const told = [];
  if (about.simulated.length) {
    told.push(el("p", { class: "banner simulated", role: "note" },
      el("b", {}, "模拟数据 / simulated data"), " ",
      el("span", {}, about.simulated.join(", ")), " — ", page.voice.say("simulated_help")));
  }
  if (about.scenario) {
    told.push(el("p", { class: "banner scenario", role: "note" },
      el("b", {}, "情景 / what-if"), " ", el("span", {}, about.scenario), " — ",
      page.voice.say("scenario_help")));
  }
  return el("div", { class: "banners" }, told);
}

// What stands below the first screen, in order; what a study has none of is null.
function below(page) {
  const chosen = page.data.services.length > 0;
  /** @type {[string, ((page: Page) => HTMLElement | null) | null][]} */
  const made = [["targets", targetsSection], ["coverage", coverageSection],
    ["people_grid", peopleGrid], ["surface", surfaceSection],
    ["zones", zonesSection], ["capacity", capacitySection],
    ["referral", referralSection], ["gaps", chosen ? gapsSection : null],
    ["islands", islandsSection], ["sites", sitesSection], ["findings", findingsSection],
    ["method", methodSection], ["sources", sourcesSection]];
  for (const one of sections) {
    made.splice(made.findIndex(([id]) => id === one.after) + 1, 0, [one.id, one.make]);
  }
  /** @type {[string, HTMLElement][]} */
  const drawn = [];
  for (const [id, make] of made) {
    const node = make && make(page);
    if (node) drawn.push([id, node]);
  }
  return drawn;
}

function contents(page, ids) {
  return el("nav", { class: "contents", "aria-label": page.voice.say("contents") }, ids.map((id) =>
    el("a", { href: "#" + id, title: page.voice.say("section_" + id) }, page.voice.say(
      (page.data.words.report["nav_" + id] ? "nav_" : "section_") + id))));
}

// ---- drawing and switching ----------------------------------------------------------

function addActions(page, root) {
  const { parts } = page;
  const redraw = (id, make) => () => {
    const made = make(page);
    if (parts[id]) parts[id].replaceWith(made);
    parts[id] = made;
    if (made && page.whatif && AS_AT_START.includes(id)) markStart(page, made);
  };
  page.drawTargets = redraw("targets", targetsSection);
  page.drawGaps = redraw("gaps", gapsSection);
  page.drawCoverage = redraw("coverage", coverageSection);
  page.drawFindings = redraw("findings", findingsSection);
  page.drawMethod = redraw("method", methodSection);
  page.redraw = (id) => {
    const found = sections.find((one) => one.id === id);
    if (found) redraw(id, found.make)();
  };
  // The first screen fills what the head leaves of the window.
  page.resize = () => {
    const bench = root.querySelector(".workbench");
    if (!bench) return;
    const left = window.innerHeight - root.querySelector(".head").offsetHeight;
    bench.style.minHeight = Math.max(35 * textSize(), left) + "px";
    if (page.map) page.map.invalidateSize({ animate: false });
  };
  page.drawService = () => {
    parts.list.replaceChildren(serviceList(page));
    parts.detail.replaceChildren(serviceDetail(page));
    if (page.behind && page.whatif.hidesList()) page.listWaits = true;
    else page.drawVillages();
    page.drawMap();
    if (page.whatif) page.whatif.draw();
  };
  // After a what-if: what shows figures is drawn again, the rest says that it does not.
  page.drawChanged = () => {
    const waiting = page.behind;
    document.documentElement.dataset.behind = "yes";
    page.behind = true; // what stands below follows as soon as the first screen is painted
    page.drawService();
    if (page.state.place !== null) page.select(page.state.place, false);
    root.classList.toggle("whatif-active", page.whatif.active);
    if (waiting) return;
    painted().then(() => whenIdle(page.drawBehind));
  };
  page.drawBehind = () => {
    if (!page.behind) return; // drawn already, for paper
    page.behind = false;
    if (page.listWaits) {
      page.drawVillages();
      page.villageTable.choose(page.state.place);
    }
    page.listWaits = false;
    page.whatif.drawLists();
    page.map.invalidateSize({ animate: false }); // the legend's height may have changed
    page.drawTargets();
    page.drawCoverage();
    page.drawGaps();
    page.drawMethod();
    const meta = root.querySelector(".head .meta");
    if (meta) meta.replaceWith(header(page).querySelector(".meta"));
    for (const one of sections) if (one.live && parts[one.id]) page.redraw(one.id);
    for (const [id, node] of Object.entries(parts)) {
      if (node.tagName === "SECTION" && AS_AT_START.includes(id)) markStart(page, node);
    }
    page.whatif.keepCode();
    document.documentElement.dataset.behind = "no";
  };
  page.choose = (id, scroll) => {
    page.state.service = id;
    page.drawService();
    page.drawGaps();
    for (const one of sections) if (parts[one.id]) redraw(one.id, one.make)();
    if (page.state.place !== null) page.select(page.state.place, false);
    const row = parts.list.querySelector('[aria-selected="true"]');
    if (row) row.scrollIntoView({ block: "nearest" });
    if (scroll) window.scrollTo(0, 0);
  };
  page.speak = (language) => {
    page.state.language = language;
    page.voice = makeVoice(page.data.words, language);
    page.draw();
  };
  page.draw = () => {
    page.drawFirst();
    page.drawRest();
  };
  // What is seen when the page opens; the sections below take longer than the rest of it.
  page.drawFirst = () => {
    document.documentElement.lang = page.state.language === "zh" ? "zh-CN" : "en";
    const chosen = page.data.services.length > 0;
    parts.contents = contents(page, ["map"]);
    parts.below = el("div", { class: "below" });
    root.replaceChildren(el("header", { class: "head" }, chosen ? skipLink(page) : null,
      header(page), banners(page), parts.contents),
    el("main", {}, chosen ? makeWorkbench(page) : el("section", { id: "map" },
      el("p", { class: "none" }, page.voice.say("no_services"))), parts.below));
    if (!chosen) return;
    page.resize();
    const first = !page.map;
    if (first) startMap(page);
    page.drawZoom();
    page.drawService();
    if (first) page.chart.fit(); // the legend has its height by now
  };
  page.drawRest = () => {
    const sections = below(page);
    const links = contents(page, ["map", ...sections.map(([id]) => id)]);
    parts.contents.replaceWith(links);
    parts.contents = links;
    parts.below.replaceChildren(...sections.map(([, node]) => node));
    for (const [id, node] of sections) parts[id] = node;
    if (!page.map) return;
    page.resize();
    if (page.whatif && page.whatif.active) page.drawChanged();
    if (page.state.place !== null) page.select(page.state.place, false);
  };
}

const UNMOVED = 2; // pixels: another size moves the centre of the map by parts of one

// With all its links the head may be higher, and the map smaller than at its first fit.
function fitAgain(page, before) {
  const { map } = page;
  const moved = map.project(before.centre, before.zoom)
    .distanceTo(map.project(map.getCenter(), before.zoom)) > UNMOVED;
  if (moved || map.getZoom() !== before.zoom || map.getSize().equals(before.size)) return;
  page.chart.fit();
}

// When a frame has been painted; soon, too, where none is, as in a tab behind others.
const painted = () => new Promise((done) => {
  window.setTimeout(done, 200);
  window.requestAnimationFrame(() => window.setTimeout(done));
});

// After the frame that answers a click, and soon even where there is no rest.
const whenIdle = (run) => (window.requestIdleCallback
  ? window.requestIdleCallback(run, { timeout: 250 }) : window.setTimeout(run));

// How large the browser is set to show text: 16 pixels where nobody has asked for more.
const textSize = () => parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;

// Sections that a what-if does not change.
const AS_AT_START = ["people_grid", "zones", "capacity", "referral", "islands", "sites", "detour",
  "supply", "progress", "kinds", "sure"];

function markStart(page, node) {
  const old = node.querySelector(".start-note");
  if (old) old.remove();
  if (!page.whatif.active) return;
  node.querySelector("h2").after(startNote(page, "whatif_start_note"));
}

// In a frame of another page (a notebook) an address without a file is that page's: go there without.
function followWithin(event) {
  const link = event.target.closest('a[href^="#"]');
  if (!link || event.defaultPrevented) return;
  event.preventDefault();
  part(link.getAttribute("href").slice(1)).scrollIntoView();
}

// The address holds the what-if's code: a link of the contents leaves it there.
function keepAddress(page, event) {
  const link = event.target.closest('a[href^="#"]');
  if (!link || event.defaultPrevented || !page.whatif || !page.whatif.active) return;
  const aim = document.getElementById(link.getAttribute("href").slice(1));
  if (!aim) return;
  event.preventDefault();
  if (!aim.hasAttribute("tabindex")) aim.setAttribute("tabindex", "-1");
  aim.scrollIntoView();
  aim.focus({ preventScroll: true });
}

function watch(page, root) {
  document.addEventListener("click", (event) => keepAddress(page, event));
  if (page.map) watchKeys(page, root);
  if (window.location.protocol === "about:") document.addEventListener("click", followWithin);
  window.addEventListener("resize", page.resize);
  watchPrint(page);
}

/** @param {HTMLElement} root */
async function start(root) {
  const data = await decode(part("data").textContent || "");
  unpackPicture(data.map, data.services);
  const page = makePage(data, makeState(data));
  shown.page = page;
  window.gapmap = { page }; // for whoever looks into the open page, browser tests above all
  page.parts = {};
  addTexts(page);
  addActions(page, root);
  addMapActions(page);
  if (data.whatif && data.services.length) startWhatif(page);
  page.drawFirst();
  const { map } = page;
  const before = map && { centre: map.getCenter(), zoom: map.getZoom(), size: map.getSize() };
  await painted();
  page.drawRest();
  if (before) fitAgain(page, before);
  watch(page, root);
  if (page.whatif) page.whatif.begin();
  document.documentElement.dataset.ready = "yes";
}

/** @param {string} id of an element of the page's frame, see page.py */
function part(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error("the page has no #" + id);
  return found;
}

const root = part("report");
start(root).catch((failure) => {
  tellFailure(root, failure);
  throw failure; // for the console, and for tests, which count it
});
