// Supply against demand: what people have of the facilities that they share with others.

import { sortableTable } from "./table.js";
import { below, el, section, toRows } from "./text.js";

const FEW = 12;

const held = (page) => page.data.insights.supply;

// The chosen service where its supply was measured, else the first whose was.
function serviceOf(page) {
  const measured = Object.keys(held(page).places);
  return page.startService(measured.includes(page.state.service) ? page.state.service
    : measured[0]);
}

// A few decimals are enough; never 0 for what is more.
/** @type {(page: Page, value: number | null, decimals?: number) => string} */
function amount(page, value, decimals) {
  if (value === null) return "—";
  if (value === 0) return "0";
  const digits = decimals || 2;
  const told = new Intl.NumberFormat(page.voice.locale,
    { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const least = Math.pow(10, -digits);
  return value > 0 && value < least / 2 ? "<" + told.format(least) : told.format(value);
}

const SIGNS = { at_least: "≥ ", at_most: "≤ ", unsure: "≈ " };
const bounded = (page, value, bound) =>
  (value === null ? "—" : (SIGNS[bound] || "") + amount(page, value));

const unitOf = (page, row) => row.capacity_title || page.voice.value(row.capacity_attribute);

const limitOf = (page, service) => (service.limit_unit === "m"
  ? page.voice.metres(service.limit) : page.voice.minutes(service.limit));

function headline(page, service, city) {
  const { voice } = page;
  const facts = { service: voice.both(service.name), limit: limitOf(page, service),
    unit: unitOf(page, city), people: voice.count(city.people),
    measured: voice.count(city.people_measured),
    supply: amount(page, city.supply_per_1000_people), zero: voice.count(city.people_zero),
    share: voice.share(city.share_zero), unknown: voice.count(city.people_unknown),
    bounded: voice.count(city.people_bounded) };
  const gap = voice.language === "zh" ? "" : " ";
  const told = city.people_measured
    ? [el("b", {}, voice.say(city.method === "bfca" ? "supply_is_index" : "supply_is", facts)),
      gap, voice.say(city.people_zero ? "supply_zero" : "supply_nobody_zero", facts)]
    : [el("b", {}, voice.say("supply_none_known", facts))];
  if (city.people_unknown) told.push(gap, voice.say("supply_unknown", facts));
  if (city.people_bounded) told.push(gap, voice.say("supply_bounded", facts));
  return el("p", { class: "lead headline", "data-fact": "supply" }, told);
}

// "10: 1, 20: 0.68" as ends in the limit's unit with their weights.
function steps(page, service, decay) {
  const { voice } = page;
  const told = decay.split(", ").map((one) => one.split(": ").map(Number));
  return told.map(([end, weight]) => voice.say("supply_step", {
    end: service.limit_unit === "m" ? voice.metres(end) : voice.minutes(end),
    weight: voice.number(weight) })).join(voice.language === "zh" ? "、" : ", ");
}

function method(page, service, city) {
  const { voice } = page;
  const told = [voice.say("supply_method", { method: voice.value(city.method) })];
  if (!["none", "gaussian"].includes(city.decay)) {
    told.push(voice.say("supply_steps", { steps: steps(page, service, city.decay) }));
  }
  if (city.decay_basis === "assumption") told.push(voice.say("supply_assumed"));
  if (city.people_basis === "places_counted") told.push(voice.say("supply_counted"));
  told.push(voice.say("supply_edge"));
  return el("p", { class: "lead" }, told.join(voice.language === "zh" ? "" : " "));
}

const figure = (page, key, tell) => ({ key, title: page.voice.say("supply_head_" + key),
  kind: "number", value: (row) => row[key],
  cell: (row) => (row[key] === null ? "—" : tell(row[key], row)) });

function areaTable(page, rows) {
  const { voice } = page;
  return sortableTable({
    voice, rows, state: page.state.supplyAreaSort, name: "supply-areas",
    id: (row) => row.group_kind + row.group_id,
    columns: [
      { key: "group", title: voice.say("supply_head_area"), kind: "text",
        value: (row) => page.groupName(row.group),
        cell: (row) => [page.groupName(row.group),
          below(row.group_kind === "city" ? "" : voice.value(row.group_kind))] },
      figure(page, "people", voice.count),
      figure(page, "supply_per_1000_people", (value) => amount(page, value)),
      figure(page, "people_zero", voice.count),
      figure(page, "share_zero", voice.share),
      figure(page, "people_unknown", voice.count),
      figure(page, "gini", (value) => amount(page, value, 3)),
    ],
  }).node;
}

function worst(page, service) {
  const { voice } = page;
  const figures = toRows(held(page).places[service.id]);
  const rows = page.startResults(service.id).map((row) => ({ ...row, ...figures[row.number] }))
    .filter((row) => row.supply_per_1000_people !== null && row.people !== 0)
    .sort((a, b) => a.supply_per_1000_people - b.supply_per_1000_people || b.people - a.people);
  if (!rows.length) return null;
  return [el("h3", {}, voice.say("supply_worst", { service: voice.both(service.name) })),
    sortableTable({
      voice, rows, state: page.state.supplyPlaceSort, name: "supply-places", portion: FEW,
      id: (row) => row.number, onRow: (row) => page.select(row.number, true), chosen: null,
      columns: [
        { key: "name", title: voice.say("place"), kind: "text", value: (row) => row.name,
          cell: (row) => [voice.text(row.name), below(page.where(row))] },
        figure(page, "people", voice.count),
        figure(page, "supply_per_1000_people",
          (value, row) => bounded(page, value, row.bound)),
        figure(page, "facilities_within_limit", voice.count),
        { key: "reason", title: voice.title("reason"), kind: "text",
          value: (row) => voice.value(row.reason) },
      ],
    }).node];
}

function crowded(page, service, unit) {
  const { voice } = page;
  const rows = toRows(held(page).facilities).filter((row) => row.service === service.id)
    .sort((a, b) => Number(a.capacity_per_1000_people === null)
      - Number(b.capacity_per_1000_people === null)
      || a.capacity_per_1000_people - b.capacity_per_1000_people);
  if (!rows.length) return null;
  return [el("h3", {}, voice.say("supply_crowded", { service: voice.both(service.name) })),
    sortableTable({
      voice, rows, state: page.state.supplyFacilitySort, name: "supply-facilities", portion: FEW,
      id: (row) => row.facility_id,
      columns: [
        { key: "facility", title: voice.say("supply_head_facility"), kind: "text",
          value: (row) => row.facility || row.facility_id,
          cell: (row) => [row.facility || row.facility_id,
            below(row.reason ? voice.value(row.reason) : "")] },
        { key: "capacity", title: unit, kind: "number", value: (row) => row.capacity,
          cell: (row) => (row.capacity === null ? "—" : voice.number(row.capacity)) },
        figure(page, "people_within_limit", voice.count),
        figure(page, "people_competing", voice.count),
        figure(page, "capacity_per_1000_people",
          (value, row) => bounded(page, value, row.bound)),
      ],
    }).node];
}

export const supplySection = {
  id: "supply",
  after: "gaps",
  state: { supplyAreaSort: {}, supplyPlaceSort: {}, supplyFacilitySort: {} },
  make(page) {
    if (!held(page)) return null;
    const { voice } = page;
    const service = serviceOf(page);
    const rows = toRows(held(page).areas).filter((row) => row.service === service.id);
    const city = rows.find((row) => row.group_kind === "city");
    if (!city) return null;
    return section(page, "supply",
      el("p", { class: "lead" }, voice.say("supply_lead")),
      headline(page, service, city),
      method(page, service, city),
      el("h3", {}, voice.say("supply_areas", { service: voice.both(service.name),
        unit: unitOf(page, city) })),
      areaTable(page, rows),
      worst(page, service),
      crowded(page, service, unitOf(page, city)));
  },
};
