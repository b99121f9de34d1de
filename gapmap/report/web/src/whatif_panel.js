// The panel of the what-if: sliders, switches, what changes, and how to keep it.

import { swatch } from "./layer.js";
import { basisTag, limitText } from "./panels.js";
import { sortableTable } from "./table.js";
import { below, el, known } from "./text.js";
import { SERVES } from "./whatif_reach.js";
import { toCode } from "./whatif_wanted.js";

const PORTION = 30;
const MOST_CHIPS = 12;

const button = (attributes, ...children) => el("button", { type: "button", ...attributes },
  ...children);

// ---- the strip that is always there ---------------------------------------------------

/** @param {Page} page */
function people(page, key) {
  return page.data.weight === "people" ? key : key + "_places";
}

/** @param {Page} page */
export function summaryText(page) {
  const { voice, whatif } = page;
  const { wanted } = whatif;
  if (!wanted.changed) return voice.say("whatif_none");
  const { now } = wanted;
  const parts = [];
  if (now.on.size + now.off.size) {
    parts.push(voice.say("whatif_switched", { count: voice.count(now.on.size + now.off.size) }));
  }
  if (Object.keys(now.limits).length) {
    parts.push(voice.say("whatif_limits", { count: voice.count(Object.keys(now.limits).length) }));
  }
  if (now.date !== whatif.model.date) {
    parts.push(voice.say("at_date", { date: voice.date(whatif.model.dates[now.date]) }));
  }
  const gained = difference(page, "people_covered");
  if (known(gained)) {
    parts.push(voice.say(people(page, "whatif_people_more"),
      { count: signed(voice, gained, voice.count) }));
  }
  return parts.join(" · ");
}

/** @param {Page} page */
export function stripOf(page) {
  const { voice, whatif } = page;
  const { wanted } = whatif;
  const act = (name, can, run, sign) => button({
    class: "whatif-" + name, disabled: !can, title: voice.say("whatif_" + name),
    "aria-label": voice.say("whatif_" + name), click: () => whatif.step(run),
  }, sign);
  return el("div", { class: "whatif-strip" },
    button({ class: "whatif-open", "aria-expanded": whatif.open ? "true" : "false",
      "aria-controls": "whatif-panel", click: () => whatif.toggleOpen() },
    voice.say("whatif"), el("span", { "aria-hidden": "true" }, whatif.open ? " ▾" : " ▸")),
    whatif.open ? button({ class: "whatif-list-switch", "aria-controls": "places",
      "aria-pressed": whatif.listShown ? "true" : "false", click: () => whatif.toggleList() },
    voice.say("villages")) : null,
    el("span", { class: "whatif-summary", "aria-live": "polite" }, summaryText(page)),
    el("span", { class: "whatif-acts" },
      act("undo", wanted.canUndo, wanted.undo, "↶"), act("redo", wanted.canRedo, wanted.redo, "↷"),
      act("reset", wanted.changed, wanted.reset, "⟲")));
}

// ---- what changes ---------------------------------------------------------------------

const signed = (voice, value, tell) => (value > 0 ? "+" : value < 0 ? "−" : "±")
  + tell(Math.abs(value));

/** @param {Page} page */
function difference(page, key) {
  const id = page.state.service;
  const [before, now] = [page.startCity(id), page.city(id)];
  return known(before[key]) && known(now[key]) ? now[key] - before[key] : null;
}

function metOf(rows) {
  return rows.filter((row) => row.overall && row.status === "met").length;
}

function gapOf(rows, id, comparison) {
  const row = rows.find((one) => one.service === id && one.comparison === comparison
    && one.measure === "share_people");
  return row ? row.difference : null;
}

// What the built sites cost; sites of unknown cost are counted, not taken for free.
/** @param {Page} page */
export function costSoFar(page) {
  const { wanted, model } = page.whatif;
  let sum = 0, unknown = 0, count = 0;
  for (const site of wanted.now.on) {
    for (const id of wanted.servicesOf(site)) {
      const service = model.service(id);
      const at = service.at.get(site);
      if (at < service.existing) continue;
      count += 1;
      if (known(service.cost[at])) sum += service.cost[at];
      else unknown += 1;
    }
  }
  return { sum, unknown, count };
}

