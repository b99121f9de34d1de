// A programme: what is built in which year, people against money, and what stands in the way.

import { siteMark } from "./layer.js";
import { rangeNote } from "./panels.js";
import { sortableTable } from "./table.js";
import { below, el, known, svg, toRows } from "./text.js";

const WIDTH = 620;
const HEIGHT = 240;
const ROOM = { left: 74, right: 20, top: 16, bottom: 44 };
const UNSERVED = 20;

// ---- years ----------------------------------------------------------------------------

/** @param {Page} page */
function yearTable(page, rows) {
  const { voice } = page;
  const money = rows.some((row) => known(row.cost) && row.cost > 0);
  const budget = rows.some((row) => known(row.budget));
  const number = (value) => (known(value) ? voice.count(value) : "—");
  const heads = [voice.title("sites"), money ? voice.title("cost") : null,
    budget ? voice.say("programme_budget") : null, budget ? voice.say("programme_carried") : null,
    voice.title("people_covered"), voice.title("share_people"), voice.title("places_uncovered"),
    voice.say("programme_best")].filter(Boolean);
  return el("div", { class: "table-frame programme-years" }, el("table", {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, voice.title("year")),
      heads.map((head) => el("th", { scope: "col", class: "number" }, head)))),
    el("tbody", {}, rows.map((row) => el("tr", { "data-year": row.year || "start" },
      el("th", { scope: "row" }, row.phase ? String(row.year) : voice.say("programme_before")),
      [number(row.sites), money ? number(row.cost) : null, budget ? number(row.budget) : null,
        budget ? number(row.carried) : null, number(row.people_covered),
        [voice.share(row.share_people), rangeNote(row, voice)],
        number(row.places_uncovered),
        row.phase === 0 ? "—" : row.proven ? voice.say("programme_proven")
          : voice.say("programme_at_most", { count: voice.count(row.bound) })]
        .filter((cell) => cell !== null)
        .map((cell) => el("td", { class: "number" }, cell)))))));
}

// ---- the curve ------------------------------------------------------------------------

function steps(ends) {
  const least = ends[0];
  const most = ends[1] > least ? ends[1] : least + 1;
  const rough = (most - least) / 4;
  const power = Math.pow(10, Math.floor(Math.log10(rough)));
  const step = [1, 2, 5, 10].map((one) => one * power)
    .find((one) => one >= rough) || 10 * power;
  const found = [];
  for (let at = Math.ceil(least / step) * step; at <= most; at += step) found.push(at);
  return found;
}

/** @param {Page} page */
function curve(page, proposal) {
  const { voice } = page;
  /** @type {Row[]} */
  const rows = toRows(proposal.programme.curve).map((row, at) => ({ ...row, at }));
  if (rows.length < 2) return null;
  const money = rows.slice(1).every((row) => known(row.cost_so_far))
    && rows[rows.length - 1].cost_so_far > 0;
  const along = (row) => (money ? row.cost_so_far || 0 : row.at);
  const xs = [0, along(rows[rows.length - 1])];
  const ys = [rows[0].people_so_far, rows[rows.length - 1].people_so_far];
  const span = ys[1] - ys[0] || 1;
  const x = (value) => ROOM.left + (value / (xs[1] || 1)) * (WIDTH - ROOM.left - ROOM.right);
  const y = (value) => HEIGHT - ROOM.bottom
    - ((value - ys[0]) / span) * (HEIGHT - ROOM.top - ROOM.bottom);
  const floor = HEIGHT - ROOM.bottom;
  const phases = Array.from(new Set(rows.slice(1).map((row) => row.phase)));
  const drawn = phases.map((phase) => {
    const mine = rows.filter((row, at) => row.phase === phase
      || (rows[at + 1] && rows[at + 1].phase === phase));
    const mark = siteMark(proposal.sites, phase);
    const line = mine.map((row, at) => (at ? "L" : "M") + x(along(row)).toFixed(1) + " "
      + y(row.people_so_far).toFixed(1)).join("");
    const last = mine[mine.length - 1];
    return svg("g", { "data-phase": phase },
      svg("path", { d: line, fill: "none", stroke: "#20272e", "stroke-width": 4.6 }),
      svg("path", { d: line, fill: "none", stroke: mark.fill, "stroke-width": 2.8 }),
      svg("line", { x1: x(along(last)), x2: x(along(last)), y1: ROOM.top, y2: floor,
        stroke: "#8c8c8c", "stroke-dasharray": "2 3" }),
      svg("text", { x: x(along(last)) - 4, y: floor - 6, "font-size": 11, "text-anchor": "end",
        fill: "#20272e" }, String(last.year)));
  });
  const ticks = [steps(xs).map((value) => svg("text", { x: x(value), y: floor + 16,
    "font-size": 10.5, "text-anchor": "middle", fill: "#5b6771" },
  money ? voice.number(value / 10000) : voice.count(value))),
  steps(ys).map((value) => [
    svg("line", { x1: ROOM.left, x2: WIDTH - ROOM.right, y1: y(value), y2: y(value),
      stroke: "#e3e7ea" }),
    svg("text", { x: ROOM.left - 6, y: y(value) + 4, "font-size": 10.5, "text-anchor": "end",
      fill: "#5b6771" }, voice.count(value))])];
  const label = voice.say(money ? "programme_curve_money" : "programme_curve_sites");
  return el("figure", { class: "programme-curve" },
    el("figcaption", { class: "where" }, label),
    svg("svg", { viewBox: "0 0 " + WIDTH + " " + HEIGHT, role: "img", "aria-label": label,
      width: WIDTH, height: HEIGHT }, ticks,
    svg("line", { x1: ROOM.left, x2: WIDTH - ROOM.right, y1: floor, y2: floor,
      stroke: "#b9c1c8" }), drawn,
    svg("text", { x: WIDTH - ROOM.right, y: HEIGHT - 8, "font-size": 10.5, "text-anchor": "end",
      fill: "#5b6771" }, voice.say(money ? "programme_axis_money" : "programme_axis_sites"))));
}

