// Why: for each service, how many people and places are not covered, or unknown, for which reason.

import { below, el, known, section } from "./text.js";

const CODES = ["beyond_limit", "below_standard", "no_facility", "no_route", "island_no_ferry",
  "not_connected", "no_position", "outside_area"];

// Places and people by status and reason. What a what-if changes comes with another list of
// statuses, so that counting is done once for each.
const counted = new WeakMap();
/** @param {Page} page */
export function reasonsOf(page, id) {
  const held = page.data.map.services[id];
  if (counted.has(held.status)) return counted.get(held.status);
  const { statuses, reasons, places } = page.data.map;
  const changed = page.changed && page.changed[id];
  const found = new Map();
  held.status.forEach((code, number) => {
    const status = statuses[code];
    if (status === "covered") return;
    const reason = changed ? changed(number).reason : reasons[held.reason[number]];
    const key = status + "\n" + reason;
    if (!found.has(key)) {
      found.set(key, { status, reason, places: 0, people: 0, without: 0 });
    }
    const row = found.get(key);
    row.places += 1;
    if (known(places.people[number])) row.people += places.people[number];
    else row.without += 1;
  });
  const order = (row) => (row.status === "uncovered" ? 0 : CODES.length) + CODES.indexOf(row.reason);
  const rows = Array.from(found.values()).sort((a, b) => order(a) - order(b));
  counted.set(held.status, rows);
  return rows;
}

const share = (part, whole) => (whole > 0 ? (100 * part) / whole : 0);

/** @param {Page} page */
function bars(page, service) {
  const { voice, data } = page;
  const rows = reasonsOf(page, service.id);
  const people = data.weight === "people";
  const measure = people ? "people" : "places";
  const most = Math.max(1, ...rows.map((row) => row[measure]));
  return el("div", { class: "table-frame reasons-bars" }, el("table", {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, voice.title("status")),
      el("th", { scope: "col" }, voice.title("reason")),
      people ? el("th", { scope: "col", class: "number" }, voice.title("people")) : null,
      el("th", { scope: "col", class: "number" }, voice.title("places")),
      el("td", { class: "bars" }))),
    el("tbody", {}, rows.length ? rows.map((row) => el("tr", { "data-reason": row.reason,
      "data-of": row.status },
    el("td", { class: "status " + row.status }, voice.value(row.status)),
    el("td", {}, el("button", { type: "button", class: "link", title: voice.say("show_in_list"),
      click: () => show(page, row) }, voice.value(row.reason)),
    below(voice.say("why_" + row.reason))),
    people ? el("td", { class: "number" }, voice.count(row.people), row.without
      ? below(voice.say("why_without_people", { count: voice.count(row.without) })) : null) : null,
    el("td", { class: "number" }, voice.count(row.places)),
    el("td", { class: "bars" }, el("span", { class: "bar", "aria-hidden": "true" },
      el("span", { class: "part " + row.status,
        style: "width:" + share(row[measure], most).toFixed(2) + "%" })))))
      : el("tr", {}, el("td", { colspan: 5 }, voice.say("why_none"))))));
}

// The list of places shows those of a reason.
/** @param {Page} page */
function show(page, row) {
  page.state.states[row.status] = true;
  page.state.listFilters.reason = row.reason;
  page.state.filtersOpen = true;
  page.drawVillages();
  window.scrollTo(0, 0);
}

/** @param {Page} page */
function matrix(page) {
  const { voice, data, state } = page;
  const people = data.weight === "people";
  const all = data.services.map((service) => [service, reasonsOf(page, service.id)]);
  const columns = [];
  for (const status of ["uncovered", "unknown"]) {
    for (const reason of CODES) {
      if (all.some(([, rows]) => rows.some((row) => row.status === status
        && row.reason === reason))) columns.push({ status, reason });
    }
  }
  const span = (status) => columns.filter((one) => one.status === status).length;
  return el("div", { class: "table-frame matrix reasons-table" }, el("table", {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col", rowspan: 2 }, voice.say("service")),
      ["uncovered", "unknown"].map((status) => (span(status) ? el("th", { colspan: span(status),
        scope: "colgroup", class: "group " + status }, voice.value(status)) : null))),
    el("tr", {}, columns.map((one) => el("th", { scope: "col", class: "number" },
      voice.value(one.reason))))),
    el("tbody", {}, all.map(([service, rows]) => el("tr", { "data-service": service.id,
      class: service.id === state.service ? "chosen" : null },
    el("th", { scope: "row" }, el("button", { type: "button", class: "link",
      click: () => page.choose(service.id) }, voice.both(service.name))),
    columns.map((one) => {
      const row = rows.find((two) => two.status === one.status && two.reason === one.reason);
      if (!row) return el("td", { class: "number none-of" }, "—");
      return el("td", { class: "number" }, voice.count(people ? row.people : row.places),
        people ? below(voice.say("places_are", { count: voice.count(row.places) })) : null);
    }))))));
}

export const reasonsSection = {
  id: "reasons",
  after: "coverage",
  live: true,
  state: {},
  make(page) {
    if (!page.data.services.length) return null;
    const { voice, state } = page;
    const service = page.service(state.service);
    return section(page, "reasons",
      el("p", { class: "lead" }, voice.say("reasons_lead")),
      el("h3", {}, voice.both(service.name)),
      bars(page, service),
      page.data.services.length > 1 ? [el("h3", {}, voice.say("reasons_all")), matrix(page)]
        : null);
  },
};