/** @param {Page} page */
function changesTable(page) {
  const { voice, whatif, state } = page;
  const id = state.service;
  const service = page.service(id);
  const unit = service.limit_unit === "minutes" ? "minutes" : "m";
  const start = page.startCity(id);
  const now = page.city(id);
  const way = (value) => (known(value) ? voice.measured(value, unit) : "—");
  const share = (value) => voice.share(value);
  const points = (value) => voice.points(value);
  /** @type {([string, string, any, any] | null)[]} */
  const asked = [
    ["share_people", voice.title("share_people"), share, points],
    page.data.weight === "people"
      ? ["people_covered", voice.title("people_covered"), voice.count, null] : null,
    ["places_uncovered", voice.say("places_uncovered"), voice.count, null],
    ["mean_" + unit, voice.say(unit === "m" ? "mean_m" : "mean_minutes"), way, null],
    ["p90_" + unit, voice.say(unit === "m" ? "p90_m" : "p90_minutes"), way, null],
  ];
  const rows = asked.filter(Boolean).map(([key, label, tell, change]) => [key, label, start[key],
    now[key], tell, change || ((value) => signed(voice, value, tell))]);
  const comparisons = new Set(page.gaps.filter((gap) => gap.comparison === "urban-rural"
    || gap.comparison.endsWith("-rest")).map((gap) => gap.comparison));
  for (const one of comparisons) {
    rows.push(["gap:" + one, page.comparisonName(one), gapOf(whatif.start.gaps, id, one),
      gapOf(page.gaps, id, one), points, points]);
  }
  // Those that have to be run are told apart, on neither side.
  const held = new Set(page.targets.filter((row) => row.held).map((row) => row.target));
  const judged = (list) => list.filter((row) => !held.has(row.target));
  const away = page.targets.filter((row) => row.overall && row.held).length;
  rows.push(["targets_met", [voice.say("whatif_targets_met"), away
    ? below(voice.say("whatif_targets_held", { count: voice.count(away) })) : null],
  metOf(judged(whatif.start.targets)), metOf(judged(page.targets)), voice.count,
  (value) => signed(voice, value, voice.count)]);
  const cost = costSoFar(page);
  return el("div", { class: "table-frame whatif-changes" }, el("table", {},
    el("thead", {}, el("tr", {}, [voice.both(service.name), voice.say("whatif_start"),
      voice.say("whatif_now"), voice.say("whatif_change")].map((head, at) =>
      el("th", { scope: "col", class: at ? "number" : null }, head)))),
    el("tbody", {}, rows.map(([key, label, before, after, tell, change]) => {
      const both = known(before) && known(after);
      return el("tr", { "data-fact": key }, el("th", { scope: "row" }, label),
        el("td", { class: "number" }, tell(before)), el("td", { class: "number" }, tell(after)),
        // what is told alike is no difference: the start is as short as it is shown
        el("td", { class: "number" }, !both || tell(before) === tell(after) ? "—"
          : change(after - before)));
    }),
    cost.count ? el("tr", { "data-fact": "cost" },
      el("th", { scope: "row" }, voice.say("whatif_cost")), el("td", {}),
      el("td", { class: "number", colspan: 2 }, voice.count(cost.sum),
        cost.unknown ? below(voice.say("whatif_cost_unknown",
          { count: voice.count(cost.unknown) })) : null)) : null)));
}

// ---- sliders --------------------------------------------------------------------------

function stepOf(limit, unit) {
  const steps = unit === "minutes" ? [1, 0.5] : [50, 10, 1];
  return steps.find((step) => Math.abs(limit / step - Math.round(limit / step)) < 1e-9)
    || limit / 10;
}

// A slider stays the same element while the rest of the panel is drawn anew: it may be held.
function slider(attributes, label, tell) {
  const input = el("input", { type: "range", ...attributes });
  const output = el("output", { for: attributes.id });
  const refresh = () => {
    const { value, text, shown } = tell();
    if (Number(input.value) !== value) input.value = String(value);
    input.setAttribute("aria-valuetext", text);
    output.replaceChildren(...shown);
  };
  refresh();
  return { node: el("div", { class: "whatif-slider" },
    el("label", { for: attributes.id }, label), input, output), refresh };
}

/** @param {Page} page */
function limitSlider(page) {
  const { voice, whatif, state } = page;
  const { model } = whatif;
  const id = state.service;
  const service = page.service(id);
  const step = stepOf(model.limitOf(id), model.unitOf(id));
  return slider({ id: "whatif-limit", min: step, max: model.farthestOf(id), step,
    input: (event) => {
      const value = Math.round(Number(event.target.value) * 1000) / 1000;
      if (whatif.wanted.setLimit(id, value)) whatif.changed();
    } }, voice.say("whatif_limit"), () => ({ value: service.limit,
    text: limitText(service, voice),
    shown: [limitText(service, voice), " ", basisTag(service.basis, voice)] }));
}

/** @param {Page} page */
function dateSlider(page) {
  const { voice, whatif } = page;
  const { dates } = whatif.model;
  if (dates.length < 2) return null;
  return slider({ id: "whatif-date", min: 0, max: dates.length - 1, step: 1,
    input: (event) => {
      if (whatif.wanted.setDate(Number(event.target.value))) whatif.changed();
    } }, voice.say("whatif_date"), () => {
    const at = whatif.wanted.now.date;
    return { value: at, text: voice.date(dates[at]), shown: [voice.date(dates[at])] };
  });
}

