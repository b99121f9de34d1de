// Gaps: groups beside the city, comparisons, the bottom line, reported figures, inequality.

import { gapCards } from "./gapcards.js";
import { ends, notes, planHasOwn, toClose, told, toldDifference, worse } from "./gaptexts.js";
import { basisTag, distanceName, distanceText, rangeNote } from "./panels.js";
import { gapIntervalNote, intervalNote } from "./sure.js";
import { sortableTable } from "./table.js";
import { startNote } from "./startnote.js";
import { el, known, section } from "./text.js";

const KINDS = ["district", "plan_district", "setting", "group", "people_group", "town"];

/** @param {Page} page */
function kindSwitch(page, kinds) {
  const { voice, state } = page;
  return el("div", { class: "switch", role: "group" }, kinds.map((kind) => el("button", {
    type: "button", "data-kind": kind, "aria-pressed": state.kind === kind ? "true" : "false",
    click: () => { state.kind = kind; page.drawGaps(); },
  }, voice.value(kind))));
}

// A cell says the share, its bounds where people are unknown, and the difference to the city.
/** @param {Page} page */
function matrixCell(page, row, city) {
  const { voice } = page;
  if (!row) return el("td", { class: "number" }, "—");
  const both = known(row.share_people) && known(city.share_people);
  const difference = both ? row.share_people - city.share_people : null;
  const depth = difference !== null && difference < 0 ? Math.min(0.5, -difference) : 0;
  return el("td", {
    class: "number" + (depth ? " tinted" : ""), style: depth ? "background:rgba(213,94,0," + (depth * 0.8).toFixed(3) + ")"
      : null,
  }, el("span", { class: "share" }, voice.share(row.share_people)),
  el("span", { class: "where" }, both ? voice.points(difference) : ""),
  rangeNote(row, voice));
}

/** @param {Page} page */
function matrix(page, kind) {
  const { voice, data } = page;
  const rows = page.coverage.filter((row) => row.group_kind === kind);
  const groups = new Map(rows.map((row) => [row.group_id, row.group]));
  const found = new Map(rows.map((row) => [row.service + "\n" + row.group_id, row]));
  return el("div", { class: "table-frame matrix" }, el("table", {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, voice.say("service")),
      el("th", { scope: "col", class: "number" }, voice.value("city")),
      Array.from(groups.values(), (name) =>
        el("th", { scope: "col", class: "number" }, page.groupName(name))))),
    el("tbody", {}, data.services.map((service) => {
      const city = page.city(service.id);
      return el("tr", { "data-service": service.id,
        class: service.id === page.state.service ? "chosen" : null },
      el("th", { scope: "row" }, voice.both(service.name)),
      el("td", { class: "number" }, el("span", { class: "share" },
        voice.share(city.share_people)), rangeNote(city, voice)),
      Array.from(groups.keys(), (id) =>
        matrixCell(page, found.get(service.id + "\n" + id), city)));
    }))));
}

/** @param {Page} page */
function groupTable(page, kind) {
  const { voice, state } = page;
  const service = page.service(state.service);
  const rows = page.coverage.filter((row) => row.service === service.id
    && (row.group_kind === kind || row.group_kind === "city"));
  const whole = (key) => ({ key, title: voice.title(key), kind: "number",
    value: (row) => row[key], cell: (row) => voice.count(row[key]) });
  const share = { key: "share_people", title: voice.title("share_people"), kind: "number",
    value: (row) => row.share_people,
    cell: (row) => [voice.share(row.share_people), intervalNote(page, row),
      rangeNote(row, voice)] };
  const unit = service.limit_unit === "minutes" ? "minutes" : "m";
  const far = (name) => ({ key: name, title: distanceName(name, service, voice), kind: "number",
    value: (row) => row[name + "_" + unit],
    cell: (row) => distanceText(row, name, service, voice) });
  const people = page.data.weight === "people"
    ? ["people", "people_covered", "people_uncovered", "people_unknown",
      ...(rows.some((row) => row.people_missing >= 0.5) ? ["people_missing"] : [])].map(whole)
    : [];
  return sortableTable({
    voice, rows, state: state.groupSort, name: "groups-table", id: (row) => row.group_id,
    columns: [
      { key: "group", title: voice.value(kind), kind: "text",
        value: (row) => page.groupName(row.group) },
      ...["places", "places_covered", "places_uncovered", "places_unknown"].map(whole),
      ...people,
      share,
      far("mean"), far("median"), far("p90"), whole("places_unreachable"),
    ],
  }).node;
}

// ---- comparisons --------------------------------------------------------------------