// What the first, middle and last sites bring for their money, in words.
/** @param {Page} page */
function marginal(page, proposal) {
  const { voice } = page;
  const rows = toRows(proposal.programme.curve)
    .filter((row) => known(row.people_per_10000_yuan));
  const gaining = rows.filter((row) => row.people_per_10000_yuan > 0);
  if (!gaining.length) return null;
  return el("p", { class: "where", "data-fact": "marginal" }, voice.say("programme_marginal", {
    first: voice.count(gaining[0].people_per_10000_yuan),
    last: voice.count(gaining[gaining.length - 1].people_per_10000_yuan),
    idle: voice.count(rows.length - gaining.length),
  }));
}

// ---- targets and what stands in the way -----------------------------------------------

/** @param {Page} page */
function targets(page, rows) {
  const { voice } = page;
  if (!rows.length) return null;
  return el("div", { class: "table-frame programme-targets" }, el("table", {},
    el("thead", {}, el("tr", {}, [voice.say("target"), voice.title("required"),
      voice.say("programme_without"), voice.say("programme_with"),
      voice.say("programme_held"), voice.say("programme_price")].map((head) =>
      el("th", { scope: "col" }, head)))),
    el("tbody", {}, rows.map((row) => el("tr", {},
      el("th", { scope: "row" }, el("span", { class: "clause" }, row.clause), " ",
        voice.text(row["title_" + voice.language]),
        below(voice.value(row.basis) + " · " + (row.due ? voice.date(row.due) : "—"))),
      el("td", {}, page.targetAmount(row, "required")),
      el("td", {}, page.targetAmount(row, "before")),
      el("td", {}, page.targetAmount(row, "after"), " ",
        el("span", { class: "state " + row.status_after }, voice.value(row.status_after))),
      el("td", {}, voice.say(row.held ? "programme_is_held" : "programme_not_held")),
      el("td", {}, known(row.people_forgone) || known(row.cost_of_it) ? [
        known(row.cost_of_it) ? voice.say("programme_money", { money: voice.count(row.cost_of_it) })
          : null,
        known(row.people_forgone) ? below(voice.say("programme_forgone", {
          count: voice.count(row.people_forgone) })) : null] : "—"))))));
}

/** @param {Page} page */
function unmet(page, programme) {
  const { voice } = page;
  const rows = toRows(programme.unmet);
  if (!rows.length) return null;
  const why = (row) => (voice.language === "zh" ? row.why_zh : row.why);
  const conditions = rows.filter((row) => row.what !== "place");
  const places = rows.filter((row) => row.what === "place");
  return el("div", { class: "programme-unmet" },
    conditions.length ? el("ul", {}, conditions.map((row) =>
      el("li", {}, el("b", {}, voice.text(row.name || row.id)), voice.say("sites_colon"), why(row)))) : null,
    places.length ? el("details", {},
      el("summary", {}, voice.say("programme_unserved", { count: voice.count(places.length) })),
      sortableTable({ voice, rows: places, state: { key: "name", descending: false },
        name: "unserved-table", portion: UNSERVED,
        columns: [{ key: "name", title: voice.title("place"), kind: "text",
          value: (row) => row.name },
        { key: "why", title: voice.title("reason"), kind: "text", value: why }] }).node) : null);
}

/** @param {Page} page */
export function programmePart(page, proposal) {
  const { voice } = page;
  const { programme } = proposal;
  return el("div", { class: "programme" },
    el("p", { class: "lead", "data-fact": "feasible" },
      voice.say(programme.feasible ? "programme_feasible" : "programme_infeasible")),
    yearTable(page, toRows(programme.years)),
    curve(page, proposal),
    marginal(page, proposal),
    targets(page, toRows(programme.targets)),
    unmet(page, programme));
}
