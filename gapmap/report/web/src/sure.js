// How sure the figures are: intervals of repeated draws, what matters most, places on the borderline.

import { marks } from "./layer.js";
import { basisTag } from "./panels.js";
import { shown } from "./registry.js";
import { sortableTable } from "./table.js";
import { el, known, section, svg, toRows } from "./text.js";

const FEW = 12;
const FEWEST = 20; // fewer draws make no interval
const WIDTH = 560;
const ROW = 30;
const LABELS = 170;
const EDGE = 62;
const COLOURS = { low: "#1b6ca8", high: "#d55e00", spread: "#8c8c8c" };
// From firmly uncovered to firmly covered, as CERTAINTIES of the Python package's sensitivity; unknown is last.
const FILLS = ["#d55e00", "#f0a56a", "#f7e08a", "#8fc1e3", "#1b6ca8"];
const SIZES = [5.5, 6, 7.5, 6, 4.5];

/** @param {Page} page */
const held = (page) => page.data.insights.sure;

// Rows of a table by a key, made once for a page.
/** @param {Page} page */
function index(page, name, key, rows) {
  page.sureKept = page.sureKept || {};
  if (!page.sureKept[name]) page.sureKept[name] = new Map(rows().map((row) => [key(row), row]));
  return page.sureKept[name];
}

const keyOf = (row) => [row.service, row.group_kind, row.group_id].join("\n");

// What was drawn is about the start: a what-if has no interval.
/** @param {Page} page */
const isStart = (page, row) => !(page.changed && page.changed[row.service]);

/** @param {Page} page */
const drawn = (page, row) => index(page, "intervals", keyOf, () => toRows(held(page).intervals))
  .get(keyOf(row)) || null;

/** @param {Page} page */
const intervalOf = (page, row) => (held(page) && isStart(page, row) ? drawn(page, row) : null);

/** @param {Page} page */
const between = (page, low, high, tell) => page.voice.say("sure_interval",
  { low: tell(low), high: tell(high) });

// The interval beside a share of coverage; nothing where nothing was drawn.
/** @param {Page} page */
export function intervalNote(page, row) {
  const found = intervalOf(page, row);
  if (!found || !known(found.share_draw_low)) return null;
  return [" ", el("span", { class: "range draws", title: page.voice.say("sure_interval_help") },
    between(page, found.share_draw_low, found.share_draw_high, page.voice.share)), " "];
}

// The sentence above coverage: what the brackets mean.
/** @param {Page} page */
export const intervalLead = (page) => (held(page)
  ? page.voice.say("sure_coverage", { what: varied(page) }) : "");

// How the bounds by unknown people are told: in brackets stand the draws, where there are any.
export const rangeWord = () => (shown.page && held(shown.page) ? "sure_range" : "range");

/** @param {Page} page */
export function gapIntervalNote(page, row, tell) {
  if (!held(page) || !isStart(page, row)) return null;
  const gap = index(page, "gaps", (one) => one.number, () => toRows(held(page).gaps))
    .get(row.number);
  if (!gap || !known(gap.difference_draw_low) || !known(gap.difference_draw_high)) return null;
  const sign = gap.share_same_sign;
  return el("span", { class: "where", title: page.voice.say("sure_interval_help") },
    page.voice.say("sure_gap", { low: tell(gap.difference_draw_low),
      high: tell(gap.difference_draw_high) }),
    known(sign) ? el("div", {}, page.voice.say("sure_same_sign",
      { share: page.voice.share(sign) })) : null);
}

/** @param {Page} page */
export function targetDraws(page, row) {
  const share = held(page) && isStart(page, row) ? held(page).targets[page.targets.indexOf(row)] : null;
  return known(share) ? el("span", { class: "where" },
    page.voice.say("sure_met", { share: page.voice.share(share) })) : null;
}

// The column of proposals that says in how many draws a site is chosen; none without draws.
/** @param {Page} page */
export function chosenColumn(page, service) {
  if (!held(page)) return [];
  const { voice } = page;
  const rows = index(page, "sites", (row) => row.service + "\n" + row.site_id,
    () => toRows(held(page).sites));
  const share = (row) => {
    const found = rows.get(service + "\n" + row.site_id);
    return found && known(found.chosen_share) ? found.chosen_share : null;
  };
  return [{ key: "chosen", title: voice.say("sure_head_draws"), kind: "number", value: share,
    cell: (row) => (share(row) === null ? "—"
      : voice.say("sure_chosen", { share: voice.share(share(row)) })) }];
}

