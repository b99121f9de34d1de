// The bottom line under a what-if, as gapmap.assessment.bottom_line draws it.

import { wholePeople } from "./whatif_compare.js";

const EQUAL = 1e-9;
const known = (value) => typeof value === "number" && !Number.isNaN(value);
const number = (value) => (known(value) ? value : NaN);
const empty = (value) => (known(value) ? value : null);

// The number of the lowest, -1 where nothing is known of any.
function lowestOf(values) {
  let found = -1;
  values.forEach((value, at) => {
    if (known(value) && (found < 0 || value < values[found])) found = at;
  });
  return found;
}

const least = (values) => {
  const at = lowestOf(values);
  return at < 0 ? NaN : values[at];
};

function worse(difference) {
  if (Number.isNaN(difference)) return "";
  if (difference < -EQUAL) return "group_a";
  return difference <= EQUAL ? "equal" : "above_line";
}

// areas: [{ group, group_id }]; share of each; order: what makes one the lowest.
function rowOf(areas, share, order, line) {
  const lowest = lowestOf(order);
  const value = lowest < 0 ? NaN : share[lowest];
  const difference = value - line;
  const some = share.filter(known).length;
  const asLow = order.filter((one, at) => known(share[at]) && one <= order[lowest] + EQUAL).length;
  const reasons = [
    Number.isNaN(value) ? "status_unknown_a" : "",
    Number.isNaN(line) ? "status_unknown_b" : "",
    line === 0 ? "b_is_zero" : "",
    some > 0 && some < share.length ? "some_districts_unknown" : "",
    asLow > 1 ? "others_as_low" : "",
  ];
  return { lowest, told: {
    group_a: lowest < 0 ? "" : areas[lowest].group,
    group_a_id: lowest < 0 ? "" : areas[lowest].group_id,
    value_a: empty(value), value_b: empty(line), difference: empty(difference),
    ratio: line ? empty(value / line) : null,
    difference_points: empty(difference * 100),
    worse: worse(difference),
    reason: reasons.filter(Boolean).join("+"),
  } };
}

// Of the share of people; rows: coverage of the service, names: of groups by kind and id.
export function bottomOfPeople(gap, rows, nameOf) {
  const held = rows.filter((row) => row.group_kind === gap.kind_a && row.group_id !== "")
    .map((row) => ({ ...row, group: nameOf(row.group_kind, row.group_id) }));
  const city = rows.find((row) => row.group_kind === "city");
  const given = gap.group_b_id === "study";
  const [line, low, high] = ["", "_low", "_high"].map((end) =>
    (given ? number(gap.value_b) : number(city["share_people" + end])));
  const share = held.map((row) => number(row.share_people));
  const { lowest, told } = rowOf(held, share, share, line);
  const reasons = [told.reason,
    held.some((row) => row.places_without_people > 0) ? "uncounted_a" : "",
    !given && city.places_without_people > 0 ? "uncounted_b" : ""];
  let close = null;
  if (lowest >= 0) {
    const covered = held[lowest].people_covered;
    close = wholePeople(line * (covered + held[lowest].people_uncovered) - covered);
  }
  const [lowA, highA] = ["_low", "_high"].map((end) =>
    least(held.map((row) => number(row["share_people" + end]))));
  return { ...told, people_to_close: close, reason: reasons.filter(Boolean).join("+"),
    value_a_low: empty(lowA), value_a_high: empty(highA), value_b_low: empty(low),
    value_b_high: empty(high), difference_low: empty(lowA - high),
    difference_high: empty(highA - low) };
}

// Of a target that asks a share of every district; rows: its units' rows of the table of targets.
export function bottomOfTarget(gap, rows) {
  const areas = rows.map((row) => ({ group: row.unit_zh, group_id: row.unit }));
  const share = rows.map((row) => number(row.achieved));
  const lines = rows.map((row) => row.required);
  const order = share.map((one, at) => one - lines[at]);
  const deciding = rows[Math.max(lowestOf(order), 0)];
  const line = deciding.required;
  const { told } = rowOf(areas, share, order, line);
  const kept = (gap.reason || "").split("+")
    .filter((one) => ["people_as_asked", "areas_or_people", "areas_not_people"].includes(one));
  const low = share.map((one) => (known(one) ? one : 0));
  const high = share.map((one, at) => {
    if (!known(one)) return 1;
    const most = number(rows[at].possible);
    return known(most) ? Math.max(most, one) : one;
  });
  const [worst, best] = [low, high].map((ends) => lowestOf(ends.map((one, at) => one - lines[at])));
  const lowest = lowestOf(order);
  const knownLowest = lowest < 0 ? high[best] : share[lowest];
  return { ...told, reason: [told.reason, ...kept].filter(Boolean).join("+"),
    basis: deciding.basis, value_a_low: low[worst],
    value_a_high: Math.max(high[best], knownLowest), value_b_low: line, value_b_high: line,
    difference_low: low[worst] - lines[worst], difference_high: high[best] - lines[best] };
}
