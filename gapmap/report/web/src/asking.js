// What every part of a page asks: rows by service, names of groups, texts of distances and targets.

import { makeSearch } from "./search.js";
import { el, makeVoice, toRows } from "./text.js";

/**
 * @param {Data} data
 * @param {Record<string, any>} state
 */
export function makePage(data, state) {
  /** @type {Page} */
  const page = { data, state, voice: makeVoice(data.words, state.language) };
  page.coverage = toRows(data.coverage);
  page.gaps = toRows(data.gaps);
  page.equity = toRows(data.equity);
  page.targets = toRows(data.targets);
  page.islands = toRows(data.islands);
  const services = new Map(data.services.map((service) => [service.id, service]));
  page.changed = {}; // results of places that a what-if changes, by service
  let cities = new Map();
  page.readRows = () => {
    cities = new Map(page.coverage.filter((row) => row.group_kind === "city")
      .map((row) => [row.service, row]));
  };
  page.readRows();
  const { places, statuses, reasons } = data.map;
  page.service = (id) => services.get(id);
  page.city = (id) => cities.get(id) || {};
  // As it is without a what-if, which may set another limit.
  page.startService = (id) => {
    const start = page.whatif ? page.whatif.model.startOf(id) : null;
    return start ? { ...page.service(id), ...start } : page.service(id);
  };
  // Of the figures that are shown: a what-if may have a date of its own.
  page.shownDate = () => (page.whatif && page.whatif.active
    ? page.whatif.model.dates[page.whatif.wanted.now.date] : data.about.date);
  page.dateText = () => page.voice.date(page.shownDate())
    + (page.shownDate() === data.about.date ? "" : " · " + page.voice.say("whatif"));
  page.startCity = (id) => (page.whatif ? page.whatif.start.coverage : page.coverage)
    .find((row) => row.service === id && row.group_kind === "city") || {};
  page.startStatus = {}; // of these services, as it was
  page.startResult = (id, number) => {
    const held = data.map.services[id];
    if (!held || number >= held.status.length) return null;
    const status = page.startStatus[id] || held.status;
    return {
      number,
      name: places.name[number], town: places.town[number], district: places.district[number],
      people: places.people[number], lon: places.lon[number],
      status: statuses[status[number]], reason: reasons[held.reason[number]],
      distance_m: held.distance_m[number], minutes: held.minutes[number],
      straight_m: held.straight_m[number], shortfall: held.shortfall[number],
      facility: held.facility[number], measured: held.measured,
    };
  };
  page.result = (id, number) => {
    const found = page.startResult(id, number);
    return found && page.changed[id] ? { ...found, ...page.changed[id](number) } : found;
  };
  // What the network says of a place, and whether one outside the data may serve it.
  page.evidence = (id, number) => {
    const held = data.map.services[id];
    const [now, start] = [page.result(id, number), page.startResult(id, number)];
    const at = now.reason === start.reason ? held.evidence.places.indexOf(number) : -1;
    // Which places are near the edge was found with the start's limit.
    const edge = held.edge.includes(number) && (!page.changed[id] || (now.status !== "covered"
      && page.service(id).limit === page.startService(id).limit));
    return [at < 0 ? null : page.voice.both(held.evidence.texts[held.evidence.text[at]]),
      edge ? page.voice.say("edge_effect") : null].filter(Boolean);
  };
  const kept = new Map();
  page.results = (id) => {
    if (!kept.has(id)) kept.set(id, places.name.map((_, number) => page.result(id, number)));
    return kept.get(id);
  };
  page.startResults = (id) => (page.changed[id]
    ? places.name.map((_, number) => page.startResult(id, number)) : page.results(id));
  page.search = makeSearch(data.pinyin);
  page.forget = (id) => kept.delete(id);
  page.sites = (id) => {
    const found = data.proposals.find((proposal) => proposal.service === id);
    return found ? found.sites : null;
  };
  return page;
}

/** @param {Page} page */
export function addTexts(page) {
  const { data } = page;
  page.groupName = (name) => {
    const rest = String(name).startsWith("rest of ") ? String(name).slice(8) : null;
    if (rest) return page.voice.say("rest_of", { group: page.voice.value(rest) });
    return page.voice.value(name);
  };
  page.comparisonName = (name) => {
    const known = page.voice.value(name);
    if (known !== name || !name.endsWith("-rest")) return known;
    return page.voice.say("group_against_rest", { group: page.voice.value(name.slice(0, -5)) });
  };
  page.where = (row) => [row.town, row.district].filter(Boolean).join(" · ");
  page.wayText = (row, service) => {
    const unit = service.limit_unit === "minutes" ? "minutes" : "m";
    const value = unit === "minutes" ? row.minutes : row.distance_m;
    if (value === null) {
      const lost = ["no_route", "island_no_ferry"].includes(row.reason);
      return row.reason === "no_facility" ? "—" : page.voice.say(lost ? "unreachable" : "unknown");
    }
    return page.voice.measured(value, unit, row.status === "uncovered" ? service.limit : undefined);
  };
  const SIGNS = { ">=": "≥", "<=": "≤", ">": ">", "<": "<" };
  page.targetAmount = (row, key) => {
    const value = row[key];
    if (value === null || value === undefined || value === "") return "—";
    if (value === "inf") return page.voice.say("unreachable");
    if (typeof value !== "number") return String(value);
    const unit = row.measure_unit;
    if (unit === "share" && key === "shortfall") return page.voice.points(value, true);
    if (unit === "share") return page.voice.share(value);
    if (unit === "minutes") return page.voice.minutes(value);
    const told = page.voice.number(value);
    if (unit === "ratio") return told;
    const one = "one_" + unit; // the word that goes with one, where a language has its own
    return told + " " + (value === 1 && data.words.values[one] ? page.voice.value(one)
      : page.voice.value(unit));
  };
  // Where something is unknown, what would be achieved if all of it spoke for the target.
  page.targetAchieved = (row) => {
    const told = page.targetAmount(row, "achieved");
    const possible = page.targetAmount(row, "possible");
    if (told === "—" || possible === "—" || possible === told) return told;
    return [told, el("span", { class: "where" },
      page.voice.say("at_best", { value: possible }))];
  };
  page.targetRequired = (row) => {
    const told = page.targetAmount(row, "required");
    return told === "—" || !SIGNS[row.comparison] ? told : SIGNS[row.comparison] + " " + told;
  };
  // The engine's sentence, as in the tables; dates as the page writes them.
  page.targetReason = (row) =>
    ((page.voice.language === "zh" && row.reason_zh) || row.reason || "")
      .replace(/\b\d{4}-\d{2}-\d{2}\b/g, (date) => page.voice.date(date));
}