// Sites that more draws choose than the least sure of those proposed.
/** @param {Page} page */
export function otherSites(page, service) {
  if (!held(page)) return null;
  const { voice } = page;
  const rows = toRows(held(page).sites).filter((row) => row.service === service
    && known(row.chosen_share));
  const least = Math.min(...rows.filter((row) => row.proposed).map((row) => row.chosen_share));
  const others = rows.filter((row) => !row.proposed && row.chosen_share > least).slice(0, 5);
  if (!others.length) return null;
  return el("p", { class: "lead" }, voice.say("sure_sites", {
    names: others.map((row) => voice.say("sure_site", { name: row.name || row.site_id,
      share: voice.share(row.chosen_share) })).join(voice.say("sure_comma")) }));
}

// ---- words --------------------------------------------------------------------------

// What varied in this study, as a list of words: "speeds, positions and limits"; of a service
// only what moves it, if anything does.
/** @type {(page: Page, service?: Service) => string} */
function varied(page, service) {
  const { voice } = page;
  const moving = toRows(held(page).tornado)
    .filter((row) => service && row.service === service.id && row.share_swing > 0);
  const names = moving.length ? moving.map((row) => row.assumption)
    : held(page).tornado.assumption;
  const kinds = ["speed", "position", "limit", "people", "ferry_wait"]
    .filter((kind) => names.some((name) => name === kind || name.startsWith(kind + ":")));
  const words = kinds.map((kind) => voice.say("sure_what_" + kind));
  const last = words.pop() || "";
  return words.length ? words.join(voice.say("sure_comma")) + voice.say("sure_and") + last : last;
}

/** @param {Page} page */
function sentence(page, service) {
  const { voice } = page;
  const city = page.startCity(service.id);
  const found = drawn(page, city);
  const name = voice.both(service.name);
  if (!found || !known(found.share_draw_low)) {
    return el("p", { class: "lead" }, voice.say(
      held(page).count < FEWEST ? "sure_few" : "sure_nobody", { service: name }));
  }
  const told = voice.say("sure_sentence_" + page.data.weight, { what: varied(page, service),
    service: name, low: voice.share(found.share_draw_low),
    high: voice.share(found.share_draw_high) });
  const open = found.share_low_with_unknown < found.share_draw_low
    || found.share_high_with_unknown > found.share_draw_high;
  const shown = voice.share(city.share_people); // an end that reads the same is within
  const ends = [found.share_draw_low, found.share_draw_high].map(voice.share);
  const aside = ["above", "below"].includes(found.assessed_is) && !ends.includes(shown)
    ? voice.say("sure_" + found.assessed_is, { share: shown }) : "";
  return [el("p", { class: "lead", "data-fact": "interval" }, el("b", {}, told)),
    aside ? el("p", { class: "lead", "data-fact": "aside" }, aside) : null,
    open ? el("p", { class: "lead" }, voice.say("sure_unknown", {
      low: voice.share(found.share_low_with_unknown),
      high: voice.share(found.share_high_with_unknown) })) : null];
}

// ---- what was varied ----------------------------------------------------------------

/** @param {Page} page */
const whole = (page, share) => page.voice.number(Math.round(share * 1000) / 10) + "%";
/** @param {Page} page */
const around = (page, part) => ({ low: whole(page, 1 - part), high: whole(page, 1 + part) });

/** @param {Page} page */
function ranges(page) {
  const { voice } = page;
  const one = held(page).assumptions;
  const files = Object.entries(one.position_m_by_file).map(([file, metres]) =>
    voice.say("sure_position_file", { file, metres: voice.metres(metres) }));
  const anywhere = one.position_m > 0 || files.length;
  const bases = one.limit_bases.map(voice.value).join(voice.say("sure_comma"));
  const waits = [one.ferry_wait ? voice.say("sure_ferry_known") : null,
    one.ferry_wait_otherwise > 0
      ? voice.say("sure_ferry_other", around(page, one.ferry_wait_otherwise)) : null];
  /** @type {[string, string[]][]} */
  const every = [
    ["speed", one.speed > 0 ? [voice.say("sure_speed_range", around(page, one.speed))] : []],
    ["position", anywhere ? [voice.say("sure_position_range",
      { metres: voice.metres(one.position_m) }), ...files] : []],
    ["limit", one.limit > 0
      ? [voice.say("sure_limit_range", { ...around(page, one.limit), bases })] : []],
    ["people", one.people > 0 || one.people_common > 0 ? [voice.say("sure_people_range",
      { own: whole(page, one.people), common: whole(page, one.people_common) })] : []],
    ["ferry_wait", waits.filter(Boolean)],
  ];
  return every.filter(([kind, told]) => told.length && held(page).tornado.assumption.some((name) =>
    name === kind || name.startsWith(kind + ":")));
}

