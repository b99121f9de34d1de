// The plan's targets judged anew, as gapmap.targets judges them.

import { unpackAscending, unpackNumbers } from "./whatif_numbers.js";
import { countsOf, qualifiesOf, COVERED, UNKNOWN } from "./whatif_reach.js";

const SLACK = 1e-9;
const GRAVITY = ["met", "on_course", "not_measurable", "behind", "overdue"];
const DAY = 86400000;
const days = (date) => Math.round(Date.parse(date + "T00:00:00Z") / DAY);

export function reaches(value, comparison, required) {
  const lead = comparison === ">=" || comparison === ">" ? value - required : required - value;
  return comparison === ">" || comparison === "<" ? lead > SLACK : lead >= -SLACK;
}

// Whether each site counts for an ask now and before the plan: "y", "n" or "u".
function certainty(ask, service, forced, date, states) {
  const told = new Array(service.id.length);
  for (let site = 0; site < told.length; site += 1) {
    const parts = [states(site), qualifiesOf(service, site, forced[site])];
    if (ask.attribute) parts.push(ask.attribute[site]);
    if (parts.includes("n")) told[site] = "n";
    else told[site] = parts.every((one) => one === "y") ? "y" : "u";
  }
  return told;
}

function nowAndBefore(ask, service, forced, date, day, first) {
  const isNew = (site) => site >= service.existing;
  const early = day <= first; // what is built on this day stood before the plan
  const now = certainty(ask, service, forced, date,
    (site) => countsOf(service, site, forced[site], date));
  const before = certainty(ask, service, forced, date, (site) => {
    if (!isNew(site)) return ask.before[site];
    return early && forced[site] === 1 ? "y" : "n";
  });
  const built = forced.some((one, site) => one === 1 && isNew(site));
  return { now, before, dated: ask.dated || built };
}

function tally(unit, sites, states, service, day) {
  const opened = (site) => {
    if (!unit.window) return "y";
    if (site < service.existing) return unit.window[site];
    return (!unit.from || day >= days(unit.from)) && (!unit.to || day <= days(unit.to)) ? "y" : "n";
  };
  const told = { certain: 0, undated: 0, doubtful: 0 };
  for (const site of sites) {
    const [state, when] = [states[site], opened(site)];
    if (state === "y" && when === "y") told.certain += 1;
    if (state !== "n" && when === "u") told.undated += 1;
    if (state === "u" && when === "y") told.doubtful += 1;
  }
  return told;
}

function countFigure(unit, held, service, when) {
  const inside = unit.inside_sites;
  const now = tally(unit, inside, held.now, service, when.day);
  const lost = tally(unit, unit.nowhere, held.now, service, when.day);
  const earlier = tally(unit, inside, held.before, service, when.day).certain;
  return {
    achieved: now.certain,
    possible: now.certain + now.undated + now.doubtful + lost.certain + lost.undated + lost.doubtful,
    baseline: held.dated ? earlier : null,
  };
}

// Of each area whether it certainly has enough, and whether it may.
function areasWith(ask, states, count) {
  const sure = new Int32Array(count);
  const doubtful = new Int32Array(count);
  ask.site_area.forEach((area, site) => {
    if (area < 0) return;
    if (states[site] === "y") sure[area] += 1;
    if (states[site] !== "n") doubtful[area] += 1;
  });
  const has = Array.from(sure, (number) => number >= ask.at_least);
  return { has, may: Array.from(doubtful, (number, area) => number >= ask.at_least && !has[area]) };
}

function presenceFigure(ask, unit, held) {
  const { now, before } = held.areas;
  let met = 0, doubt = 0, earlier = 0;
  for (const area of unit.area_numbers) {
    if (now.has[area]) met += 1;
    else if (now.may[area] || ask.known[area] !== "1") doubt += 1;
    if (before.has[area]) earlier += 1;
  }
  const count = unit.area_numbers.length;
  const lost = unit.lost.filter((site) => held.now[site] !== "n").length;
  return {
    achieved: met / count,
    possible: Math.min(1, (met + doubt + lost) / count),
    areas: count, met, unknown: doubt,
    baseline: held.dated ? earlier / count : null,
  };
}

function accessFigure(unit, reach, people) {
  let total = unit.missing, met = 0, open = unit.missing, covered = 0, unknown = 0;
  for (const place of unit.places) {
    const weight = unit.in_people ? people[place] || 0 : 1;
    total += weight;
    if (reach.status[place] === COVERED) {
      met += weight;
      covered += 1;
    }
    if (reach.status[place] !== UNKNOWN) continue;
    open += weight;
    unknown += 1;
  }
  return { achieved: met / total, possible: (met + open) / total, areas: unit.places.length,
    met: covered, unknown, baseline: null };
}

function onTheLine(verdict, ask, when) {
  const { figure } = verdict;
  if (figure.baseline === null || !(when.first < when.day) || !(when.first < when.due)) {
    return verdict;
  }
  const elapsed = (when.day - when.first) / (when.due - when.first);
  const expected = when.day >= when.due ? verdict.required
    : figure.baseline + (verdict.required - figure.baseline) * elapsed;
  const worst = reaches(figure.achieved, ask.comparison, expected);
  const best = reaches(figure.possible, ask.comparison, expected);
  return { ...verdict, expected,
    status: worst ? "on_course" : best ? "not_measurable" : "behind" };
}

