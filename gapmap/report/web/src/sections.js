// The sections below the first screen: targets, coverage, proposals, method, sources.

import { basisTag, coverageBar, limitText, rangeNote } from "./panels.js";
import { intervalLead, intervalNote, targetDraws } from "./sure.js";
import { startNote } from "./startnote.js";
import { sortableTable } from "./table.js";
import { el, section } from "./text.js";

const TARGET_STATES = ["met", "on_course", "behind", "overdue", "not_measurable"];

/** @param {Page} page */
export function chips(page, names, counts, chosen, onChoose) {
  const { voice } = page;
  return el("div", { class: "chips", role: "group" }, names.map((name) =>
    el("button", {
      type: "button", class: "chip " + name, "data-chip": name,
      "aria-pressed": chosen === name ? "true" : "false",
      click: () => onChoose(chosen === name ? null : name),
    }, el("b", {}, voice.count(counts[name] || 0)), " ", voice.value(name))));
}

function tally(rows, key) {
  const counts = {};
  for (const row of rows) counts[row[key]] = (counts[row[key]] || 0) + 1;
  return counts;
}

// ---- the plan's targets -------------------------------------------------------------

/** @param {Page} page */
function targetLine(page, row, part, folded) {
  const { voice } = page;
  const scope = row["unit_" + voice.language] || row.unit;
  return el("tr", { class: part ? "part" : "whole", "data-target": row.target,
    hidden: part && !page.state.unfolded[row.target] },
  el("td", {}, el("span", { class: "state " + row.status }, voice.value(row.status))),
  el("td", { class: "clause" }, part ? "" : row.clause),
  part ? el("td", {}, scope) : el("td", {}, folded,
    el("span", { class: "target-name" }, voice.text(row["title_" + voice.language])),
    el("span", { class: "where" }, scope),
    row.quote ? el("span", { class: "where quote", lang: "zh-CN" }, row.quote) : null),
  el("td", { class: "number" }, page.targetRequired(row)),
  el("td", { class: "number" }, page.targetAchieved(row), targetDraws(page, row)),
  el("td", { class: "number" }, page.targetAmount(row, "shortfall")),
  el("td", { class: "date" }, part || !row.due ? (part ? "" : "—") : voice.date(row.due)),
  el("td", {}, row.basis ? basisTag(row.basis, voice) : "—"),
  el("td", { class: "reason" }, page.targetReason(row)));
}

/** @param {Page} page */
function foldButton(page, target, parts) {
  const { voice, state } = page;
  const open = Boolean(state.unfolded[target]);
  return el("button", {
    type: "button", class: "fold", "aria-expanded": open ? "true" : "false",
    "data-fold": target,
    title: voice.say("units", { count: voice.count(parts.length) }),
    click: () => { state.unfolded[target] = !open; page.drawTargets(); },
  }, open ? "▾" : "▸");
}

/** @param {Page} page */
export function targetsSection(page) {
  const { voice, state } = page;
  if (!page.targets.length) {
    return section(page, "targets", el("p", { class: "none" }, voice.say("no_plan")));
  }
  const groups = new Map();
  for (const row of page.targets) {
    if (!groups.has(row.target)) groups.set(row.target, []);
    groups.get(row.target).push(row);
  }
  const wholeOf = (rows) => rows.find((row) => row.overall) || rows[0];
  const wholes = Array.from(groups.values(), wholeOf);
  const lines = [];
  for (const [target, rows] of groups) {
    const whole = wholeOf(rows);
    if (state.targetState && whole.status !== state.targetState) continue;
    const parts = rows.filter((row) => row !== whole);
    lines.push(targetLine(page, whole, false,
      parts.length ? foldButton(page, target, parts) : null));
    for (const row of parts) lines.push(targetLine(page, row, true, null));
  }
  const heads = ["status", "clause", "target", "required", "achieved", "shortfall", "due",
    "basis", "reason"];
  const numbers = ["required", "achieved", "shortfall"];
  return section(page, "targets",
    el("p", { class: "lead" }, voice.say("targets_lead", { count: voice.count(wholes.length) })),
    chips(page, TARGET_STATES, tally(wholes, "status"), state.targetState, (name) => {
      state.targetState = name;
      page.drawTargets();
    }),
    el("div", { class: "table-frame targets-table" }, el("table", {},
      el("thead", {}, el("tr", {}, heads.map((key) => el("th", {
        scope: "col", class: numbers.includes(key) ? "number" : null,
      }, voice.title(key))))),
      el("tbody", {}, lines))));
}

