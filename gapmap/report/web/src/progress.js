// Progress: the study at several dates, every target beside its line.

import { rangeNote } from "./panels.js";
import { chips } from "./sections.js";
import { el, known, section, svg, toRows } from "./text.js";

const STATES = ["met", "on_course", "behind", "overdue", "not_measurable"];
const COLOURS = { met: "#1b6ca8", on_course: "#5ba3d0", behind: "#e8893a", overdue: "#d55e00",
  not_measurable: "#8c8c8c", not_asked: "#d9d9d9" };
const WIDTH = 250;
const HEIGHT = 118;
const ROOM = { left: 16, right: 16, top: 16, bottom: 20 };

/** @param {Page} page */
const held = (page) => page.data.insights.progress;
const dayOf = (text) => Date.parse(text) / 86400000;

// ---- coverage by date -----------------------------------------------------------------

/** @param {Page} page */
function coverageTable(page) {
  const { voice, data } = page;
  const rows = toRows(held(page).coverage);
  const { dates } = held(page);
  const found = new Map(rows.map((row) => [row.service + "\n" + row.date, row]));
  const people = data.weight === "people";
  const change = (row) => {
    if (!row || !known(row.change_people_covered)) return null;
    const told = (value) => (value > 0 ? "+" : value < 0 ? "−" : "±")
      + voice.count(Math.abs(value));
    const parts = row.change_by_new && row.change_by_closed
      ? voice.say("progress_parts", { opened: told(row.change_by_new),
        closed: told(row.change_by_closed) }) : null;
    return el("span", { class: "where", title: parts }, told(row.change_people_covered),
      parts ? " *" : null);
  };
  return el("div", { class: "table-frame matrix progress-coverage" }, el("table", {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, voice.say("service")),
      dates.map((date) => el("th", { scope: "col", class: "number" }, voice.date(date))),
      el("th", { scope: "col", class: "number" }, voice.say("progress_undated")))),
    el("tbody", {}, data.services.map((service) => {
      const last = found.get(service.id + "\n" + dates[dates.length - 1]) || {};
      return el("tr", { "data-service": service.id },
        el("th", { scope: "row" }, voice.both(service.name)),
        dates.map((date) => {
          const row = found.get(service.id + "\n" + date);
          return el("td", { class: "number" },
            el("span", { class: "share" }, row ? voice.share(row.share_people) : "—"),
            people ? change(row) : null, row ? rangeNote(row, voice) : null);
        }),
        el("td", { class: "number" }, last.facilities_undated
          ? voice.count(last.facilities_undated) : "0"));
    }))));
}

// ---- one chart per target -------------------------------------------------------------

// Rows of one target by date; what its line passes through, with its start and its end.
function course(rows) {
  const last = rows[rows.length - 1];
  const line = new Map();
  const start = rows.find((row) => known(row.required_line));
  if (start) line.set(start.baseline_date, start.baseline);
  for (const row of rows) {
    if (known(row.required_line)) line.set(row.as_of || row.date, row.required_line);
  }
  if (line.size && known(last.required) && last.due) line.set(last.due, last.required);
  const points = Array.from(line, ([date, value]) => ({ day: dayOf(date), value }));
  return { last, line: points.sort((a, b) => a.day - b.day),
    points: rows.filter((row) => known(row.achieved))
      .map((row) => ({ day: dayOf(row.as_of || row.date), value: row.achieved, row })) };
}

function scales(one, dates) {
  const days = [...dates.map(dayOf), ...one.line.map((point) => point.day)];
  if (one.last.due) days.push(dayOf(one.last.due));
  const values = [0, ...one.line.map((point) => point.value),
    ...one.points.map((point) => point.value),
    ...one.points.map((point) => point.row.possible).filter(known),
    known(one.last.required) ? one.last.required : 0];
  const first = Math.min(...days);
  const span = Math.max(...days) - first || 1;
  const low = Math.min(...values);
  const height = Math.max(...values) - low || 1;
  return {
    x: (day) => ROOM.left + ((day - first) / span) * (WIDTH - ROOM.left - ROOM.right),
    y: (value) => HEIGHT - ROOM.bottom
      - ((value - low) / height) * (HEIGHT - ROOM.top - ROOM.bottom),
  };
}

const path = (points, scale) => points.map((point, at) =>
  (at ? "L" : "M") + scale.x(point.day).toFixed(1) + " " + scale.y(point.value).toFixed(1))
  .join("");

/** @param {Page} page */
function dot(page, point, scale) {
  const { voice } = page;
  const x = scale.x(point.day);
  const { row } = point;
  const hidden = known(row.possible) && row.possible !== row.achieved;
  return [hidden ? svg("line", { x1: x, x2: x, y1: scale.y(row.achieved), y2: scale.y(row.possible),
    stroke: "#8c8c8c", "stroke-width": 2, "stroke-dasharray": "2 2" }) : null,
  svg("circle", { cx: x, cy: scale.y(point.value), r: 4.2, fill: COLOURS[row.status],
    stroke: "#ffffff", "stroke-width": 1 },
  svg("title", {}, voice.date(row.as_of || row.date) + ": " + page.targetAmount(row, "achieved") + " · "
    + voice.value(row.status) + (hidden ? " · " + voice.say("at_best", {
    value: page.targetAmount(row, "possible") }) : "")))];
}

// Ends of different years are told by their year alone.
const yearly = (dates) => dates.every((date) => date.endsWith("-12-31"));

