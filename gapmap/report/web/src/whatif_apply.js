// The page under a what-if: its rows of coverage, gaps and targets, the results of its places and
// what stands on its map are exchanged for those of the model, and put back when all is undone.

import { bottomOfPeople, bottomOfTarget } from "./whatif_bottom.js";
import { REASONS, SERVES, FAILS, DOUBTFUL } from "./whatif_reach.js";

const KINDS = { [SERVES]: "serves", [FAILS]: "fails", [DOUBTFUL]: "doubtful" };

// What the page shows at the start, to compare with and to put back.
/** @param {Page} page */
function startOf(page, id) {
  const { map } = page.data;
  const held = map.services[id];
  const ids = map.facilities[id].id;
  return { status: held.status.slice(), facilities: map.facilities[id],
    nearest: held.facility_number ? held.facility_number.map((at) => ids[at]) : [],
    routes: map.routes[id], later: map.not_at_date[id] };
}

// Facilities that do not exist on a date; what is switched off is another matter.
const absentAt = (service, date) =>
  service.counts[date].split("").filter((one) => one === "n").length;

function facilitiesUnder(service, states, start) {
  const at = new Map(start.facilities.id.map((one, number) => [one, number]));
  /** @type {Facilities} */
  const made = { id: [], name: [], opened: [], floor_area_m2: [], failed: [], kind: [], lon: [],
    lat: [] };
  for (let site = 0; site < service.existing; site += 1) {
    const kind = KINDS[states[site]];
    if (!kind) continue;
    const known = at.get(service.id[site]);
    const told = (key) => (known === undefined ? null : start.facilities[key][known]);
    made.id.push(service.id[site]);
    made.name.push(service.name[site]);
    made.opened.push(told("opened"));
    made.floor_area_m2.push(told("floor_area_m2"));
    made.failed.push(kind === "fails" ? told("failed") : null);
    made.kind.push(kind);
    made.lon.push(service.spots.lon[site]);
    made.lat.push(service.spots.lat[site]);
  }
  return made;
}

