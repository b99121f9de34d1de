// Who is covered under which switches: the rules of gapmap.access.reasons, from lists that hold,
// for each place, every site that could be its nearest.

import { unpackNumbers, unpackSteps, unpackTexts } from "./whatif_numbers.js";

export const UNIT = 1000; // ways are told in parts of a metre or minute

export const SERVES = 0, FAILS = 1, DOUBTFUL = 2, ABSENT = 3;
export const COVERED = 0, UNCOVERED = 1, UNKNOWN = 2;

export const REASONS = ["within_limit", "beyond_limit", "no_facility", "below_standard",
  "not_connected", "no_route", "island_no_ferry", "no_position", "outside_area"];
const reason = Object.fromEntries(REASONS.map((name, at) => [name, at]));

const flags = (length, numbers) => {
  const made = new Uint8Array(length);
  for (const number of numbers) made[number] = 1;
  return made;
};

const STRIP = 1000; // as in gapmap/whatif/value.py

// Sites by strips of latitude, from west to east in each.
function byStrips(lon, lat) {
  const strip = lat.map((one) => Math.floor(one / STRIP));
  return Int32Array.from(lat.keys()).sort((a, b) => strip[a] - strip[b] || lon[a] - lon[b]
    || lat[a] - lat[b] || a - b);
}

// For each place the sites that could be its nearest, the nearest first: packed in the order of strips.
function openLists(held) {
  const order = byStrips(unpackSteps(held.lon), unpackSteps(held.lat));
  const lengths = unpackNumbers(held.length);
  const steps = unpackNumbers(held.site);
  const way = unpackSteps(held.way);
  const starts = new Int32Array(lengths.length + 1);
  lengths.forEach((length, place) => { starts[place + 1] = starts[place] + length; });
  const sites = new Int32Array(steps.length);
  const ways = new Float64Array(steps.length);
  const other = new Map(held.ties.map(([place, ...list]) => [place, list]));
  for (let place = 0; place < lengths.length; place += 1) {
    const wayTo = new Map();
    let rank = -1;
    for (let at = starts[place]; at < starts[place + 1]; at += 1) {
      rank += steps[at] + 1;
      wayTo.set(order[rank], way[at]);
    }
    const list = other.get(place)
      || Array.from(wayTo.keys()).sort((a, b) => wayTo.get(a) - wayTo.get(b) || a - b);
    list.forEach((site, at) => {
      sites[starts[place] + at] = site;
      ways[starts[place] + at] = wayTo.get(site);
    });
  }
  return { starts, sites, ways };
}

// One service as the page holds it, made ready for asking.
export function openService(held, positions, ids) {
  const { starts, sites, ways } = openLists(held);
  return {
    id: ids,
    at: new Map(ids.map((id, site) => [id, site]).reverse()), // of equal ids the first
    name: unpackTexts(held.name),
    existing: held.existing,
    cost: [...held.id.map(() => null), ...held.cost],
    counts: held.counts,
    qualifies: held.qualifies,
    fixed: flags(ids.length, held.stay_on),
    starts,
    ways,
    sites,
    lost: held.lost,
    unplaced: held.unplaced,
    positions,
    offNetwork: flags(positions.length, held.off_network),
    noFerry: flags(positions.length, held.no_ferry),
    nowhere: flags(ids.length, held.unplaced.map(([site]) => site)),
  };
}

// Whether a site counts and qualifies: "y", "n" or "u"; forced is 1 for on, 2 for off, else 0.
export const countsOf = (service, site, forced, date) => {
  if (forced === 1) return "y";
  if (forced === 2 || site >= service.existing) return "n";
  return service.counts[date][site];
};
export const qualifiesOf = (service, site, forced) =>
  (forced === 1 || site >= service.existing ? "y" : service.qualifies[site]);

