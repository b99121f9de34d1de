// The scoreboard: every target beside its clause, for the city and each district, by year.

import { el, section, toRows } from "./text.js";

const STATES = ["met", "on_course", "behind", "overdue", "not_measurable", "not_asked"];
// Told apart without colour: the letters are those of a report on black and white paper.
const SIGNS = { met: "●", on_course: "◐", behind: "◔", overdue: "○", not_measurable: "?",
  not_asked: "–" };

export const statusMark = (status) => el("span", { class: "score-mark " + status,
  "aria-hidden": "true" }, SIGNS[status] || "?");

/** @param {Page} page */
const kept = (page) => page.data.insights.progress || null;
/** @param {Page} page */
const card = (page) => (kept(page) ? toRows(kept(page).scorecard) : []);
/** @param {Page} page */
const dateOf = (page) => page.shownDate() || "";

// Whether a target is asked of a unit, as Python says it for the documents, too.
const isAsked = (row) => row.asked;

// What the what-if does not judge anew, as it was: of its date, where the scorecard has that.
/** @param {Page} page */
function takeHeld(page, rows, date, wholes, found) {
  const { now } = page.whatif.wanted;
  if (now.on.size || now.off.size || Object.keys(now.limits).length) return;
  for (const row of rows.filter((one) => one.date === date)) {
    const whole = wholes.get(row.target);
    const key = row.target + "\n" + row.plan_district;
    const old = row.plan_district ? found.get(key) : whole;
    if (!old || !old.held) continue;
    const made = { ...old, ...row, held: false };
    if (row.plan_district) found.set(key, made);
    else wholes.set(row.target, { ...made, overall: old.overall });
  }
}

// Rows of one date: the whole of each target, and its rows by district.
/** @param {Page} page */
function board(page, rows, date) {
  const asked = rows.filter((row) => row.date === date && row.plan_district !== "");
  const wholes = new Map();
  const found = new Map();
  for (const row of asked) found.set(row.target + "\n" + row.plan_district, row);
  if (date === dateOf(page)) { // as the page's tables say it, which a what-if changes
    for (const row of page.targets) {
      if (!wholes.has(row.target) || row.overall) wholes.set(row.target, row);
    }
    const byName = page.targets.filter((row) => !row.overall && row.scope_kind === "district");
    for (const row of byName) found.set(row.target + "\n" + row.unit_zh, row);
    for (const row of page.targets) { // a district of the plan before one of the same name
      if (!row.overall) found.set(row.target + "\n" + row.unit, row);
    }
    if (page.whatif && page.whatif.active) takeHeld(page, rows, date, wholes, found);
  } else {
    for (const row of toRows(kept(page).targets)) {
      if (row.date === date) wholes.set(row.target, row);
    }
  }
  return { wholes, found };
}

/** @param {Page} page */
function unitsOf(page, rows) {
  const units = new Map();
  for (const row of rows) {
    if (row.plan_district) units.set(row.plan_district, row);
  }
  if (!units.size) {
    for (const kind of ["plan_district", "district"]) {
      if (units.size) break;
      for (const row of page.targets) {
        if (!row.overall && row.scope_kind === kind) units.set(row.unit, row);
      }
    }
  }
  return Array.from(units, ([id, row]) => ({ id, name: row["unit_" + page.voice.language] || id }));
}

/** @param {Page} page */
function cellOf(page, whole, row) {
  const { voice } = page;
  if (!row) return el("td", { class: "score" }, statusMark("not_asked"));
  if (row !== whole && !isAsked(row)) {
    return el("td", { class: "score not_asked", title: [voice.value("not_asked"),
      page.targetReason(row)].filter(Boolean).join(" — ") }, statusMark("not_asked"),
    el("span", { class: "for-readers" }, " " + voice.value("not_asked")));
  }
  const told = { ...whole, ...row };
  const amount = row.status === "not_asked" || row.achieved === null ? null
    : page.targetAmount(told, "achieved");
  return el("td", { class: "score " + row.status, title: [voice.value(row.status),
    page.targetReason(told)].filter(Boolean).join(" — ") },
  statusMark(row.status), amount ? [" ", amount] : null,
  el("span", { class: "for-readers" }, " " + voice.value(row.status)),
  row.held ? el("div", { class: "where held" }, voice.say("score_held")) : null);
}

