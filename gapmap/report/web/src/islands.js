// The section of islands: who lives there, which ferries land, how long the way to the mainland is.

import { sortableTable } from "./table.js";
import { el, section } from "./text.js";

function byIsland(rows) {
  const islands = new Map();
  for (const row of rows) {
    if (!islands.has(row.island_id)) islands.set(row.island_id, []);
    islands.get(row.island_id).push(row);
  }
  return Array.from(islands.values());
}

// Nothing is known where no place joins a way, and nothing is out of reach where there is nothing
// to go to; else an empty time means that nobody gets there.
/** @param {Page} page */
function minutes(page, row, key) {
  if (!row) return "—";
  const value = row[key];
  if (value !== null) return page.voice.minutes(value);
  if (row.no_facility) {
    return row.destination === "town" ? page.voice.say("no_town")
      : page.voice.value("no_facility");
  }
  return page.voice.say(row.places_unreachable > 0 ? "unreachable" : "unknown");
}

/** @param {Page} page */
function toMainland(page, row) {
  const told = minutes(page, row, "mainland_minutes_median");
  if (!row || row.places < 2 || row.no_facility) return told;
  const worst = minutes(page, row, "mainland_minutes_worst");
  return [told, el("span", { class: "where" }, page.voice.say("worst_place", { value: worst }))];
}

/** @param {Page} page */
function ferries(page, row) {
  const { voice } = page;
  if (!row.ferries) return voice.say("no_ferry");
  const told = row.ferries_running < row.ferries
    ? voice.say("sailing_of", { running: row.ferries_running, all: row.ferries })
    : voice.count(row.ferries);
  return [told, el("span", { class: "where" }, row.ferry_names || "")];
}

function hours(row) {
  if (!row.first_sailing && !row.last_sailing) return "—";
  return (row.first_sailing || "…") + "–" + (row.last_sailing || "…");
}

/** @param {Page} page */
function islandTable(page, islands) {
  const { voice, state } = page;
  const find = (rows, kind) => rows.find((row) => row.destination === kind);
  const whole = (key) => ({ key, title: voice.title(key), kind: "number",
    value: (rows) => rows[0][key], cell: (rows) => voice.count(rows[0][key]) });
  const way = (kind) => ({ key: kind, title: voice.say("to_" + kind), kind: "number",
    value: (rows) => (find(rows, kind) || {}).mainland_minutes_median,
    cell: (rows) => toMainland(page, find(rows, kind)) });
  const people = page.data.weight === "people" ? [whole("people")] : [];
  return sortableTable({
    voice, rows: islands, state: state.islandSort, name: "islands-table",
    id: (rows) => rows[0].island_id,
    columns: [
      { key: "island", title: voice.title("island"), kind: "text",
        value: (rows) => rows[0].island,
        cell: (rows) => [voice.text(rows[0].island), el("span", { class: "where" },
          [rows[0].town, rows[0].district, voice.value(rows[0].kind)].filter(Boolean)
            .join(" · "))] },
      whole("places"), ...people, whole("terminals"),
      { key: "ferries", title: voice.title("ferries"), kind: "text",
        value: (rows) => rows[0].ferries, cell: (rows) => ferries(page, rows[0]) },
      { key: "hours", title: voice.say("sailing_hours"), kind: "text",
        value: (rows) => rows[0].first_sailing, cell: (rows) => hours(rows[0]) },
      way("hospital"), way("town"),
    ],
  }).node;
}

/** @param {Page} page */
function serviceCell(page, row) {
  const told = minutes(page, row, "mainland_minutes_median");
  if (!row || row.on_island !== true) return el("td", { class: "number" }, told);
  const here = page.voice.minutes(row.minutes_median);
  return el("td", { class: "number" }, told,
    el("span", { class: "where" }, page.voice.say("here_already", { value: here })));
}

/** @param {Page} page */
function serviceTable(page, islands) {
  const { voice, data } = page;
  const found = new Map(page.islands.filter((row) => row.destination === "service")
    .map((row) => [row.service + "\n" + row.island_id, row]));
  return el("div", { class: "table-frame matrix islands-services" }, el("table", {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, voice.say("service")),
      islands.map((rows) => el("th", { scope: "col", class: "number" },
        voice.text(rows[0].island))))),
    el("tbody", {}, data.services.map((service) => el("tr", { "data-service": service.id },
      el("th", { scope: "row" }, voice.both(service.name)),
      islands.map((rows) =>
        serviceCell(page, found.get(service.id + "\n" + rows[0].island_id))))))));
}

/** @param {Page} page */
export function islandsSection(page) {
  const { voice } = page;
  if (!page.islands.length) return null;
  const islands = byIsland(page.islands);
  const lived = islands.filter((rows) => rows[0].places > 0);
  return section(page, "islands",
    el("p", { class: "lead" }, voice.say("islands_lead")),
    islandTable(page, islands),
    lived.length && lived.length <= 24 ? [el("h3", {}, voice.say("islands_services")),
      serviceTable(page, lived)] : null);
}
