// What a set of switches, limits and a date changes: access, coverage, gaps and targets, each number
// as the engine would say it. Knows nothing of the page.

import { compareGroups } from "./whatif_compare.js";
import { judgeTarget, openTarget } from "./whatif_judge.js";
import { unpackAscending, unpackSteps, unpackTexts } from "./whatif_numbers.js";
import { measureReach, openService } from "./whatif_reach.js";
import { sumUp, walkersOf, waysOf } from "./whatif_sums.js";

const DEGREE = 100000;

function openGroups(held, people) {
  const missing = held.missing.length ? held.missing : null;
  const groups = held.zones.map((zone) => ({ kind: zone.kind, id: zone.id,
    members: unpackAscending(zone.members), people, missing }));
  for (const [name, own] of Object.entries(held.group_people)) {
    groups.push({ kind: "people_group", id: name, members: own.map((_, place) => place),
      people: own, missing: null });
  }
  const at = held.positions.map(() => []);
  groups.forEach((group, number) => group.members.forEach((place) => at[place].push(number)));
  return { groups, at };
}

function spots(held) {
  const degrees = (text, corner) => unpackSteps(text).map((part) =>
    (part ? corner + part / DEGREE : null));
  return { lon: degrees(held.lon, held.corner[0]), lat: degrees(held.lat, held.corner[1]) };
}

// What a page needs when something is first switched does not delay its opening.
function once(make) {
  let made;
  return () => (made === undefined ? (made = make()) : made);
}

// data: the page's data; what it holds packed is opened when it is first asked for.
export function makeModel(data) {
  const held = data.whatif;
  const { people } = held; // as the study has them; those of the map are as short as they are shown
  const grouped = once(() => openGroups(held, people));
  const targets = once(() => held.asks.map(openTarget));
  const opened = new Map();
  const limits = new Map(data.services.map(({ id, limit, limit_unit, source, basis }) =>
    [id, { limit, limit_unit, source, basis }])); // as they are at the start

  // Facilities by their own id, then candidates as a what-if file calls them.
  const idsOf = (id) => [...held.services[id].id,
    ...unpackTexts(held.services[id].candidate).map((one) => id + "@" + one)];

  function service(id) {
    if (!opened.has(id)) {
      opened.set(id, { ...openService(held.services[id], held.positions, idsOf(id)),
        spots: spots(held.services[id]), leftOut: held.services[id].left_out });
    }
    return opened.get(id);
  }

  // 1 for each site that is switched on, 2 for each that is switched off.
  function forcedOf(id, wanted) {
    const { id: ids } = service(id);
    return Uint8Array.from(ids, (one) => (wanted.on.has(one) ? 1 : wanted.off.has(one) ? 2 : 0));
  }

  // wanted: { on: Set, off: Set, limits: { service: number }, date: number }
  function reachOf(id, wanted) {
    const limit = wanted.limits[id] === undefined ? limits.get(id).limit : wanted.limits[id];
    return measureReach(service(id), forcedOf(id, wanted), wanted.date, limit);
  }

  function coverageOf(id, reach) {
    const unit = limits.get(id).limit_unit;
    const ways = waysOf(reach);
    const { groups, at } = grouped();
    const lived = walkersOf(reach, ways, groups, at);
    return groups.map((group, number) => ({ group_kind: group.kind, group_id: group.id,
      ...sumUp(reach, ways, lived[number], group, unit) }));
  }

  function gapsOf(rows, coverage, basis) {
    const found = new Map(coverage.map((row) => [row.group_kind + "\n" + row.group_id, row]));
    return rows.map((gap) => ({ ...(basis ? { basis } : {}),
      ...compareGroups(gap, found.get(gap.kind_a + "\n" + gap.group_a_id),
        found.get(gap.kind_b + "\n" + gap.group_b_id)) }));
  }

  // Rows of the table of targets about some services, by the number of the first.
  function targetsOf(wanted, reaches, about) {
    const known = new Map();
    const of = (id) => {
      if (!known.has(id)) {
        known.set(id, { service: service(id), forced: Array.from(forcedOf(id, wanted)),
          get reach() { return reaches(id); } });
      }
      return known.get(id);
    };
    const asked = { of, date: wanted.date, day: held.dates[wanted.date], people,
      isMoved: (id) => wanted.limits[id] !== undefined };
    return targets().filter((target) => target.asks.some((ask) => about.has(ask.service))).map((target) => [target.rows[0], judgeTarget(target, asked)]);
  }

  return {
    startOf: (id) => limits.get(id),
    idsOf,
    unitOf: (id) => limits.get(id).limit_unit,
    limitOf: (id) => limits.get(id).limit,
    farthestOf: (id) => held.services[id].farthest,
    fixed: (id, site) => service(id).fixed[service(id).at.get(site)] === 1,
    ids: Object.keys(held.services), dates: held.dates, date: held.date,
    service, reachOf, coverageOf, gapsOf, targetsOf,
  };
}
