// Straight line against road: who is near only on the map, and a colouring of the detours.

import { marks } from "./layer.js";
import { sortableTable } from "./table.js";
import { below, el, section, toRows } from "./text.js";

// From pale blue to vermillion; the dots grow with the detour, too.
const FILLS = ["#cfe1f0", "#7fb3d5", "#f7d08a", "#e8893a", "#a63a00"];
const SIZES = [3.2, 4.2, 5.4, 6.4, 7.6];
const FEW = 12;

/** @param {Page} page */
const held = (page) => page.data.insights.detour;

/** @param {Page} page */
function factorOf(page, number) {
  const factors = held(page).factors[page.state.service];
  return factors ? factors[number] : null;
}

/** @param {Page} page */
const classOf = (page, factor) => {
  const at = held(page).classes.findIndex((end) => factor <= end);
  return at < 0 ? held(page).classes.length : at;
};

const markOf = (at) => ({ shape: "circle", radius: SIZES[at], color: "#4a3b30", weight: 0.8,
  fill: FILLS[at], order: at });

/** @param {Page} page */
function classLabel(page, at) {
  const { voice } = page;
  const ends = held(page).classes.map(voice.number);
  if (at === ends.length) return voice.say("detour_above", { low: ends[at - 1] });
  return voice.say("detour_class", { low: at ? ends[at - 1] : voice.number(1), high: ends[at] });
}

/** @param {Page} page */
function mark(page, number) {
  const factor = factorOf(page, number);
  if (factor !== null) return markOf(classOf(page, factor));
  const result = page.startResult(page.state.service, number);
  return result.status === "unknown" ? marks.unknown : marks.quiet;
}

/** @param {Page} page */
function legend(page) {
  const shown = page.startResults(page.state.service).filter((row) => row.lon !== null);
  const classes = shown.map((row) => factorOf(page, row.number))
    .map((factor) => (factor === null ? null : classOf(page, factor)));
  /** @type {LegendLine[]} */
  const lines = FILLS.map((_, at) => ({ id: "detour" + at, mark: markOf(at),
    label: classLabel(page, at), count: classes.filter((one) => one === at).length }));
  const none = shown.filter((_, at) => classes[at] === null);
  const unknown = none.filter((row) => row.status === "unknown");
  lines.push({ id: "detour_unknown", mark: marks.unknown,
    label: page.voice.value("unknown"), count: unknown.length });
  lines.push({ id: "detour_none", mark: marks.quiet,
    label: page.voice.say("detour_none"), count: none.length - unknown.length,
    help: page.voice.say("detour_none_help") });
  return lines.filter((line) => line.count > 0);
}

export const detourColouring = {
  id: "detour",
  offered: (page) => Boolean(held(page))
    && toRows(held(page).table).some((row) => row.reason !== "no_road"),
  mark,
  legend,
};

// ---- the section --------------------------------------------------------------------

/** @param {Page} page */
const whyText = (page, reason) => String(reason || "").split("+").filter(Boolean)
  .map(page.voice.value).join(page.voice.language === "zh" ? ";" : "; ");

/** @param {Page} page */
const inPeople = (page) => page.data.weight === "people";

/** @param {Page} page */
function radius(page, service, row) {
  const { voice } = page;
  if (service.limit_unit === "m") return voice.metres(service.limit);
  const minutes = voice.minutes(service.limit);
  return row.radius_m === null ? minutes : minutes + " · " + voice.metres(row.radius_m);
}

/** @param {Page} page */
function headline(page, service, row) {
  const { voice } = page;
  const name = voice.both(service.name);
  if (row.radius_m === null || row.places_only_straight === null) {
    return el("p", { class: "lead" }, voice.say("detour_of", { service: name }), " ",
      whyText(page, row.reason));
  }
  const unit = inPeople(page) ? "people" : "places";
  const count = row[unit + "_only_straight"];
  const facts = { count: voice.count(count), service: name,
    limit: service.limit_unit === "m" ? voice.metres(service.limit)
      : voice.minutes(service.limit),
    radius: voice.metres(row.radius_m),
    share: voice.share(row.share_only_straight) };
  const told = count ? "detour_" + unit + "_" + service.limit_unit : "detour_nobody";
  const unknown = row[unit + "_straight_unknown"];
  return el("p", { class: "lead headline", "data-fact": "only_straight" },
    el("b", {}, voice.say(told, facts)),
    count && inPeople(page) ? " " + voice.say("detour_share", facts) : null,
    unknown ? " " + voice.say("detour_unknown_" + unit, { count: voice.count(unknown) }) : null);
}