const MEASURES = ["share", "mean", "median", "p90"];
/** @param {Page} page */
function measureSwitch(page) {
  const { voice, state } = page;
  return el("div", { class: "switch", role: "group" }, MEASURES.map((name) => el("button", {
    type: "button", "data-measure": name,
    "aria-pressed": state.gapMeasure === name ? "true" : "false",
    click: () => { state.gapMeasure = name; page.drawGaps(); },
  }, voice.say("gap_" + name))));
}

/** @param {Page} page */
const numberColumn = (page, key, title) => ({ key, title, kind: "number",
  value: (row) => row[key],
  cell: (row) => [told(row, row[key], page.voice), ends(row, key, told, page.voice)] });

/** @param {Page} page */
function gapColumns(page) {
  const { voice } = page;
  const drawn = (row) => gapIntervalNote(page, row,
    (value) => toldDifference(row, value, voice));
  return [
    { key: "group_a", title: voice.title("group_a"), kind: "text",
      value: (row) => page.groupName(row.group_a) },
    { key: "group_b", title: voice.title("group_b"), kind: "text",
      value: (row) => page.groupName(row.group_b) },
    numberColumn(page, "value_a", voice.title("value_a")),
    numberColumn(page, "value_b", voice.title("value_b")),
    { key: "difference", title: voice.title("difference"), kind: "number",
      value: (row) => row.difference,
      cell: (row) => [toldDifference(row, row.difference, voice),
        ends(row, "difference", toldDifference, voice), drawn(row)] },
    { key: "ratio", title: voice.title("ratio"), kind: "number", value: (row) => row.ratio,
      cell: (row) => (known(row.ratio) ? voice.number(row.ratio) : "—") },
    { key: "worse", title: voice.title("worse"), kind: "text",
      value: (row) => worse(page, row) },
  ];
}

const noteColumn = (voice) => ({ key: "reason", title: voice.say("gap_note"), kind: "text",
  value: (row) => notes(row, voice), cell: (row) => notes(row, voice) });

/** @param {Page} page */
function gapTable(page) {
  const { voice, state } = page;
  const service = page.service(state.service);
  const unit = service.limit_unit === "minutes" ? "minutes" : "m";
  const share = state.gapMeasure === "share";
  const own = planHasOwn(page);
  const measure = share ? "share_people" : state.gapMeasure + "_" + unit;
  const people = { key: "people_to_close", title: toClose(page, "to_close"),
    kind: "number", value: (row) => row.people_to_close,
    cell: (row) => (known(row.people_to_close) ? voice.count(row.people_to_close) : "—") };
  return [measureSwitch(page), sortableTable({
    voice, state: state.gapSort, name: "gaps-table", portion: 24,
    rows: page.gaps.filter((row) => row.service === service.id && row.measure === measure
      && row.comparison !== "bottom-line"
      && (own || row.comparison !== "plan_district-city")),
    columns: [
      { key: "comparison", title: voice.title("comparison"), kind: "text",
        value: (row) => page.comparisonName(row.comparison) },
      ...gapColumns(page), ...(share ? [people] : []), noteColumn(voice),
    ],
  }).node];
}

// ---- the bottom line ----------------------------------------------------------------

/** @param {Page} page */
function lineSource(page, row) {
  const { voice } = page;
  if (!row.target) return voice.say("bottom_line_of_" + row.group_b_id);
  const target = page.targets.find((one) => one.target === row.target);
  return voice.text(target ? target["title_" + voice.language] : row.target);
}

/** @param {Page} page */
function bottomCard(page, row) {
  const { voice } = page;
  const fact = (name, label, ...value) => el("div", { class: "fact", "data-fact": name },
    el("dt", {}, label), el("dd", {}, value));
  const note = notes(row, voice);
  return el("article", { class: "card bottom " + row.worse, "data-kind": row.kind_a },
    el("h3", {}, voice.say("bottom_" + row.kind_a + (row.target ? "_" + row.measure : ""))),
    el("p", { class: "headline" }, el("b", { class: "big" }, told(row, row.value_a, voice)),
      row.group_a ? page.groupName(row.group_a) : "—", " ", ends(row, "value_a", told, voice)),
    el("dl", {},
      fact("line", voice.value("bottom line"), told(row, row.value_b, voice)),
      fact("difference", voice.say("bottom_below"),
        row.worse === "above_line" ? voice.value("above_line")
          : toldDifference(row, row.difference, voice)),
      known(row.people_to_close) ? fact("people_to_close", toClose(page, "bottom_people"),
        voice.count(row.people_to_close)) : null),
    el("p", { class: "limit" }, basisTag(row.basis, voice), " ", lineSource(page, row)),
    note ? el("p", { class: "where" }, note) : null);
}

