// Beside the map: which layers are shown, the north arrow, and colourings by distance and by people.

import { marks, serviceMark, swatch } from "./marks.js";
import { el, svg } from "./text.js";

// From the limit outwards darker and larger, all of them apart from the blue of what is within it.
const BEYOND = ["#fdd3a0", "#f2a154", "#d55e00", "#863800", "#4f2000"];
const UNREACHED = "#1f1f1f";
const PEOPLE = ["#dbe4ec", "#a9c3d9", "#6f9cc0", "#3b74a3", "#154b75"];
const SIZES = [4.4, 5.2, 6, 6.8, 7.6];

/** @param {Page} page */
const onMap = (page) => page.results(page.state.service).filter((row) => row.lon !== null);

// ---- distance ---------------------------------------------------------------------------------

/** @param {Page} page */
const breaksOf = (page) => page.data.map.services[page.state.service].breaks;
/** @param {Page} page */
const wayOf = (page, row) =>
  (page.service(page.state.service).limit_unit === "minutes" ? row.minutes : row.distance_m);

const within = { ...marks.covered, order: 0 };
const beyond = BEYOND.map((fill, at) => ({ shape: "circle", radius: SIZES[at], color: "#4a1f00",
  weight: 0.9, fill, order: at + 2 }));
const unreached = { shape: "circle", radius: 6, color: "#ffffff", weight: 1.2, fill: UNREACHED,
  order: 9 };

// -1 unknown, 0 within the limit, 1 and more beyond it, null: no way there or no facility.
export function wayClass(row, way, breaks) {
  if (row.status === "unknown") return -1;
  if (row.status === "covered") return 0;
  if (typeof way !== "number") return null;
  const at = breaks.findIndex((end) => way <= end);
  return 1 + (at < 0 ? breaks.length : at);
}

const wayMark = (found) => (found === null ? unreached : found < 0 ? marks.unknown
  : found === 0 ? within : beyond[found - 1]);

export const distanceColouring = {
  id: "distance",
  offered: (page) => Object.values(page.data.map.services).some((held) => held.breaks.length),
  mark(page, number) {
    const row = page.results(page.state.service)[number];
    return wayMark(wayClass(row, wayOf(page, row), breaksOf(page)));
  },
  legend(page) {
    const { voice } = page;
    const { limit, limit_unit: unit } = page.service(page.state.service);
    const breaks = breaksOf(page);
    const tell = (value) => voice.measured(value, unit);
    const counts = new Map();
    for (const row of onMap(page)) {
      const found = wayClass(row, wayOf(page, row), breaks);
      counts.set(found, (counts.get(found) || 0) + 1);
    }
    const ends = [limit, ...breaks];
    const lines = ends.map((low, at) => ({ id: "distance" + (at + 1), mark: beyond[at],
      label: at < breaks.length
        ? voice.say("class_between", { low: tell(low), high: tell(breaks[at]) })
        : voice.say("class_above", { low: tell(low) }), count: counts.get(at + 1) || 0 }));
    return [{ id: "distance0", mark: within, label: voice.say("class_within", { limit: tell(limit) }),
      count: counts.get(0) || 0 }, ...lines,
    { id: "unreached", mark: unreached, label: voice.say("class_no_way"),
      count: counts.get(null) || 0 },
    { id: "unknown", mark: marks.unknown, label: voice.value("unknown"),
      count: counts.get(-1) || 0 }].filter((line, at) => at === 0 || line.count > 0);
  },
};

// ---- people -----------------------------------------------------------------------------------

const peopleMarks = PEOPLE.map((fill, at) => ({ shape: "circle", radius: SIZES[at] + 0.6,
  color: "#20405a", weight: 0.9, fill, order: 5 - at }));

const peopleClass = (people, breaks) => {
  if (typeof people !== "number") return -1;
  const at = breaks.findIndex((end) => people <= end);
  return at < 0 ? breaks.length : at;
};