// ---- coverage of every service ------------------------------------------------------

/** @param {Page} page */
function coverageCard(page, service) {
  const { voice, data } = page;
  const row = page.city(service.id);
  const people = data.weight === "people";
  const line = (name, label, value) => el("div", { class: "fact", "data-fact": name },
    el("dt", {}, label), el("dd", {}, value));
  return el("article", { class: "card", "data-service": service.id },
    el("h3", {}, el("button", { type: "button", click: () => page.choose(service.id, true),
      title: voice.say("show_on_map") }, voice.both(service.name))),
    el("p", { class: "headline" }, el("b", { class: "big" }, voice.share(row.share_people)),
      intervalNote(page, row), rangeNote(row, voice)),
    coverageBar(row, voice),
    el("dl", {},
      people ? line("people_uncovered", voice.say("people_uncovered"),
        voice.count(row.people_uncovered)) : null,
      line("places_uncovered", voice.say("places_uncovered"),
        voice.say("of", { part: voice.count(row.places_uncovered), all: voice.count(row.places) })),
      line("places_unknown", voice.say("places_unknown"), voice.count(row.places_unknown)),
      page.gaps.filter((gap) => gap.service === service.id && gap.measure === "share_people"
        && (gap.comparison === "urban-rural" || gap.comparison.endsWith("-rest")))
        .map((gap) => line(gap.comparison, page.comparisonName(gap.comparison),
          voice.points(gap.difference)))),
    el("p", { class: "limit" }, limitText(service, voice), " ",
      basisTag(service.basis, voice), " ",
      service.source !== "assumption" ? el("span", { class: "source" }, service.source) : null));
}

/** @param {Page} page */
export function coverageSection(page) {
  return section(page, "coverage",
    el("p", { class: "lead" }, intervalLead(page) || page.voice.say("coverage_lead")),
    el("div", { class: "cards" },
      page.data.services.map((service) => coverageCard(page, service))));
}

// ---- method and sources -------------------------------------------------------------

// How the network was used: joins, water and borders, ferries whose waiting is assumed.
/** @param {Page} page */
function roadPoints(page) {
  const { voice } = page;
  const { roads } = page.data;
  if (!roads) return [];
  return [
    voice.say("method_join", { snap: voice.count(roads.snap_m),
      walk: voice.number(roads.walk_kmh) }),
    roads.water ? voice.say("method_water") : null,
    roads.borders ? voice.say("method_borders") : null,
    roads.waits_assumed ? voice.say("method_ferry_wait", {
      count: voice.count(roads.waits_assumed), all: voice.count(roads.ferries),
      wait: voice.number(roads.wait_minutes) }) : null,
  ].filter(Boolean);
}

// Along what it was measured: roads, land, straight lines; which of them this study uses.
function wayPoints(data) {
  const surface = (data.grids || {}).surface;
  const onLand = surface ? data.services.filter((one) => one.mode === "surface").length : 0;
  const points = data.about.has_network ? ["method_network"] : [];
  if (!points.length && onLand < data.services.length) points.push("method_straight");
  if (onLand) points.push("method_surface");
  if (surface && data.services.some((one) => one.off_road === "surface")) {
    points.push("method_off_road");
  }
  return points.length ? points : ["method_straight"];
}