/** @param {Page} page */
function bottomLine(page) {
  const { voice, state } = page;
  const own = planHasOwn(page);
  const rows = page.gaps.filter((row) => row.comparison === "bottom-line"
    && row.service === state.service
    && (own || row.target || row.kind_a !== "plan_district"));
  if (!rows.length) return null;
  return [el("h3", {}, voice.say("bottom_title", {
    service: voice.both(page.service(state.service).name) })),
  el("p", { class: "lead" }, voice.say("bottom_lead")),
  el("div", { class: "cards bottom-lines" }, rows.map((row) => bottomCard(page, row)))];
}

// ---- reported figures ---------------------------------------------------------------

/** @param {Page} page */
function reported(page) {
  const { voice, data, state } = page;
  const rows = page.gaps.filter((row) => row.measure === "reported"
    && (known(row.value_a) || known(row.value_b)));
  if (!rows.length) return null;
  const where = (row) => (row.area ? " · " + row.area : "");
  return [el("h3", {}, voice.say("reported_title")),
    el("p", { class: "lead" }, voice.say("reported_lead")),
    sortableTable({
      voice, rows, state: state.reportedSort, name: "reported-table", portion: 24,
      columns: [
        { key: "indicator", title: voice.title("indicator"), kind: "text",
          value: (row) => voice.both(data.indicators[row.indicator] || { en: row.indicator })
            + where(row) },
        { key: "year", title: voice.title("year"), kind: "number", value: (row) => row.year,
          cell: (row) => (known(row.year) ? String(row.year) : "—") },
        ...gapColumns(page).map((one) => (one.key === "group_a" ? { ...one,
          value: (row) => (row.group_a ? page.groupName(row.group_a)
            : voice.say("each_district")) } : one)),
        noteColumn(voice),
      ],
    }).node];
}

// ---- inequality ---------------------------------------------------------------------

/** @param {Page} page */
function equityTable(page) {
  const { voice, state } = page;
  const own = planHasOwn(page);
  const rows = page.equity.filter((row) => row.service === state.service
    && (own || !row.measure.endsWith("plan_district")));
  if (!rows.length) return null;
  const meaning = (row) => voice.say("about_" + row.measure.replace(
    /^(dissimilarity|variation|theil_between|theil_within)_.*$/, "$1"));
  const value = (row) => {
    if (!known(row.value)) return "—";
    return row.measure === "fgt_0" ? voice.share(row.value) : voice.number(row.value);
  };
  return [el("h3", {}, voice.say("equity_title")),
    page.changed[state.service] ? startNote(page, "whatif_start_table") : null,
    el("p", { class: "lead" }, voice.say("equity_lead")),
    el("div", { class: "table-frame equity-table" }, el("table", {},
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, voice.title("measure")),
        el("th", { scope: "col", class: "number" }, voice.title("value")),
        el("th", { scope: "col" }, voice.say("equity_meaning")))),
      el("tbody", {}, rows.map((row) => el("tr", { "data-fact": row.measure },
        el("th", { scope: "row" }, voice.value(row.measure)),
        el("td", { class: "number" }, value(row)),
        el("td", {}, meaning(row),
          row.reason ? el("span", { class: "where" }, voice.value(row.reason)) : null))))))];
}

/** @param {Page} page */
export function gapsSection(page) {
  const { voice, state } = page;
  const own = planHasOwn(page);
  const kinds = KINDS.filter((kind) => (own || kind !== "plan_district")
    && page.coverage.some((row) => row.group_kind === kind));
  if (!kinds.includes(state.kind)) [state.kind] = kinds;
  const name = voice.both(page.service(state.service).name);
  const few = new Set(page.coverage.filter((row) => row.group_kind === state.kind)
    .map((row) => row.group_id)).size <= 12;
  return section(page, "gaps",
    gapCards(page),
    el("h3", {}, voice.say("gaps_matrix")),
    el("p", { class: "lead" }, voice.say("gaps_lead")),
    kindSwitch(page, kinds),
    few && kinds.length ? matrix(page, state.kind) : null,
    el("h3", {}, voice.say("groups_title", { service: name })),
    kinds.length ? groupTable(page, state.kind) : null,
    bottomLine(page),
    el("h3", {}, voice.say("comparisons_title", { service: name })),
    el("p", { class: "lead" }, voice.say("comparisons_lead")),
    gapTable(page),
    reported(page),
    equityTable(page));
}