// How many of the targets that are asked of it are met.
/** @param {Page} page */
function tally(page, rows, wholes) {
  const { voice } = page;
  const every = rows.filter((row, at) => row && (row === wholes[at] || isAsked(row)));
  const asked = every.filter((row) => !row.held);
  const kept = every.length - asked.length;
  const met = asked.filter((row) => row.status === "met").length;
  return el("td", { class: "number" },
    voice.say("of", { part: voice.count(met), all: voice.count(asked.length) }),
    kept ? el("div", { class: "where held" },
      voice.say("score_held_count", { count: voice.count(kept) })) : null);
}

/** @param {Page} page */
function unfold(page, target) {
  page.state.unfolded[target] = true;
  page.state.targetState = null;
  page.drawTargets();
  const row = page.parts.targets.querySelector('tr.whole[data-target="' + target + '"]');
  if (row) row.scrollIntoView({ block: "start" });
}

export const scoreboardSection = {
  id: "scoreboard",
  after: "document",
  live: true,
  state: { boardDate: null, boardNow: null },
  make(page) {
    const { voice, state } = page;
    if (!page.targets.length) return null;
    const rows = card(page);
    const dates = Array.from(new Set([...rows.map((row) => row.date), dateOf(page)])).sort();
    // The board goes with the what-if's date, as long as it showed the date before.
    if (!dates.includes(state.boardDate) || state.boardDate === state.boardNow) {
      state.boardDate = dateOf(page);
    }
    state.boardNow = dateOf(page);
    const units = unitsOf(page, rows);
    const { wholes, found } = board(page, rows, state.boardDate);
    const of = (target, unit) => found.get(target + "\n" + unit.id);
    const targets = Array.from(wholes);
    const all = targets.map(([, whole]) => whole);
    const active = page.whatif && page.whatif.active;
    return section(page, "scoreboard",
      el("p", { class: "lead" }, voice.say("scoreboard_lead")),
      el("div", { class: "switch", role: "group", "aria-label": voice.title("date") },
        dates.map((date) => el("button", { type: "button", "data-date": date,
          "aria-pressed": date === state.boardDate ? "true" : "false",
          click: () => { state.boardDate = date; page.redraw("scoreboard"); },
        }, voice.date(date), active && date === dateOf(page)
          ? " · " + voice.say("whatif") : null))),
      el("ul", { class: "score-legend" }, STATES.map((status) => el("li", {}, statusMark(status),
        " ", voice.value(status)))),
      el("div", { class: "table-frame scoreboard-table" }, el("table", {},
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, voice.title("clause")),
          el("th", { scope: "col" }, voice.say("target")),
          el("th", { scope: "col" }, voice.value("city")),
          units.map((unit) => el("th", { scope: "col" }, unit.name))),
        el("tr", { class: "score-sums" }, el("th", { scope: "row", colspan: 2 },
          voice.say("score_met")), tally(page, all, all),
        units.map((unit) => tally(page, targets.map(([target]) => of(target, unit)), all)))),
        el("tbody", {}, targets.map(([target, whole]) => el("tr", { "data-target": target },
          el("td", { class: "clause" }, whole.clause),
          el("th", { scope: "row" }, el("button", { type: "button", class: "link",
            title: voice.say("show_target"), click: () => unfold(page, target) },
          voice.text(whole["title_" + voice.language]))),
          cellOf(page, whole, whole),
          units.map((unit) => cellOf(page, whole, of(target, unit)))))))));
  },
};