/** @param {Page} page */
function assumptions(page) {
  const { voice } = page;
  const { source } = held(page).assumptions;
  const heads = ["sure_head_what", "sure_head_range", "sure_head_basis"];
  return [el("h3", {}, voice.say("sure_assumptions")),
    el("div", { class: "table-frame sure-assumptions" }, el("table", {},
      el("thead", {}, el("tr", {}, heads.map((key) =>
        el("th", { scope: "col" }, voice.say(key))))),
      el("tbody", {}, ranges(page).map(([kind, told]) => el("tr", { "data-assumption": kind },
        el("td", {}, voice.say("sure_what_" + kind)),
        el("td", {}, told.map((line) => el("div", {}, line))),
        el("td", {}, basisTag("assumption", voice), " ",
          source && source !== "assumption" ? el("span", { class: "where" }, source) : null)))))),
  ];
}

// ---- the tornado --------------------------------------------------------------------

/** @param {Page} page */
function endText(page, row, end) {
  const factor = row[end];
  const share = page.voice.share(row["share_at_" + end]);
  if (!known(factor)) return share;
  return page.voice.say("sure_" + end + "_end", { factor: "×" + page.voice.number(Math.round(factor * 1000) / 1000) })
    + " " + share;
}

/** @param {Page} page */
function bars(page, rows, base) {
  const { voice } = page;
  const ends = rows.reduce((all, row) => all.concat(row.share_at_low, row.share_at_high), [base]);
  const least = Math.min(...ends), most = Math.max(...ends);
  const span = Math.max(most - least, 0.005);
  const right = WIDTH - EDGE;
  const x = (share) => LABELS + EDGE + ((share - least) / span) * (right - LABELS - EDGE);
  const height = rows.length * ROW + 6;
  const text = (at, y, anchor, told) => svg("text", { x: at, y: y + 4, "text-anchor": anchor,
    "font-size": 12, fill: "#1f2a33" }, told);
  const drawn = rows.map((row, number) => {
    const y = number * ROW + ROW / 2 + 3;
    const random = !known(row.low);
    const bar = (from, to, colour) => svg("rect", { x: Math.min(x(from), x(to)), y: y - 8,
      width: Math.abs(x(to) - x(from)), height: 16, fill: colour });
    const parts = random
      ? [bar(row.share_at_low, row.share_at_high, COLOURS.spread)]
      : [bar(base, row.share_at_low, COLOURS.low), bar(base, row.share_at_high, COLOURS.high)];
    const low = Math.min(row.share_at_low, row.share_at_high);
    const high = Math.max(row.share_at_low, row.share_at_high);
    return svg("g", { "data-assumption": row.assumption },
      svg("title", {}, endText(page, row, "low") + " · " + endText(page, row, "high")),
      text(LABELS - 8, y, "end", voice.value(row.assumption)), parts,
      text(Math.min(x(low), x(base)) - 5, y, "end", voice.share(low)),
      text(Math.max(x(high), x(base)) + 5, y, "start", voice.share(high)));
  });
  return svg("svg", { class: "tornado", viewBox: "0 0 " + WIDTH + " " + height,
    width: WIDTH, height, role: "img", style: "max-width:100%;height:auto",
    "aria-label": rows.map((row) => page.voice.value(row.assumption) + " " + endText(page, row, "low")
      + " · " + endText(page, row, "high")).join("; ") },
  drawn, svg("line", { x1: x(base), x2: x(base), y1: 0, y2: height, stroke: "#1f2a33",
    "stroke-width": 1.2 }));
}

/** @param {Page} page */
function tornado(page, service) {
  const { voice } = page;
  const all = toRows(held(page).tornado).filter((row) => row.service === service.id)
    .sort((a, b) => a.rank - b.rank);
  const base = page.startCity(service.id).share_people;
  if (!all.length || !known(base)) return null;
  const acts = (row) => known(row.share_swing) && row.share_swing > 0;
  const rows = all.filter(acts);
  const idle = all.filter((row) => row.reason === "no_swing").map((row) => voice.value(row.assumption));
  return [
    el("h3", {}, voice.say("sure_tornado", { service: voice.both(service.name) })),
    el("p", { class: "lead" }, voice.say("sure_tornado_lead", { share: voice.share(base) })),
    rows.length ? el("div", { class: "table-frame" }, bars(page, rows, base)) : null,
    idle.length ? el("p", { class: "where" }, voice.say("sure_tornado_none",
      { names: idle.join(voice.say("sure_comma")) })) : null,
  ];
}

