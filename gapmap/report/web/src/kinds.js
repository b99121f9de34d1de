// Kinds of gap: which places lack alike for like reasons, and where one new site would serve several.

import { labelled, offeredColourings } from "./colouring.js";
import { marks, swatch } from "./layer.js";
import { sortableTable } from "./table.js";
import { el, toRows } from "./text.js";

const FEW = 12;
const SHOWN = 7;

/** @param {Page} page */
const held = (page) => page.data.insights.kinds;
/** @param {Page} page */
const has = (page) => Boolean(held(page));
/** @param {Page} page */
const nameOf = (page, row) => row["kind_" + page.voice.language];
const markOf = (number) => labelled(number - 1, number);
/** @param {Page} page */
const rowsOf = (page) => toRows(held(page).kinds);

/** @param {Page} page */
function clusterRows(page) {
  const rows = toRows(held(page).clusters);
  const rank = {};
  for (const row of rows) {
    rank[row.service] = (rank[row.service] || 0) + 1;
    row.rank = rank[row.service];
  }
  return rows;
}

// ---- colouring by kind --------------------------------------------------------------

const quietOrUnknown = (standing) =>
  (["unknown", "little_known"].includes(standing) ? marks.unknown : marks.quiet);

/** @param {Page} page */
function kindMark(page, number) {
  const kind = held(page).kind[number];
  return kind === null ? quietOrUnknown(held(page).standing[number]) : markOf(kind);
}

/** @param {Page} page */
function kindLegend(page) {
  const { voice } = page;
  const { kind, standing, services_unknown: unknown } = held(page);
  const { lon } = page.data.map.places;
  const count = (wanted) => lon.filter((one, at) => one !== null && wanted(at)).length;
  /** @type {LegendLine[]} */
  const lines = rowsOf(page).map((row) => {
    const doubtful = count((at) => kind[at] === row.kind_id && unknown[at] > 0);
    return { id: "kind" + row.kind_id, mark: markOf(row.kind_id),
      label: nameOf(page, row) + (doubtful
        ? voice.say("kind_doubtful", { count: voice.count(doubtful) }) : ""),
      help: row["description_" + voice.language],
      count: count((at) => kind[at] === row.kind_id) };
  });
  for (const name of ["nobody_has", "lacks_nothing", "unknown", "little_known"]) {
    lines.push({ id: name, mark: quietOrUnknown(name), label: voice.say("standing_" + name),
      count: count((at) => standing[at] === name) });
  }
  return lines.filter((line) => line.count > 0);
}

export const kindColouring = {
  id: "kind",
  offered: (page) => has(page) && held(page).clear,
  mark: kindMark,
  legend: kindLegend,
};

// What the card of a place says of its kind.
/** @param {Page} page */
export function kindLine(page, number) {
  if (!has(page) || !held(page).clear) return null;
  const { voice } = page;
  const { kind, standing, services_unknown: unknown } = held(page);
  const row = rowsOf(page).find((one) => one.kind_id === kind[number]);
  if (!row && !["unknown", "little_known"].includes(standing[number])) return null;
  return el("p", { class: "where kind-line" },
    swatch(row ? markOf(row.kind_id) : marks.unknown), " ",
    voice.say("section_kinds"), voice.language === "zh" ? ":" : ": ",
    row ? nameOf(page, row) : voice.say("standing_" + standing[number]),
    unknown[number] ? voice.say("kind_services_unknown", { count: voice.count(unknown[number]) })
      : null);
}

// ---- colouring by cluster of the chosen service -------------------------------------

/** @param {Page} page */
function clustersAt(page) {
  const service = page.state.service;
  const kept = held(page).clustersAt || (held(page).clustersAt = {});
  if (!kept[service]) {
    kept[service] = new Map();
    for (const row of clusterRows(page)) {
      if (row.service !== service) continue;
      for (const number of row.members) kept[service].set(number, row);
    }
  }
  return kept[service];
}