/** @param {Page} page */
const factorText = (page, value) => (value === null ? "—" : page.voice.number(
  Math.round(value * 100) / 100));

/** @param {Page} page */
function columns(page, first) {
  const { voice } = page;
  const unit = inPeople(page) ? "people" : "places";
  const number = (key, name, tell) => ({ key, title: voice.say("detour_head_" + name),
    kind: "number", value: (row) => row[key],
    cell: (row) => (row[key] === null ? "—" : tell(row[key])) });
  const factor = (value) => factorText(page, value);
  return [first,
    number(unit + "_straight", "straight", voice.count),
    number(unit + "_only_straight", "only", voice.count),
    number("share_only_straight", "share", voice.share),
    number(unit + "_straight_unknown", "unknown", voice.count),
    number("detour_median", "median", factor), number("detour_p90", "p90", factor)];
}

/** @param {Page} page */
function serviceTable(page, rows) {
  const { voice, data } = page;
  const city = new Map(rows.filter((row) => row.group_kind === "city")
    .map((row) => [row.service, row]));
  return sortableTable({
    voice, rows: data.services.map((service) => city.get(service.id)).filter(Boolean),
    state: page.state.detourSort, name: "detour-services", id: (row) => row.service,
    columns: columns(page, { key: "service", title: voice.say("service"), kind: "text",
      value: (row) => voice.both(page.service(row.service).name),
      cell: (row) => [voice.both(page.service(row.service).name),
        below(radius(page, page.startService(row.service), row)),
        below(whyText(page, row.reason))] }),
  }).node;
}

/** @param {Page} page */
function areaTable(page, rows, service) {
  const { voice } = page;
  return sortableTable({
    voice, state: page.state.detourAreaSort, name: "detour-areas", id: (row) => row.group_id,
    rows: rows.filter((row) => row.service === service.id),
    columns: columns(page, { key: "group", title: voice.title("group"), kind: "text",
      value: (row) => page.groupName(row.group),
      cell: (row) => [page.groupName(row.group),
        below(row.group_kind === "city" ? "" : voice.value(row.group_kind)),
        below(whyText(page, row.reason))] }),
  }).node;
}

/** @param {Page} page */
function villages(page, service, city) {
  const { voice } = page;
  const told = held(page).only_straight[service.id];
  const near = told.places.map((number, at) => ({ ...page.startResult(service.id, number),
    straight_to_facility_m: told.straight_to_facility_m[at], factor: factorOf(page, number) }));
  if (!near.length || city.places_only_straight === null) return null;
  const metres = (key, title) => ({ key, title, kind: "number",
    value: (row) => row[key],
    cell: (row) => (row[key] === null ? page.voice.value(row.reason) : voice.metres(row[key])) });
  const people = inPeople(page) ? [{ key: "people", title: voice.title("people"), kind: "number",
    value: (row) => row.people, cell: (row) => voice.count(row.people) }] : [];
  return [el("h3", {}, voice.say("detour_villages", { service: voice.both(service.name) })),
    sortableTable({
      voice, rows: near, state: page.state.detourPlaceSort, name: "detour-places", portion: FEW,
      id: (row) => row.number, onRow: (row) => page.select(row.number, true), chosen: null,
      columns: [
        { key: "name", title: voice.say("place"), kind: "text", value: (row) => row.name,
          cell: (row) => [voice.text(row.name), below(page.where(row))] },
        ...people, metres("straight_m", voice.say("detour_head_nearest")),
        { key: "facility", title: voice.say("detour_head_facility"), kind: "text",
          value: (row) => row.facility, cell: (row) => row.facility || "—" },
        metres("straight_to_facility_m", voice.say("detour_head_to_facility")),
        metres("distance_m", voice.say("detour_head_way")),
        { key: "factor", title: voice.title("detour_factor"), kind: "number",
          value: (row) => row.factor, cell: (row) => factorText(page, row.factor) },
      ],
    }).node];
}

export const detourSection = {
  id: "detour",
  after: "gaps",
  state: { detourSort: {}, detourAreaSort: {},
    detourPlaceSort: { key: "people", descending: true } },
  make(page) {
    if (!held(page) || !page.state.service) return null;
    const { voice } = page;
    const rows = toRows(held(page).table);
    const service = page.startService(page.state.service);
    const city = rows.find((row) => row.service === service.id && row.group_kind === "city");
    if (!city) return null;
    return section(page, "detour",
      el("p", { class: "lead" }, voice.say("detour_lead")),
      headline(page, service, city),
      serviceTable(page, rows),
      el("h3", {}, voice.say("detour_areas", { service: voice.both(service.name) })),
      areaTable(page, rows, service),
      villages(page, service, city));
  },
};
