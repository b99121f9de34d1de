// Coverage of groups of places, as gapmap.assessment.coverage sums it up.

import { COVERED, UNCOVERED, UNIT, UNKNOWN } from "./whatif_reach.js";

const FARTHEST = 2 ** 34; // parts of a metre or minute, for those who cannot get there

const share = (part, whole) => (whole > 0 ? part / whole : null);
const finite = (value) => (Number.isFinite(value) ? value : null);

// Of sorted values, value(0), value(1) ..., where so many people live up to each of them.
function quantile(count, value, reached, wantedShare) {
  if (!count) return NaN;
  const all = reached(count - 1);
  const slack = 1e-12 * all;
  const wanted = wantedShare * all;
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reached(middle) < wanted - slack) low = middle + 1;
    else high = middle;
  }
  const first = Math.min(low, count - 1);
  if (Math.abs(reached(first) - wanted) <= slack && first + 1 < count) {
    return (value(first) + value(first + 1)) / 2;
  }
  return value(first);
}

function quantiles(order, way, people, doubtful, unit) {
  const count = order.length;
  const sums = new Float64Array(count);
  let sum = 0;
  for (let at = 0; at < count; at += 1) {
    sum += people[order[at]];
    sums[at] = sum;
  }
  const value = (at) => way[order[at]];
  const reached = (at) => sums[at];
  const told = {};
  for (const [name, part] of [["median", 0.5], ["p90", 0.9]]) {
    const middle = quantile(count, value, reached, part);
    let low = middle;
    let high = middle;
    if (doubtful > 0 && count) { // they would all be the nearest, or all the farthest
      low = quantile(count + 1, (at) => (at ? value(at - 1) : 0),
        (at) => (at ? sums[at - 1] : 0) + doubtful, part);
      high = quantile(count + 1, (at) => (at < count ? value(at) : Infinity),
        (at) => (at < count ? sums[at] : sum + doubtful), part);
    }
    told[name + "_" + unit] = finite(middle);
    told[name + "_" + unit + "_low"] = finite(low);
    told[name + "_" + unit + "_high"] = finite(high);
  }
  return told;
}

// Ways as they are summed up: infinite for those who cannot get there, NaN where unknown.
export function waysOf(reach) {
  return reach.way.map((way, place) =>
    (reach.status[place] === UNCOVERED && Number.isNaN(way) ? Infinity : way));
}

// Of each group the places that are summed up as distances, the nearest first.
export function walkersOf(reach, ways, groups, groupsAt) {
  const scale = 2 ** Math.ceil(Math.log2(ways.length + 1));
  const keys = new Float64Array(ways.length);
  let count = 0;
  for (let place = 0; place < ways.length; place += 1) {
    if (reach.status[place] === UNKNOWN || Number.isNaN(ways[place])) continue;
    // one number that sorts by the way, in whole parts of a metre or minute, then by the place
    const parts = Number.isFinite(ways[place]) ? Math.round(ways[place] * UNIT) : FARTHEST;
    keys[count] = parts * scale + place;
    count += 1;
  }
  const lived = groups.map((group) => new Int32Array(group.members.length));
  const lengths = new Int32Array(groups.length);
  for (const key of keys.subarray(0, count).sort()) {
    const place = key % scale;
    const of = groupsAt[place];
    for (let at = 0; at < of.length; at += 1) {
      const group = of[at];
      if (groups[group].people[place] > 0) lived[group][lengths[group]++] = place;
    }
  }
  return lived.map((places, group) => places.subarray(0, lengths[group]));
}

// One row: a group of places, the people that it counts, and those of whom nobody knows.
export function sumUp(reach, ways, lived, group, unit) {
  const { members, people, missing } = group;
  const heads = [0, 0, 0];
  const places = [0, 0, 0];
  let beyond = 0, unreachable = 0, lostPeople = 0, uncounted = 0;
  let length = 0, walkers = 0, doubtful = 0;
  for (const place of members) {
    const status = reach.status[place];
    const counted = people[place] || 0;
    heads[status] += counted;
    places[status] += 1;
    if (missing) beyond += missing[place];
    if (people[place] === null) uncounted += 1;
    if (ways[place] === Infinity) {
      unreachable += 1;
      lostPeople += counted;
    }
    if (status === UNKNOWN || Number.isNaN(ways[place])) {
      doubtful += counted;
      continue;
    }
    if (!Number.isFinite(ways[place])) continue;
    length += ways[place] * counted;
    walkers += counted;
  }
  const total = heads[COVERED] + heads[UNCOVERED] + heads[UNKNOWN];
  const known = heads[COVERED] + heads[UNCOVERED];
  return {
    places: members.length,
    places_covered: places[COVERED],
    places_uncovered: places[UNCOVERED],
    places_unknown: places[UNKNOWN],
    people: total,
    people_covered: heads[COVERED],
    people_uncovered: heads[UNCOVERED],
    people_unknown: heads[UNKNOWN],
    share_people: share(heads[COVERED], known),
    share_people_low: share(heads[COVERED], total + beyond),
    share_people_high: share(total - heads[UNCOVERED] + beyond, total + beyond),
    share_places: share(places[COVERED], places[COVERED] + places[UNCOVERED]),
    places_unreachable: unreachable,
    people_unreachable: lostPeople,
    places_without_people: uncounted,
    people_missing: beyond,
    ["mean_" + unit]: walkers ? length / walkers : null,
    ...quantiles(lived, ways, people, doubtful + beyond, unit),
  };
}
