// What a what-if changes: the strip that is always there, and the table against the start.

import { below, button, el, known } from "./text.js";

// ---- the strip that is always there ---------------------------------------------------

/** @param {Page} page */
function people(page, key) {
  return page.data.weight === "people" ? key : key + "_places";
}

/** @param {Page} page */
function summaryText(page) {
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
function costSoFar(page) {
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
export function changesTable(page) {
  const { voice, whatif, state } = page;
  const id = state.service;
  const service = page.service(id);
  const unit = service.limit_unit === "minutes" ? "minutes" : "m";
  const start = page.startCity(id);
  const now = page.city(id);
  const way = (value) => (known(value) ? voice.measured(value, unit) : "—");
  const share = (value) => voice.share(value);
  const points = (value) => voice.points(value);
  const more = (value) => signed(voice, Math.round(value * 10) / 10, way);
  /** @type {([string, string, any, any] | null)[]} */
  const asked = [
    ["share_people", voice.title("share_people"), share, points],
    page.data.weight === "people"
      ? ["people_covered", voice.title("people_covered"), voice.count, null] : null,
    ["places_uncovered", voice.say("places_uncovered"), voice.count, null],
    ["mean_" + unit, voice.say(unit === "m" ? "mean_m" : "mean_minutes"), way, more],
    ["p90_" + unit, voice.say(unit === "m" ? "p90_m" : "p90_minutes"), way, more],
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