/** @param {Page} page */
function clusterMark(page, number) {
  const row = clustersAt(page).get(number);
  if (row) return labelled(row.rank - 1, row.rank);
  const { status } = page.startResult(page.state.service, number);
  if (status === "unknown") return marks.unknown;
  return status === "uncovered" ? marks.uncovered : marks.quiet;
}

/** @param {Page} page */
function clusterLegend(page) {
  const { voice } = page;
  const rows = clusterRows(page).filter((row) => row.service === page.state.service);
  const lines = rows.slice(0, SHOWN).map((row) => ({ id: "cluster" + row.rank,
    mark: labelled(row.rank - 1, row.rank), label: row.best_place, count: row.places }));
  const inside = clustersAt(page);
  const rest = page.startResults(page.state.service).filter((row) => row.lon !== null
    && !inside.has(row.number));
  const more = rows.slice(SHOWN).reduce((sum, row) => sum + row.places, 0);
  const add = (id, mark, label, count) => { if (count) lines.push({ id, mark, label, count }); };
  add("cluster_more", labelled(SHOWN, "…"), voice.say("cluster_more"), more);
  for (const [status, mark, word] of [["uncovered", "uncovered", voice.say("cluster_alone")],
    ["covered", marks.quiet, voice.value("covered")],
    ["unknown", "unknown", voice.value("unknown")]]) {
    add("cluster_" + status, mark, word, rest.filter((row) => row.status === status).length);
  }
  return lines;
}

export const clusterColouring = {
  id: "cluster",
  offered: (page) => has(page) && held(page).clusters.service.length > 0,
  mark: clusterMark,
  legend: clusterLegend,
};

// ---- the section --------------------------------------------------------------------

/** @param {Page} page */
function toMap(page, colouring, service, place) {
  if (offeredColourings(page).some((one) => one.id === colouring)) {
    page.state.colouring = colouring;
  }
  page.choose(service, true);
  if (place !== null) page.select(place, true);
}

/** @param {Page} page */
function sureText(page) {
  const { voice } = page;
  const { clear, reason, silhouette, rand, grouped, kinds } = held(page);
  const two = (number) => voice.number(Math.round(number * 100) / 100);
  const facts = { groups: voice.count(kinds.kind_id.length), count: voice.count(grouped),
    silhouette: two(silhouette || 0), reseeded: two(rand[0] || 0), resampled: two(rand[1] || 0) };
  const share = clear && held(page).by === "share_lacked";
  const told = clear ? "kinds_clear" : "kinds_" + (grouped ? reason : "none");
  return el("p", { class: "lead", "data-fact": "kinds-sure" }, voice.say(told, facts),
    share ? " " + voice.say("kinds_by_share") : null,
    held(page).fitted && held(page).fitted < grouped
      ? " " + voice.say("kinds_fitted", { count: voice.count(held(page).fitted) }) : null);
}

/** @param {Page} page */
function kindTable(page) {
  const { voice, state } = page;
  const people = page.data.weight === "people";
  return sortableTable({
    voice, rows: rowsOf(page), state: state.kindSort, name: "kinds-table",
    id: (row) => row.kind_id,
    onRow: () => toMap(page, "kind", state.service, null),
    columns: [
      { key: "kind", title: voice.say("kinds_kind"), kind: "text",
        value: (row) => row.kind_id,
        cell: (row) => [held(page).clear ? swatch(markOf(row.kind_id)) : null,
          el("b", {}, " " + nameOf(page, row)),
          el("span", { class: "where" }, row["description_" + voice.language])] },
      { key: "places", title: voice.title("places"), kind: "number",
        value: (row) => row.places, cell: (row) => voice.count(row.places) },
      people ? { key: "people", title: voice.title("people"), kind: "number",
        value: (row) => row.people, cell: (row) => voice.count(row.people) } : null,
    ].filter(Boolean),
  }).node;
}