function judge(ask, unit, figure, when) {
  /** @type {Row} */
  const verdict = { figure, ask, required: unit.required, status: "not_measurable",
    shortfall: null, expected: null, basis: figure.basis || unit.basis, void: Boolean(unit.void) };
  if (unit.problem || unit.required === null) return verdict;
  if (reaches(figure.achieved, ask.comparison, unit.required)) {
    return { ...verdict, status: "met", shortfall: 0 };
  }
  const short = [">=", ">"].includes(ask.comparison) ? unit.required - figure.achieved
    : figure.achieved - unit.required;
  const oneMore = [">", "<"].includes(ask.comparison) && ask.unit === "facilities";
  verdict.shortfall = oneMore ? short + 1 : short;
  const hinges = reaches(figure.possible, ask.comparison, unit.required);
  if (when.day >= when.due) return hinges ? verdict : { ...verdict, status: "overdue" };
  return onTheLine(verdict, ask, when);
}

function relativeShort(verdict) {
  const { shortfall, required, figure } = verdict;
  if (shortfall === null) return -1;
  if (shortfall === 0 && required !== null) {
    return -Math.min(Math.abs(figure.achieved - required) / (Math.abs(required) || 1), 1);
  }
  return shortfall / (required ? Math.abs(required) : 1);
}

const decides = (verdict) => !verdict.void && verdict.required !== null;

// The verdict that decides where all have to hold: the gravest, then the shortest, then the first.
function weakest(verdicts) {
  const some = verdicts.filter(decides);
  let found = null;
  for (const one of some.length ? some : verdicts) {
    const graver = found && GRAVITY.indexOf(one.status) - GRAVITY.indexOf(found.status);
    if (!found || graver > 0 || (graver === 0 && relativeShort(one) > relativeShort(found))) {
      found = one;
    }
  }
  return found;
}

function together(worst, asked) {
  const figures = asked.map((one) => one.figure).filter((one) => one.areas !== undefined);
  if (!figures.length) return worst;
  const sum = (key) => figures.reduce((total, one) => total + (one[key] || 0), 0);
  return { ...worst, figure: { ...worst.figure, areas: sum("areas"), met: sum("met"),
    unknown: sum("unknown") } };
}

function overParts(verdicts) {
  if (verdicts.length === 1) return verdicts[0];
  const worst = weakest(verdicts);
  const some = verdicts.filter(decides);
  return some.length < 2 ? worst : together(worst, some);
}

// Where several are asked, the one that decides says in what, and on what it rests.
const told = (verdict, target) => {
  const { figure, status, shortfall, expected, required, basis, ask } = verdict;
  const finite = (value) => (Number.isFinite(value) ? value : null);
  const hasLine = figure.baseline !== undefined && figure.baseline !== null;
  return {
    status, required, basis, nowhere: verdict.void,
    service: ask.service, measure_unit: ask.unit, comparison: ask.comparison,
    shortfall: finite(shortfall), expected: finite(expected),
    baseline_date: hasLine ? target.first : "",
    achieved: finite(figure.achieved), possible: finite(figure.possible),
    baseline: hasLine ? figure.baseline : null,
    areas: figure.areas === undefined ? null : figure.areas,
    areas_met: figure.areas === undefined ? null : figure.met,
    areas_unknown: figure.areas === undefined ? null : figure.unknown,
    areas_missing: figure.areas === undefined ? null
      : figure.areas - figure.met - figure.unknown,
  };
};

const ones = (bits) => Array.from(bits.split("").keys()).filter((at) => bits[at] === "1");

// A target as the page holds it, made ready for asking.
export function openTarget(target) {
  const asks = target.asks.map((ask) => ({
    ...ask,
    site_area: ask.area ? unpackNumbers(ask.area).map((one) => one - 1) : null,
    units: ask.units.map((unit) => ({
      ...unit,
      inside_sites: unit.inside === undefined ? null : ones(unit.inside),
      area_numbers: unit.areas === undefined ? null : ones(unit.areas),
      places: unit.members === undefined ? null : unpackAscending(unit.members),
    })),
  }));
  return { ...target, asks };
}

function figures(ask, model, when) {
  const { service, forced, reach } = model.of(ask.service);
  /** @type {any} */
  const held = ask.kind === "access" ? null
    : nowAndBefore(ask, service, forced, model.date, when.day, when.first);
  if (ask.kind === "presence") {
    const count = ask.known.length;
    held.areas = { now: areasWith(ask, held.now, count), before: areasWith(ask, held.before, count) };
  }
  return ask.units.map((unit) => {
    if (unit.problem) return { achieved: NaN, possible: NaN };
    if (ask.kind === "count") return countFigure(unit, held, service, when);
    if (ask.kind === "presence") return presenceFigure(ask, unit, held);
    // a limit that was moved is no longer the plan's
    const basis = model.isMoved(ask.service) ? "assumption" : undefined;
    return { ...accessFigure(unit, reach, model.people), basis };
  });
}

// The rows of a target, in the order of the table: the whole, its parts, its units.
export function judgeTarget(target, model) {
  const when = { day: days(model.day), due: days(target.due[model.date]),
    first: days(target.first) };
  const judged = target.asks.map((ask) => figures(ask, model, when)
    .map((figure, at) => judge(ask, ask.units[at], figure, when)));
  const units = judged[0].slice(1)
    .map((_, at) => overParts(judged.map((verdicts) => verdicts[at + 1])));
  const whole = judged.map((verdicts) => verdicts[0]);
  const overall = target.each && units.length ? together(weakest(units), whole) : overParts(whole);
  const due = target.due[model.date];
  const rows = [overall, ...(judged.length > 1 ? whole : []), ...units];
  // The engine's sentence holds where nothing that can be switched is in it.
  const isSteady = (at) => judged.length === 1 && !(at === 0 && units.length && target.each)
    && Boolean(target.asks[0].units[at].problem);
  return rows.map((one, at) => ({ ...told(one, target), due, steady: isSteady(at) }));
}