function speedText(row, voice) {
  if (row.speed_kmh !== null) return voice.number(row.speed_kmh) + " km/h";
  if (!row.default_kmh.length) return "—";
  const [low, high] = row.default_kmh.map(voice.number);
  return voice.say(low === high ? "speed_default" : "speed_by_class", { low, high });
}

/** @param {Page} page */
export function methodSection(page) {
  const { voice, data } = page;
  // A standard's metres, mostly a straight radius, that are measured along ways.
  const stricter = data.services.map((one) => page.startService(one.id)).some((one) =>
    one.basis === "standard" && one.limit_unit === "m" && one.mode !== "straight");
  const points = ["status", "measured", "limit", "counts", "bounds", "distance", "gap", "basis",
    ...(stricter ? ["standard"] : []), "outline"];
  const weight = data.weight === "people" ? "weight_people" : "weight_places";
  const mean = (service) => page.startResult(service.id, 0);
  return section(page, "method",
    el("ul", { class: "method" },
      wayPoints(data).map((point) => el("li", {}, voice.say(point))),
      roadPoints(page).map((told) => el("li", {}, told)),
      el("li", {}, voice.say("method_" + weight)),
      points.map((point) => el("li", {}, voice.say("method_" + point)))),
    Object.keys(page.changed).length ? startNote(page, "whatif_start_table") : null,
    sortableTable({
      voice, rows: data.services.map((one) => page.startService(one.id)), state: {},
      name: "services-table",
      columns: [
        { key: "service", title: voice.say("service"), kind: "text",
          value: (row) => voice.both(row.name) },
        { key: "limit", title: voice.title("limit"), kind: "text",
          value: (row) => limitText(row, voice) },
        { key: "basis", title: voice.title("basis"), kind: "text", value: (row) => row.basis,
          cell: (row) => basisTag(row.basis, voice) },
        { key: "source", title: voice.title("source"), kind: "text",
          value: (row) => (row.source === "assumption" ? voice.value("assumption") : row.source) },
        { key: "measured", title: voice.title("measured"), kind: "text",
          value: (row) => (mean(row) ? voice.say("measured_" + mean(row).measured)
            .replace(/^measured_/, "") : "—") },
        { key: "speed", title: voice.say("speed"), kind: "text",
          value: (row) => speedText(row, voice) },
      ],
    }).node);
}

/** @param {Page} page */
export function sourcesSection(page) {
  const { voice, data } = page;
  const { about } = data;
  const text = (key, value) => ({ key, title: voice.title(key), kind: "text", value });
  return section(page, "sources",
    el("dl", { class: "facts wide" }, [
      ["credit", about.credit || null], ["crs", about.crs], ["version", about.version ? "gapmap " + about.version : null],
      ["facility_date", about.date && voice.date(about.date)],
      ["latest_opened", about.latest_opened && voice.date(about.latest_opened)],
    ].map(([key, value]) => el("div", { class: "fact" }, el("dt", {}, voice.say(key)),
      el("dd", {}, voice.text(value))))),
    about.inputs.length ? sortableTable({
      voice, rows: about.inputs, state: {}, name: "inputs-table",
      columns: [text("file", (row) => row.name),
        { ...text("role", (row) => row.role), cell: (row) => voice.say("role_" + row.role).replace(/^role_/, "") },
        { key: "data", title: voice.say("data"), kind: "text",
          value: (row) => voice.say(row.simulated ? "simulated" : "not_simulated") },
        { key: "size_bytes", title: voice.title("size_bytes"), kind: "number",
          value: (row) => row.size_bytes, cell: (row) => voice.count(row.size_bytes) },
        { ...text("sha256", (row) => row.sha256),
          cell: (row) => el("code", {}, row.sha256) }],
    }).node : el("p", { class: "none" }, voice.say("no_inputs")),
    el("p", { class: "where versions" }, voice.say("versions"), " ",
      el("code", {}, Object.entries(about.versions).map(([name, one]) =>
        name + " " + one).join(" · "))),
    el("p", { class: "imprint" }, voice.say("imprint")));
}