/** @param {Page} page */
function leftOut(page) {
  const { voice } = page;
  const { standing, nobody_has: nobody } = held(page);
  const count = (name) => standing.filter((one) => one === name).length;
  const told = [];
  if (nobody.length) {
    const names = nobody.map((id) => voice.both(page.service(id).name));
    told.push(voice.say("kinds_nobody", {
      services: names.join(voice.language === "zh" ? "、" : ", "),
      count: voice.count(count("nobody_has")) }));
  }
  for (const name of ["unknown", "little_known"]) {
    if (count(name)) told.push(voice.say("kinds_" + name, { count: voice.count(count(name)) }));
  }
  return told.length ? el("p", { class: "lead" }, told.join(" ")) : null;
}

/** @param {Page} page */
function served(page, row) {
  const { voice } = page;
  const people = page.data.weight === "people";
  const all = people ? row.people : row.places, part = people ? row.people_served : row.places_served;
  return [voice.count(part), part < all
    ? el("span", { class: "where" }, voice.say("cluster_of", { all: voice.count(all) })) : null];
}

/** @param {Page} page */
function clusterTable(page) {
  const { voice, state } = page;
  const rows = clusterRows(page);
  const name = (row) => voice.both(page.service(row.service).name);
  const whole = (key) => ({ key, title: voice.title(key), kind: "number",
    value: (row) => row[key], cell: (row) => voice.count(row[key]) });
  const people = page.data.weight === "people";
  return sortableTable({
    voice, rows, state: state.clusterSort, name: "clusters-table", portion: FEW,
    id: (row) => row.cluster_id,
    onRow: (row) => toMap(page, "cluster", row.service, row.best),
    columns: [
      { key: "service", title: voice.say("service"), kind: "text", value: name,
        cell: (row) => [name(row), el("span", { class: "where" },
          voice.say("cluster_number", { number: row.rank }))] },
      { key: "best", title: voice.title("best_place"), kind: "text",
        value: (row) => row.best_place, cell: (row) => [voice.text(row.best_place),
          el("span", { class: "where" }, page.where(row))] },
      whole("places"),
      people ? whole("people") : null,
      { ...whole("places_served"), title: voice.say("cluster_served_places"), cell: (row) => [voice.count(row.places_served),
        row.places_served < row.places ? el("span", { class: "where" },
          voice.say("cluster_of", { all: voice.count(row.places) })) : null] },
      people ? { ...whole("people_served"), title: voice.say("cluster_served_people"),
        cell: (row) => served(page, row) } : null,
    ].filter(Boolean),
  }).node;
}

/** @param {Page} page */
function clusters(page) {
  const { voice } = page;
  const { clusters: table, clusters_all: all, cut, most_places: most } = held(page);
  const told = [voice.say("clusters_lead")];
  if (table.service.length < all) {
    told.push(voice.say("rows_in_file", { shown: voice.count(table.service.length),
      all: voice.count(all), file: "clusters.csv" }));
  }
  if (cut.length) {
    told.push(voice.say("clusters_cut", { most: voice.count(most),
      services: cut.map((id) => voice.both(page.service(id).name)).join(", ") }));
  }
  return [el("h3", {}, voice.say("clusters_title")),
    table.service.length ? [el("p", { class: "lead" }, told.join(" ")), clusterTable(page)]
      : el("p", { class: "lead" }, voice.say("clusters_none"))];
}

/** @param {Page} page */
function make(page) {
  const { voice } = page;
  if (!has(page)) return null;
  return el("section", { id: "kinds" }, el("h2", {}, voice.say("section_kinds")),
    el("p", { class: "lead" }, voice.say("kinds_lead")), sureText(page),
    held(page).kinds.kind_id.length ? kindTable(page) : null, leftOut(page), clusters(page));
}

export const kindsSection = { id: "kinds", after: "gaps", make,
  state: { kindSort: {}, clusterSort: { key: "people_served", descending: true } } };