export function siteStates(service, forced, date) {
  const states = new Uint8Array(service.id.length);
  for (let site = 0; site < states.length; site += 1) {
    const counts = countsOf(service, site, forced[site], date);
    const qualifies = qualifiesOf(service, site, forced[site]);
    if (counts === "n") states[site] = ABSENT;
    else if (qualifies === "n") states[site] = FAILS;
    else states[site] = counts === "y" && qualifies === "y" ? SERVES : DOUBTFUL;
  }
  return states;
}

// The nearest serving site of a place, and whether one that may not serve is within the limit; told in
// `found`, which is the same for every place: there may be 20,000.
function look(found, service, states, place, limit) {
  found.site = -1;
  found.way = Infinity;
  found.fails = found.doubtful = false;
  for (let at = service.starts[place]; at < service.starts[place + 1]; at += 1) {
    const state = states[service.sites[at]];
    if (state === SERVES) {
      found.site = service.sites[at];
      found.way = service.ways[at];
      return;
    }
    if (service.ways[at] > limit) continue;
    if (state === FAILS) found.fails = true;
    if (state === DOUBTFUL) found.doubtful = true;
  }
}

// What the sites that stand nowhere, or off the ways, mean for each place.
function strays(service, states, limit) {
  const own = new Uint8Array(service.positions.length);
  const unjoined = new Uint8Array(service.positions.length);
  let unplaced = false;
  for (const [site, place] of service.unplaced) {
    if (states[site] !== SERVES && states[site] !== DOUBTFUL) continue;
    unplaced = true;
    if (place >= 0) own[place] = 1;
  }
  for (const [site, place, way] of service.lost) {
    if (states[site] === SERVES && way <= limit) unjoined[place] = 1;
  }
  let serving = false;
  for (let site = 0; site < states.length && !serving; site += 1) {
    serving = states[site] === SERVES && !service.nowhere[site];
  }
  return { own, unjoined, unplaced, serving };
}

// A status and its reason as one number.
const STATUSES = 3;
const told = (status, why) => status + STATUSES * why;

// The first rule that holds speaks.
function verdict(service, place, found, stray, limit) {
  const position = service.positions[place];
  if (position === "missing") return told(UNKNOWN, reason.no_position);
  if (position === "outside") return told(UNKNOWN, reason.outside_area);
  if (found.way <= limit) return told(COVERED, reason.within_limit);
  if (stray.own[place]) return told(UNKNOWN, reason.no_position);
  if (found.doubtful) return told(UNKNOWN, reason.below_standard);
  if (found.fails) return told(UNCOVERED, reason.below_standard);
  if (!stray.serving) {
    return stray.unplaced ? told(UNKNOWN, reason.no_position) : told(UNCOVERED, reason.no_facility);
  }
  if (service.offNetwork[place] || stray.unjoined[place]) {
    return told(UNKNOWN, reason.not_connected);
  }
  if (found.site < 0) {
    return told(UNCOVERED, service.noFerry[place] ? reason.island_no_ferry : reason.no_route);
  }
  return told(UNCOVERED, reason.beyond_limit);
}

// Status, reason, nearest site (-1 for none) and way (metres or minutes, NaN for none) of all places.
export function measureReach(service, forced, date, limit) {
  const states = siteStates(service, forced, date);
  const most = Math.round(limit * UNIT);
  const stray = strays(service, states, most);
  const count = service.positions.length;
  const made = { states, status: new Uint8Array(count), reason: new Uint8Array(count),
    site: new Int32Array(count).fill(-1), way: new Float64Array(count).fill(NaN) };
  const found = { site: -1, way: Infinity, fails: false, doubtful: false };
  for (let place = 0; place < count; place += 1) {
    look(found, service, states, place, most);
    const both = verdict(service, place, found, stray, most);
    made.status[place] = both % STATUSES;
    made.reason[place] = Math.floor(both / STATUSES);
    if (found.site < 0) continue;
    made.site[place] = found.site;
    made.way[place] = found.way / UNIT;
  }
  return made;
}