/** @param {Page} page */
export function makeApplying(page, model, wanted) {
  const starts = new Map();
  const rows = { coverage: page.coverage, gaps: page.gaps, targets: page.targets };
  const reaches = new Map();
  let active = new Set(); // services that are not as they were

  const names = new Map(rows.coverage.map((row) =>
    [row.group_kind + "\n" + row.group_id, row.group]));
  const nameOf = (kind, id) => names.get(kind + "\n" + id) || id;
  const other = (id) => (model.unitOf(id) === "minutes" ? "_m" : "_minutes");
  const isGap = (gap, id) => gap.service === id && gap.comparison !== "bottom-line"
    && !gap.measure.endsWith(other(id)) // that has to be run
    && (gap.measure === "share_people" || /^(mean|median|p90)_/.test(gap.measure));

  function reach(id) {
    if (!reaches.has(id)) reaches.set(id, model.reachOf(id, wanted.now));
    return reaches.get(id);
  }

  // Services whose access, or whose targets, are not those of the start.
  function touched() {
    const { now } = wanted;
    if (now.date !== model.date) return new Set(model.ids);
    const found = new Set(Object.keys(now.limits));
    for (const site of [...now.on, ...now.off]) {
      for (const id of wanted.servicesOf(site)) found.add(id);
    }
    return found;
  }

  function exchangeResults(id) {
    const { map } = page.data;
    if (!starts.has(id)) starts.set(id, startOf(page, id));
    const start = starts.get(id);
    if (!active.has(id)) {
      map.services[id].status = start.status;
      map.facilities[id] = start.facilities;
      map.routes[id] = start.routes;
      map.not_at_date[id] = start.later;
      delete page.changed[id];
      delete page.startStatus[id];
    } else {
      const service = model.service(id);
      const made = reach(id);
      const unit = model.unitOf(id);
      const limit = page.service(id).limit;
      map.services[id].status = Array.from(made.status);
      page.startStatus[id] = start.status;
      map.facilities[id] = facilitiesUnder(service, made.states, start);
      map.routes[id] = start.routes.filter(([place]) => made.status[place] === 1
        && service.id[made.site[place]] === start.nearest[place]);
      map.not_at_date[id] = absentAt(service, wanted.now.date);
      page.changed[id] = (number) => {
        const way = Number.isNaN(made.way[number]) ? null : made.way[number];
        const status = map.statuses[made.status[number]];
        const beyond = status === "uncovered" && way !== null ? way - limit : 0;
        return {
          status, reason: REASONS[made.reason[number]],
          distance_m: unit === "m" ? way : null, minutes: unit === "minutes" ? way : null,
          straight_m: null, shortfall: beyond > 0 ? beyond : null,
          facility: made.site[number] < 0 ? "" : service.name[made.site[number]],
        };
      };
    }
    page.forget(id);
  }

  function exchangeTables() {
    const coverage = new Map();
    const gaps = new Map();
    for (const id of active) {
      const sums = model.coverageOf(id, reach(id));
      for (const row of sums) coverage.set([id, row.group_kind, row.group_id].join("\n"), row);
      const some = rows.gaps.filter((gap) => isGap(gap, id));
      const basis = wanted.now.limits[id] === undefined ? null : "assumption";
      model.gapsOf(some, sums, basis).forEach((changes, at) => gaps.set(some[at], changes));
    }
    page.coverage = rows.coverage.map((row) => {
      const changes = coverage.get([row.service, row.group_kind, row.group_id].join("\n"));
      return changes ? { ...row, ...changes } : row;
    });
    const judged = exchangeTargets();
    for (const gap of rows.gaps) {
      if (gap.comparison !== "bottom-line") continue;
      if (gap.target && judged.has(gap.target)) {
        gaps.set(gap, bottomOfTarget(gap, page.targets.filter((row) => isUnit(row, gap))));
      } else if (!gap.target && active.has(gap.service)) {
        gaps.set(gap, bottomOfPeople(gap, page.coverage.filter((row) =>
          row.service === gap.service), nameOf));
      }
    }
    page.gaps = rows.gaps.map((row) => (gaps.has(row) ? { ...row, ...gaps.get(row) } : row));
    page.readRows();
  }

  // A unit that has none of the areas that its target asks about has no share, whatever is built.
  const isUnit = (row, gap) => row.target === gap.target && !row.overall && row.required !== null
    && row.scope_kind === gap.kind_a && !row.nowhere;

  function exchangeTargets() {
    const judged = new Set();
    page.targets = rows.targets.slice();
    for (const [first, found] of model.targetsOf(wanted.now, reach, active)) {
      judged.add(rows.targets[first].target);
      found.forEach((changes, at) => {
        const row = rows.targets[first + at];
        page.targets[first + at] = { ...row, ...changes, ...reasonOf(changes) };
      });
    }
    const dated = wanted.now.date !== model.date;
    page.targets = page.targets.map((row) => (judged.has(row.target)
      || !(dated || active.has(row.service)) ? row : asAtStart(row)));
    return judged;
  }

  // A target that has to be run says that it is as it was.
  function asAtStart(row) {
    const { en, zh } = page.data.words.report.whatif_held;
    return { ...row, held: true, reason: en + " " + row.reason, reason_zh: zh + (row.reason_zh || "") };
  }

  // The engine's sentence tells counts and limits that the page does not have, nor judges.
  function reasonOf({ steady }) {
    if (steady) return {};
    const { en, zh } = page.data.words.report.whatif_reason;
    return { reason: en, reason_zh: zh };
  }

  // Limits are told as they are now.
  function exchangeLimits() {
    for (const service of page.data.services) {
      const limit = wanted.now.limits[service.id];
      const start = model.startOf(service.id);
      if (!start) continue;
      const changes = limit === undefined ? start
        : { limit, source: "scenario", basis: "assumption" };
      Object.assign(service, changes);
    }
  }

  // Make the page show what is wanted; gives the services that changed since it last did.
  function apply() {
    const before = active;
    reaches.clear();
    active = touched();
    exchangeLimits();
    const changed = new Set([...before, ...active]);
    for (const id of changed) exchangeResults(id);
    exchangeTables();
    page.whatif.active = wanted.changed;
    return changed;
  }

  return { apply, start: rows, isActive: (id) => active.has(id), reach };
}