export const peopleColouring = {
  id: "people",
  offered: (page) => page.data.weight === "people" && page.data.map.people_breaks.length > 0,
  mark(page, number) {
    const found = peopleClass(page.data.map.places.people[number], page.data.map.people_breaks);
    return found < 0 ? marks.unknown : peopleMarks[found];
  },
  legend(page) {
    const { voice } = page;
    const { places, people_breaks: breaks } = page.data.map;
    const counts = new Map();
    places.people.forEach((people, at) => {
      if (places.lon[at] === null) return;
      const found = peopleClass(people, breaks);
      counts.set(found, (counts.get(found) || 0) + 1);
    });
    const ends = [null, ...breaks];
    const label = (at) => (at === 0 ? voice.say("class_to", { high: voice.count(breaks[0]) })
      : at < breaks.length
        ? voice.say("class_between", { low: voice.count(ends[at]), high: voice.count(breaks[at]) })
        : voice.say("class_above", { low: voice.count(ends[at]) }));
    return [...ends.map((_, at) => ({ id: "people" + at, mark: peopleMarks[at], label: label(at),
      count: counts.get(at) || 0 })),
    { id: "unknown", mark: marks.unknown, label: voice.value("unknown"),
      count: counts.get(-1) || 0 }].filter((line) => line.count > 0);
  },
};

// ---- layers -----------------------------------------------------------------------------------

const MARK_OF = { districts: "district", towns: "town", roads: "road", water: "water",
  ferries: "ferry", islands: "island", graticule: "graticule" };

// What a reader should know of a layer that is not whole.
/** @param {Page} page */
function noteOf(page, id) {
  const told = page.data.map.layers[id];
  if (id !== "roads" || !told || told.drawn === told.lines) return null;
  return page.voice.say("layer_roads_main");
}

function box(mark, label, checked, data, change, note) {
  return el("li", {}, el("label", {},
    el("input", { type: "checkbox", checked, ...data, change: (event) => change(event.target.checked) }),
    swatch(mark), el("span", {}, label, note ? el("span", { class: "where" }, " " + note) : null)));
}

// Which layers are shown; further services' facilities by shape and colour, with their number.
/** @param {Page} page */
export function layerControl(page) {
  const { voice, chart, data } = page;
  const served = (id) => {
    const list = data.map.facilities[id];
    return list.kind.filter((kind, at) => kind === "serves" && list.lon[at] !== null).length;
  };
  const further = chart.services.filter((id) => id !== page.state.service && served(id));
  return el("details", { class: "layers", open: Boolean(page.state.layersOpen),
    toggle: (event) => { page.state.layersOpen = event.target.open; } },
  el("summary", {}, voice.say("layers")),
  el("ul", {}, chart.layers.map(({ id }) => box(MARK_OF[id], voice.say("layer_" + id),
    chart.isShown(id), { "data-layer": id }, (shown) => chart.setLayer(id, shown),
    noteOf(page, id)))),
  further.length ? [el("p", { class: "where" }, voice.say("layer_facilities")),
    el("ul", {}, further.map((id) => box(serviceMark(chart.services.indexOf(id)),
      voice.both(page.service(id).name) + " " + voice.count(served(id)), chart.hasFacilities(id),
      { "data-facilities": id }, (shown) => {
        chart.setFacilities(id, shown);
        page.drawLegend();
      })))] : null);
}

// Lines of the legend for facilities of further services.
/** @param {Page} page */
export function furtherLines(page) {
  const { voice, chart, data } = page;
  return chart.services.filter((id) => chart.hasFacilities(id) && id !== page.state.service)
    .map((id) => {
      const list = data.map.facilities[id];
      return [id, voice.both(page.service(id).name),
        list.kind.filter((kind, at) => kind === "serves" && list.lon[at] !== null).length,
        serviceMark(chart.services.indexOf(id))];
    });
}

// North is up: the map is never turned.
export const northArrow = (voice) => el("div", { class: "north", role: "img",
  "aria-label": voice.say("north_up"), title: voice.say("north_up") },
svg("svg", { viewBox: "0 0 20 30", width: 20, height: 30, "aria-hidden": "true" },
  svg("path", { d: "M10 2L16 26L10 21Z", fill: "#1f2a33" }),
  svg("path", { d: "M10 2L4 26L10 21Z", fill: "#ffffff", stroke: "#1f2a33", "stroke-width": 1 })),
el("b", {}, voice.say("north")));