// ---- sites ----------------------------------------------------------------------------

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
function proposedButtons(page) {
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
function lookBack(page) {
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
function siteList(page) {
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

// ---- what is switched, and how to keep it ---------------------------------------------

// A site's name, and the other services that have one of its id and change with it.
/** @param {Page} page */
function nameOf(page, site) {
  const { voice, whatif, state } = page;
  const ids = whatif.wanted.servicesOf(site);
  const service = whatif.model.service(ids[0]);
  const name = service.name[service.at.get(site)] || site;
  const others = ids.filter((id) => id !== state.service);
  if (!others.length) return name;
  return voice.say(others.length < ids.length ? "whatif_also" : "whatif_only_of",
    { name, services: others.map((id) => voice.both(page.service(id).name)).join(", ") });
}

/** @param {Page} page */
function chips(page) {
  const { voice, whatif } = page;
  const { now } = whatif.wanted;
  const all = [...[...now.on].map((site) => [site, "on"]),
    ...[...now.off].map((site) => [site, "off"])];
  if (!all.length) return null;
  return el("p", { class: "whatif-chips" }, all.slice(-MOST_CHIPS).map(([site, way]) =>
    button({ class: "chip " + way, "data-chip": site,
      "aria-label": voice.say("whatif_take_back", { name: nameOf(page, site) }),
      click: () => whatif.toggle(site) },
    (way === "on" ? "+ " : "− ") + nameOf(page, site), el("span", { "aria-hidden": "true" }, " ×"))),
  all.length > MOST_CHIPS ? el("span", { class: "where" }, voice.say("whatif_more",
    { count: voice.count(all.length - MOST_CHIPS) })) : null);
}

/** @param {Page} page */
function keeping(page) {
  const { voice, whatif } = page;
  const scenario = whatif.wanted.toScenario();
  const text = JSON.stringify(scenario, null, 1);
  const read = async (event) => {
    const [file] = event.target.files;
    if (file) whatif.readText(await file.text());
  };
  return el("details", { class: "whatif-keep", open: whatif.keepOpen,
    toggle: (event) => { whatif.keepOpen = event.target.open; } },
  el("summary", {}, voice.say("whatif_keep")),
  el("p", { class: "where" }, voice.say("whatif_keep_help")),
  el("label", { for: "whatif-json" }, voice.say("whatif_json")),
  el("textarea", { id: "whatif-json", rows: 4, spellcheck: "false",
    change: (event) => whatif.readText(event.target.value) }, text),
  el("p", {},
    button({ class: "chip", "data-keep": "save", click: () => whatif.save(text) },
      voice.say("whatif_save")),
    el("label", { class: "chip" }, voice.say("whatif_open_file"), " ",
      el("input", { type: "file", accept: ".json,application/json", change: read }))),
  el("label", { for: "whatif-code" }, voice.say("whatif_code")),
  el("input", { id: "whatif-code", readonly: true, class: "code",
    value: "#whatif=" + toCode(scenario), focus: (event) => event.target.select() }));
}

/** @param {Page} page */
function switches(page) {
  const { voice, whatif, state } = page;
  const service = whatif.model.service(state.service);
  return [
    el("p", { class: "chips" },
      button({ class: "chip", "data-act": "place",
        "aria-pressed": whatif.placing ? "true" : "false",
        disabled: service.id.length === service.existing,
        click: () => whatif.togglePlacing() }, swatch("proposed"), voice.say("whatif_place")),
      proposedButtons(page)),
    lookBack(page),
    whatif.placing ? el("p", { class: "where" }, voice.say("whatif_place_help")) : null,
    whatif.said ? el("p", { class: "where", role: "status" }, whatif.said()) : null,
    chips(page), changesTable(page), siteList(page), keeping(page),
  ].filter(Boolean);
}

// What was wrong with a code or a file.
/** @param {Page} page */
const problems = (page) => page.whatif.problems.map(({ word, ...told }) =>
  el("p", { class: "banner failed", role: "alert" }, page.voice.say(word, told)));

// The panel of the chosen service: drawn once, and refreshed when something is switched.
/** @param {Page} page */
export function makePanel(page) {
  const { voice, whatif, state } = page;
  const here = whatif.model.ids.includes(state.service);
  const sliders = here ? [limitSlider(page), dateSlider(page)].filter(Boolean) : [];
  const rest = el("div", {});
  const refresh = () => {
    for (const one of sliders) one.refresh();
    rest.replaceChildren(...problems(page), ...(here ? switches(page)
      : [el("p", { class: "none" }, voice.say("whatif_not_here")), keeping(page)]));
  };
  refresh();
  return { refresh, node: el("div", { class: "whatif-panel", id: "whatif-panel", role: "region",
    "aria-label": voice.say("whatif") }, sliders.map((one) => one.node), rest) };
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
    el("p", {}, el("b", {}, service.name[number] || id),
      below(voice.say("whatif_" + kind) + " · " + id)),
    whatif.wanted.isFixed(id) ? el("p", { class: "where" }, voice.say("whatif_fixed"))
      : button({ class: "chip", "data-switch": id, "aria-pressed": on ? "true" : "false",
        click: () => whatif.toggle(id) }, voice.say(on ? "whatif_turn_off" : "whatif_turn_on")));
}
