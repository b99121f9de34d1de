// How comparisons are told: values, differences, their bounds, who is worse off, and why one is empty.

import { rangeWord } from "./sure.js";
import { el, known } from "./text.js";

const OF_COURSE = ["mean_has_no_bounds", "figure_has_no_bounds", "areas_not_people",
  "people_as_asked"];

export function told(row, value, voice) {
  if (!known(value)) return "—";
  if (row.unit === "share") return voice.share(value);
  return row.unit === "m" || row.unit === "minutes" ? voice.measured(value, row.unit)
    : voice.number(value);
}

export function toldDifference(row, value, voice) {
  if (!known(value)) return "—";
  if (row.unit === "share") return voice.points(value);
  const size = told(row, Math.abs(value), voice);
  return (value > 0 ? "+" : value < 0 ? "−" : "±") + size;
}

export function ends(row, key, tell, voice) {
  const low = row[key + "_low"], high = row[key + "_high"];
  if (!known(low) || !known(high)) return null;
  const texts = { low: tell(row, low, voice), high: tell(row, high, voice) };
  return texts.low === texts.high ? null : el("span", { class: "where",
    title: voice.say("range_help") }, voice.say(rangeWord(), texts));
}

export const notes = (row, voice) => (row.reason || "").split("+")
  .filter((code) => code && !OF_COURSE.includes(code)).map(voice.value).join(" · ");

/** @param {Page} page */
export function worse(page, row) {
  const { voice } = page;
  if (row.worse === "group_a") return page.groupName(row.group_a);
  if (row.worse === "group_b") return page.groupName(row.group_b);
  return row.worse ? voice.value(row.worse) : "—";
}

// A plan without districts of its own has the study's: to tell them twice says nothing more.
/** @param {Page} page */
export function planHasOwn(page) {
  const names = (kind) => Array.from(new Map(page.coverage.filter((row) =>
    row.group_kind === kind).map((row) => [row.group_id, row.group])).values()).sort();
  return names("plan_district").join("\n") !== names("district").join("\n");
}

// Where every place counts 1, what has to be served are places.
/** @param {Page} page */
export const toClose = (page, key) => page.voice.say(
  page.data.weight === "people" ? key : key + "_places");
