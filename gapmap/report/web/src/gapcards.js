// Cards of the chosen service's gaps: value against value, the difference, how sure it is, and whom
// it takes to close it.

import { ends, notes, planHasOwn, toClose, told, toldDifference } from "./gaptexts.js";
import { gapIntervalNote } from "./sure.js";
import { el, known, svg } from "./text.js";

const WIDTH = 240;
const HEIGHT = 26;
const ROOM = 8;

// Both values on a line from 0 to 100 %, with what each may be at least and at most.
/** @param {Page} page */
function line(page, row) {
  const { voice } = page;
  if (!known(row.value_a) || !known(row.value_b)) return null;
  const x = (share) => ROOM + share * (WIDTH - 2 * ROOM);
  const y = HEIGHT / 2;
  const dot = (side, name) => [
    known(row["value_" + side + "_low"]) && known(row["value_" + side + "_high"])
      ? svg("line", { x1: x(row["value_" + side + "_low"]), x2: x(row["value_" + side + "_high"]),
        y1: y, y2: y, stroke: "#8c8c8c", "stroke-width": 5, "stroke-linecap": "round",
        opacity: 0.55 }) : null,
    svg("circle", { cx: x(row["value_" + side]), cy: y, r: 5, "stroke-width": 1.6,
      stroke: row.worse === "group_" + side ? "#d55e00" : "#1b6ca8",
      fill: side === "a" ? (row.worse === "group_a" ? "#d55e00" : "#1b6ca8") : "#ffffff" },
    svg("title", {}, name + " " + told(row, row["value_" + side], voice)))];
  return svg("svg", { viewBox: "0 0 " + WIDTH + " " + HEIGHT, class: "gap-line-chart",
    "aria-hidden": "true" },
  svg("line", { x1: x(0), x2: x(1), y1: y, y2: y, stroke: "#d5dbe0" }),
  [0, 0.5, 1].map((share) => svg("line", { x1: x(share), x2: x(share), y1: y - 3, y2: y + 3,
    stroke: "#b9c1c8" })),
  dot("b", page.groupName(row.group_b)), dot("a", page.groupName(row.group_a)));
}

/** @param {Page} page */
function cardOf(page, row) {
  const { voice } = page;
  const city = row.group_b_id === "city" || row.comparison.endsWith("-city");
  const fact = (name, label, ...value) => el("div", { class: "fact", "data-fact": name },
    el("dt", {}, label), el("dd", {}, value));
  const note = notes(row, voice);
  const sure = gapIntervalNote(page, row, (value) => toldDifference(row, value, voice));
  return el("article", { class: "card gap-card" + (row.worse ? " worse-" + row.worse : ""),
    "data-comparison": row.comparison, "data-group": row.group_a_id },
  el("h4", {}, city ? page.groupName(row.group_a) : page.comparisonName(row.comparison)),
  el("p", { class: "headline" }, el("b", { class: "big" },
    toldDifference(row, row.difference, voice))),
  line(page, row),
  el("dl", {}, ["a", "b"].map((side) => fact("value_" + side,
    [el("span", { class: "gap-key " + (row.worse === "group_" + side ? "worse" : "better")
      + (side === "a" ? " filled" : ""), "aria-hidden": "true" }),
    page.groupName(row["group_" + side])],
    told(row, row["value_" + side], voice))),
  known(row.people_to_close) ? fact("people_to_close", toClose(page, "to_close"),
    voice.count(row.people_to_close)) : null),
  ends(row, "difference", toldDifference, voice), " ", sure,
  note ? el("p", { class: "where" }, note) : null);
}

/** @param {Page} page */
export function gapCards(page) {
  const { voice, state } = page;
  const rows = page.gaps.filter((row) => row.service === state.service
    && row.measure === "share_people");
  const areas = planHasOwn(page) ? "plan_district-city" : "district-city";
  const groups = rows.filter((row) => row.comparison === "urban-rural"
    || row.comparison.endsWith("-rest"));
  const districts = rows.filter((row) => row.comparison === areas)
    .sort((a, b) => (known(a.difference) ? a.difference : 1) - (known(b.difference) ? b.difference : 1));
  if (!groups.length && !districts.length) return null;
  return el("div", { class: "gap-cards" },
    el("h3", {}, voice.say("gap_cards", { service: voice.both(page.service(state.service).name) })),
    el("p", { class: "lead" }, voice.say("gap_cards_lead")),
    groups.length ? el("div", { class: "cards" }, groups.map((row) => cardOf(page, row))) : null,
    districts.length ? [el("h4", { class: "cards-title" }, voice.say("gap_cards_districts")),
      el("div", { class: "cards" }, districts.map((row) => cardOf(page, row)))] : null);
}
