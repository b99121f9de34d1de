// The sites of a what-if: their list with switches, the proposed ones at once, the card on the map.

import { sortableTable } from "./table.js";
import { below, button, el, known } from "./text.js";
import { SERVES } from "./whatif_reach.js";

const PORTION = 30;

// Ids of the proposed sites of a service, with their year where they have one.
/** @param {Page} page */
function proposedOf(page, id) {
  const found = new Map();
  for (const proposal of page.data.proposals) {
    if (proposal.service !== id) continue;
    const { site_id: ids, year, phase } = proposal.sites;
    ids.forEach((site, at) => found.set(site,
      { year: year ? year[at] : null, phase: phase ? phase[at] : 1 }));
  }
  return found;
}

/** @param {Page} page */
export function proposedButtons(page) {
  const { voice, whatif, state } = page;
  const proposed = proposedOf(page, state.service);
  const have = [...proposed.keys()].filter((site) =>
    whatif.wanted.servicesOf(site).includes(state.service));
  if (!have.length) return [];
  const put = (sites) => () => {
    if (whatif.wanted.setBuilt(have, sites)) whatif.changed();
  };
  const years = [...new Set(have.map((site) => proposed.get(site).year))].sort();
  const upTo = (year) => have.filter((site) => proposed.get(site).year <= year);
  return [
    years.length > 1 ? years.map((year) => button({ class: "chip", "data-year": year,
      click: put(upTo(year)) }, voice.say("whatif_built_until", { year }))) : button({
      class: "chip", "data-proposed": "on", click: put(have) },
    voice.say("whatif_all_proposed", { count: voice.count(have.length) })),
    button({ class: "chip", "data-proposed": "off", click: put([]) },
      voice.say("whatif_no_proposed")),
  ];
}

// A programme that looks back proposes what may have been built since.
/** @param {Page} page */
export function lookBack(page) {
  const { voice, whatif, state } = page;
  const { model } = whatif;
  const date = model.dates[model.date];
  const years = [...proposedOf(page, state.service).values()].map((one) => one.year);
  if (!years.some((year) => known(year) && year <= Number(date.slice(0, 4)))) return null;
  return el("p", { class: "banner look-back", role: "note" },
    voice.say("whatif_look_back", { date: voice.date(date) }));
}

/** @param {Page} page */
function kindOf(page, service, site, proposed) {
  if (site < service.existing) return "existing";
  return proposed.has(service.id[site]) ? "proposed" : "candidate";
}

/** @param {Page} page */
function siteRows(page) {
  const { whatif, state } = page;
  const service = whatif.model.service(state.service);
  const { states } = whatif.reach(state.service);
  const proposed = proposedOf(page, state.service);
  const { now } = whatif.wanted;
  const order = { proposed: 0, candidate: 2, existing: 1 };
  return service.id.map((id, site) => {
    const kind = kindOf(page, service, site, proposed);
    const switched = now.on.has(id) || now.off.has(id);
    return { site, id, kind, switched, name: service.name[site] || id, cost: service.cost[site],
      on: states[site] === SERVES, state: states[site], fixed: whatif.wanted.isFixed(id),
      order: (switched ? 0 : 10) + order[kind] };
  });
}

/** @param {Page} page */
function siteTable(page) {
  const { voice, whatif } = page;
  const sought = whatif.search.trim().toLowerCase();
  const rows = siteRows(page).filter((row) => !sought
    || (row.name + " " + row.id).toLowerCase().includes(sought));
  const costs = rows.some((row) => known(row.cost));
  return sortableTable({
    voice, rows, state: whatif.sort, name: "whatif-sites", portion: PORTION,
    id: (row) => row.id, rowClass: (row) => (row.switched ? "switched" : null),
    columns: [
      { key: "order", title: voice.say("whatif_on"), kind: "text", value: (row) => row.order,
        cell: (row) => el("input", { type: "checkbox", checked: row.on, disabled: row.fixed,
          "aria-label": row.name, title: row.fixed ? voice.say("whatif_fixed") : null,
          "data-site": row.id, change: () => whatif.toggle(row.id) }) },
      { key: "name", title: voice.say("site"), kind: "text", value: (row) => row.name,
        cell: (row) => [row.name, below(row.fixed ? voice.say("whatif_fixed_short") : row.id)] },
      { key: "kind", title: voice.say("whatif_kind"), kind: "text", value: (row) => row.kind,
        cell: (row) => voice.say("whatif_" + row.kind) },
      costs ? { key: "cost", title: voice.title("cost"), kind: "number", value: (row) => row.cost,
        cell: (row) => (known(row.cost) ? voice.count(row.cost) : "—") } : null,
    ].filter(Boolean),
  }).node;
}

/** @param {Page} page */
export function siteList(page) {
  const { voice, whatif, state } = page;
  const service = whatif.model.service(state.service);
  const slot = el("div", {}, siteTable(page));
  const fixed = service.fixed.reduce((sum, one) => sum + one, 0);
  return el("div", { class: "whatif-list" },
    el("input", { type: "search", class: "search", placeholder: voice.say("whatif_search"),
      "aria-label": voice.say("whatif_search"), value: whatif.search,
      input: (event) => {
        whatif.search = event.target.value;
        slot.replaceChildren(siteTable(page));
      } }),
    fixed ? el("p", { class: "where" }, voice.say("whatif_fixed_count",
      { count: voice.count(fixed), all: voice.count(service.existing) })) : null,
    service.leftOut ? el("p", { class: "where" }, voice.say("whatif_left_out",
      { count: voice.count(service.leftOut) })) : null,
    slot);
}

// The switches that are shown, as they are now.
/** @param {Page} page */
export function setSwitches(page, list) {
  const { whatif, state } = page;
  const service = whatif.model.service(state.service);
  const { states } = whatif.reach(state.service);
  for (const input of list.querySelectorAll("input[data-site]")) {
    input.checked = states[service.at.get(input.dataset.site)] === SERVES;
  }
}

// A site's name, and the other services that have one of its id and change with it.
/** @param {Page} page */
export function nameOf(page, site) {
  const { voice, whatif, state } = page;
  const ids = whatif.wanted.servicesOf(site);
  const service = whatif.model.service(ids.includes(state.service) ? state.service : ids[0]);
  const name = service.name[service.at.get(site)] || site;
  const others = ids.filter((id) => id !== state.service);
  if (!others.length) return name;
  return voice.say(others.length < ids.length ? "whatif_also" : "whatif_only_of",
    { name, services: others.map((id) => voice.both(page.service(id).name)).join(", ") });
}

// The card of a site on the map: what it is, and its switch.
/** @param {Page} page */
export function switchCard(page, number) {
  const { voice, whatif, state } = page;
  const service = whatif.model.service(state.service);
  const id = service.id[number];
  const on = whatif.reach(state.service).states[number] === SERVES;
  const kind = kindOf(page, service, number, proposedOf(page, state.service));
  return el("div", { class: "card-body whatif-card" },
    el("p", {}, el("b", {}, nameOf(page, id)),
      below(voice.say("whatif_" + kind) + " · " + id)),
    whatif.wanted.isFixed(id) ? el("p", { class: "where" }, voice.say("whatif_fixed"))
      : button({ class: "chip", "data-switch": id, "aria-pressed": on ? "true" : "false",
        click: () => whatif.toggle(id) }, voice.say(on ? "whatif_turn_off" : "whatif_turn_on")));
}