/** @param {Page} page */
function chart(page, one) {
  const { voice } = page;
  const { dates } = held(page);
  const scale = scales(one, dates);
  const { last } = one;
  const due = last.due ? scale.x(dayOf(last.due)) : null;
  const goal = known(last.required) ? scale.y(last.required) : null;
  const floor = HEIGHT - ROOM.bottom;
  return svg("svg", { viewBox: "0 0 " + WIDTH + " " + HEIGHT, width: WIDTH, height: HEIGHT,
    role: "img", "aria-label": last["title_" + voice.language] },
  svg("line", { x1: ROOM.left, x2: WIDTH - ROOM.right, y1: floor, y2: floor, stroke: "#b9c1c8" }),
  dates.map((date) => svg("text", { x: scale.x(dayOf(date)), y: HEIGHT - 6, "font-size": 9.5,
    fill: "#5b6771", "text-anchor": "middle" }, date.slice(0, yearly(dates) ? 4 : 7))),
  due === null ? null : svg("line", { x1: due, x2: due, y1: ROOM.top - 4, y2: floor,
    stroke: "#8c8c8c", "stroke-width": 1, "stroke-dasharray": "1 3" }),
  one.line.length > 1 ? svg("path", { d: path(one.line, scale), fill: "none", stroke: "#6e6e6e",
    "stroke-width": 1.4, "stroke-dasharray": "5 3" }) : null,
  one.line.length < 2 && goal !== null ? svg("line", { x1: ROOM.left, x2: WIDTH - ROOM.right,
    y1: goal, y2: goal, stroke: "#6e6e6e", "stroke-dasharray": "1 3" }) : null,
  one.points.length > 1 ? svg("path", { d: path(one.points, scale), fill: "none",
    stroke: "#1b6ca8", "stroke-width": 1.8 }) : null,
  due !== null && goal !== null ? svg("path", { d: "M" + due + " " + (goal - 5) + "l5 5l-5 5l-5-5z",
    fill: "#ffffff", stroke: "#20272e", "stroke-width": 1.2 },
  svg("title", {}, voice.say("progress_due", { date: voice.date(last.due),
    value: page.targetRequired(last) }))) : null,
  one.points.map((point) => dot(page, point, scale)));
}

/** @param {Page} page */
function targetCard(page, one) {
  const { voice } = page;
  const { last } = one;
  return el("article", { class: "progress-card", "data-target": last.target },
    el("h4", {}, el("span", { class: "clause" }, last.clause), " ",
      voice.text(last["title_" + voice.language])),
    chart(page, one),
    el("p", { class: "where" },
      el("span", { class: "state " + last.status }, voice.value(last.status)), " ",
      page.targetAchieved(last), " / ", page.targetRequired(last),
      last.due ? " · " + voice.say("progress_until", { date: voice.date(last.due) }) : null),
    last.no_line ? el("p", { class: "where" }, voice.say("progress_no_line"), " ",
      voice.value(last.no_line)) : null);
}

/** @param {Page} page */
function targetCharts(page) {
  const { voice, state } = page;
  const rows = toRows(held(page).targets);
  if (!rows.length) return null;
  const byTarget = new Map();
  for (const row of rows) {
    if (!byTarget.has(row.target)) byTarget.set(row.target, []);
    byTarget.get(row.target).push(row);
  }
  const every = Array.from(byTarget.values(), course);
  const drawn = every.filter((one) => one.points.length);
  const chapters = Array.from(new Set(drawn.map((one) => chapterOf(one.last))));
  const counts = {};
  for (const { last } of drawn) counts[last.status] = (counts[last.status] || 0) + 1;
  const shown = drawn.filter((one) => (!state.progressState
    || one.last.status === state.progressState)
    && (!state.progressChapter || chapterOf(one.last) === state.progressChapter));
  return [el("h3", {}, voice.say("progress_targets")),
    el("p", { class: "lead" }, voice.say("progress_targets_lead")),
    chips(page, STATES, counts, state.progressState, (name) => {
      state.progressState = name;
      page.redraw("progress");
    }),
    el("p", {}, el("label", {}, voice.say("progress_clause"), " ",
      el("select", { id: "progress-clause", change: (event) => {
        state.progressChapter = event.target.value || null;
        page.redraw("progress");
      } }, [["", voice.say("progress_all")], ...chapters.map((one) => [one, one])].map(
        ([value, label]) => el("option", { value,
          selected: (state.progressChapter || "") === value }, label))))),
    el("div", { class: "progress-cards" }, shown.map((one) => targetCard(page, one))),
    shown.length ? null : el("p", { class: "none" }, voice.say("no_rows")),
    every.length > drawn.length ? el("p", { class: "where" },
      voice.say("progress_not_drawn", { count: voice.count(every.length - drawn.length) }))
      : null];
}

const chapterOf = (row) => String(row.clause).split(".").slice(0, 2).join(".");

export const progressSection = {
  id: "progress",
  after: "targets",
  state: { progressState: null, progressChapter: null },
  make(page) {
    if (!held(page)) return null;
    const { voice } = page;
    const { dates } = held(page);
    return section(page, "progress",
      el("p", { class: "lead" }, voice.say("progress_lead", { count: voice.count(dates.length),
        date: voice.date(dates[dates.length - 1]) })),
      targetCharts(page),
      el("h3", {}, voice.say("progress_coverage")),
      el("p", { class: "lead" }, voice.say("progress_coverage_lead")),
      coverageTable(page));
  },
};