// ---- places -------------------------------------------------------------------------

/** @param {Page} page */
const stepOf = (page, number) => {
  const places = held(page).places[page.state.service];
  return places ? places.certainty[number] : null;
};

/** @param {Page} page */
function villages(page, service) {
  const { voice } = page;
  const places = held(page).places[service.id];
  const title = el("h3", {}, voice.say("sure_villages", { service: voice.both(service.name) }));
  const unsure = page.startResults(service.id)
    .filter((row) => [1, 2, 3].includes(places.certainty[row.number]))
    .map((row) => ({ ...row, covered: places.covered[row.number],
      step: places.certainty[row.number] }));
  if (!unsure.length) return [title, el("p", { class: "lead" }, voice.say("sure_villages_none"))];
  const borderline = unsure.filter((row) => row.step === 2).length;
  const word = (row) => voice.value(held(page).certainties[row.step]);
  const people = page.data.weight === "people" ? [{ key: "people", title: voice.title("people"),
    kind: "number", value: (row) => row.people, cell: (row) => voice.count(row.people) }] : [];
  return [title,
    el("p", { class: "lead" }, voice.say("sure_villages_lead", {
      borderline: voice.count(borderline), probable: voice.count(unsure.length - borderline) })),
    sortableTable({
      voice, rows: unsure, state: page.state.sureSort, name: "sure-places", portion: FEW,
      id: (row) => row.number, onRow: (row) => page.select(row.number, true), chosen: null,
      columns: [
        { key: "place", title: voice.say("place"), kind: "text", value: (row) => row.name,
          cell: (row) => [voice.text(row.name), el("span", { class: "where" }, " ",
            page.where(row))] },
        ...people,
        { key: "way", title: voice.say(service.limit_unit === "minutes" ? "time" : "distance"),
          kind: "number",
          value: (row) => (service.limit_unit === "minutes" ? row.minutes : row.distance_m),
          cell: (row) => page.wayText(row, service) },
        { key: "status", title: voice.title("status"), kind: "text", value: (row) => row.status,
          cell: (row) => voice.value(row.status) },
        { key: "covered", title: voice.say("sure_covered_in"), kind: "number",
          value: (row) => row.covered,
          cell: (row) => voice.say("sure_of_draws", { share: voice.share(row.covered) }) },
        { key: "certainty", title: voice.title("certainty"), kind: "text", value: word },
      ],
    }).node];
}

const markOf = (step) => ({ shape: "circle", radius: SIZES[step], color: "#4a3b30", weight: 0.9,
  fill: FILLS[step], order: step === 2 ? 3 : step });

export const sureColouring = {
  id: "sure",
  offered: (page) => Boolean(held(page)),
  mark(page, number) {
    const step = stepOf(page, number);
    return step === null || step >= FILLS.length ? marks.unknown : markOf(step);
  },
  legend(page) {
    const shown = page.startResults(page.state.service).filter((row) => row.lon !== null);
    const lines = held(page).certainties.map((name, step) => ({
      id: "sure_" + name, label: page.voice.value(name),
      mark: step < FILLS.length ? markOf(step) : marks.unknown,
      count: shown.filter((row) => stepOf(page, row.number) === step).length,
    }));
    const unknown = lines.pop();
    return [...lines.reverse(), unknown].filter((line) => line.count > 0);
  },
};

export const sureSection = {
  id: "sure",
  after: "coverage",
  state: { sureSort: { key: "people", descending: true } },
  make(page) {
    if (!held(page) || !page.state.service) return null;
    const { voice } = page;
    const service = page.startService(page.state.service);
    return section(page, "sure",
      el("p", { class: "lead" }, voice.say("sure_lead", { count: voice.count(held(page).count) })),
      sentence(page, service),
      tornado(page, service),
      assumptions(page),
      villages(page, service),
      page.targets.length ? el("p", { class: "lead" }, voice.say("sure_targets",
        { count: voice.count(held(page).judged) })) : null);
  },
};
