// The linked panels of the first screen: services, the chosen service, villages, map, legend.

import { chosenColouring, colourControl } from "./colouring.js";
import { kindLine } from "./kinds.js";
import { siteMark, swatch } from "./layer.js";
import { furtherLines } from "./mapside.js";
import { marks, serviceMark, siteLines } from "./marks.js";
import { intervalNote, rangeWord } from "./sure.js";
import { el } from "./text.js";

const STATES = ["covered", "uncovered", "unknown"];

/** @param {Page} page */
export const languageSwitch = (page) => el("div", { class: "languages", role: "group",
  "aria-label": "语言 / language" },
[["zh", "中文"], ["en", "English"]].map(([language, name]) => el("button", {
  type: "button", lang: language, "data-language": language,
  "aria-pressed": page.state.language === language ? "true" : "false",
  click: () => page.speak(language),
}, name)));

export function limitText(service, voice) {
  return voice.say(service.limit_unit === "minutes" ? "limit_minutes" : "limit_m", {
    mode: voice.value(service.mode),
    limit: voice.number(service.limit),
  });
}

export function basisTag(basis, voice) {
  return el("span", { class: "tag basis-" + basis, title: voice.say("basis_help") },
    voice.value(basis));
}

// Covered, uncovered and unknown people as one bar; the widths are those of the table.
export function coverageBar(row, voice) {
  const total = row.people > 0 ? row.people + row.people_missing : 0;
  const parts = STATES.map((state) => {
    const part = row["people_" + state] + (state === "unknown" ? row.people_missing : 0);
    if (!total || !(part > 0)) return null;
    return el("span", {
      class: "part " + state, style: "width:" + (100 * part) / total + "%",
      title: voice.value(state) + " " + voice.count(part),
    });
  });
  return el("span", { class: "bar", "aria-hidden": "true" }, parts);
}

export function rangeNote(row, voice) {
  if (!(row.people_unknown + row.people_missing > 0)) return null;
  const low = voice.share(row.share_people_low), high = voice.share(row.share_people_high);
  if (low === high) return null;
  return el("span", { class: "range", title: voice.say("range_help") },
    voice.say(rangeWord(), { low, high }));
}

/** @param {Page} page */
export function serviceList(page) {
  const { voice, data, state } = page;
  return el("div", { class: "services", role: "listbox", "aria-label": voice.say("services") },
    data.services.map((service) => {
      const row = page.city(service.id);
      return el("button", {
        type: "button", role: "option", class: "service",
        "aria-selected": service.id === state.service ? "true" : "false",
        tabindex: service.id === state.service ? 0 : -1,
        "data-service": service.id, click: () => page.choose(service.id),
      },
      el("span", { class: "name", title: voice.both(service.name) }, voice.both(service.name)),
      coverageBar(row, voice),
      el("span", { class: "figure" }, voice.share(row.share_people)));
    }));
}

function fact(label, value, name) {
  return el("div", { class: "fact", "data-fact": name }, el("dt", {}, label), el("dd", {}, value));
}

// A quantile that is empty because too many cannot get there at all is not simply unknown.
export function distanceText(row, measure, service, voice) {
  const unit = service.limit_unit === "minutes" ? "minutes" : "m";
  const value = row[measure + "_" + unit];
  if (value === null && measure !== "mean" && row.people_unreachable > 0) {
    return voice.say("unreachable");
  }
  return voice.measured(value, unit);
}

export const distanceName = (measure, service, voice) =>
  voice.say(measure + (service.limit_unit === "minutes" ? "_minutes" : "_m"));

/** @param {Page} page */
export function gapLines(page, service) {
  const { voice } = page;
  const shown = page.gaps.filter((gap) => gap.service === service.id
    && gap.measure === "share_people"
    && (gap.comparison === "urban-rural" || gap.comparison.endsWith("-rest")));
  const share = (gap, side) => ((gap.reason || "").split("+").includes("no_places_" + side)
    ? voice.say("gap_no_places") : voice.share(gap["value_" + side]));
  return shown.map((gap) => el("div", { class: "gap-line", "data-gap": gap.comparison,
    title: page.comparisonName(gap.comparison) },
    el("span", {}, page.groupName(gap.group_a) + " " + share(gap, "a")),
    el("span", {}, page.groupName(gap.group_b) + " " + share(gap, "b")),
    el("b", {}, voice.points(gap.difference))));
}

/** @param {Page} page */
export function serviceDetail(page) {
  const { voice, state } = page;
  const service = page.service(state.service);
  const row = page.city(service.id);
  const people = page.data.weight === "people";
  return el("div", { class: "detail", "data-service": service.id },
    el("h2", {}, voice.both(service.name)),
    el("p", { class: "limit" }, limitText(service, voice), " ",
      basisTag(service.basis, voice), " ",
      service.source && service.source !== "assumption"
        ? el("span", { class: "source" }, service.source) : null),
    el("p", { class: "headline" },
      el("b", { class: "big" }, voice.share(row.share_people)),
      intervalNote(page, row),
      el("span", {}, voice.say(people ? "share_of_people" : "share_of_places")),
      rangeNote(row, voice)),
    coverageBar(row, voice),
    el("dl", { class: "facts" },
      people ? fact(voice.say("people_uncovered"), voice.count(row.people_uncovered),
        "people_uncovered") : null,
      fact(voice.say("places_uncovered"),
        voice.say("of", { part: voice.count(row.places_uncovered), all: voice.count(row.places) }),
        "places_uncovered"),
      people ? fact(voice.say("people_unknown"), voice.count(row.people_unknown),
        "people_unknown") : null,
      row.people_missing >= 0.5 ? fact(voice.title("people_missing"),
        voice.count(row.people_missing), "people_missing") : null,
      fact(voice.say("places_unknown"), voice.count(row.places_unknown), "places_unknown"),
      ["mean", "median", "p90"].map((name) => fact(distanceName(name, service, voice),
        distanceText(row, name, service, voice), name)),
      fact(voice.say("places_unreachable"), voice.count(row.places_unreachable),
        "places_unreachable")),
    gapLines(page, service));
}

// What a what-if builds and switches off of the chosen service, as it is marked on the map.
/** @param {Page} page */
function whatifLines(page) {
  const { whatif, state } = page;
  if (!whatif || !whatif.active || !whatif.model.ids.includes(state.service)) return [];
  const { now } = whatif.wanted;
  const service = whatif.model.service(state.service);
  const seen = (at) => service.spots.lon[at] !== null;
  const built = service.id.filter((id, at) => at >= service.existing && now.on.has(id) && seen(at));
  const off = service.id.filter((id, at) => now.off.has(id) && seen(at));
  /** @type {[string, number, Mark][]} */
  const lines = [["whatif_built", built.length, marks.built], ["whatif_off", off.length, marks.off]];
  return lines.filter(([, count]) => count > 0);
}

/** @param {Page} page */
export function mapLegend(page) {
  const { voice, data, state } = page;
  const list = data.map.facilities[state.service];
  const built = (kind) => list.kind.filter((one, i) => one === kind && list.lon[i] !== null);
  const proposed = page.sites(state.service);
  const further = furtherLines(page);
  const line = (kind, label, number, mark, help) => el("li", { "data-legend": kind, title: help },
    swatch(mark || kind), el("span", {}, label), el("b", {}, voice.count(number)));
  return el("div", {}, colourControl(page), el("ul", { class: "legend" },
    chosenColouring(page).legend(page).map((one) =>
      line(one.id, one.label, one.count, one.mark, one.help)),
    line("serves", voice.say("facility_serves"), built("serves").length,
      further.length ? serviceMark(page.chart.services.indexOf(state.service)) : null),
    further.map(([id, label, count, mark]) => line("facilities-" + id, label, count, mark)),
    built("fails").length
      ? line("fails", voice.say("facility_fails"), built("fails").length) : null,
    built("doubtful").length
      ? line("doubtful", voice.say("facility_doubtful"), built("doubtful").length) : null,
    whatifLines(page).map(([kind, count, mark]) =>
      line(kind, voice.say("legend_" + kind), count, mark)),
    proposed ? siteLines(voice, proposed).map(([id, label, count, mark]) =>
      line(id, label, count, mark)) : null,
    el("li", {}, el("label", {},
      el("input", {
        type: "checkbox", checked: state.ways, id: "ways",
        change: (event) => { state.ways = event.target.checked; page.drawMap(); },
      }), swatch("way"), el("span", {}, voice.say("ways"))))));
}

// What the map cannot show is said beside it.
/** @param {Page} page */
export function offMap(page) {
  const { voice, data, state } = page;
  const lost = data.map.places.lon.filter((lon) => lon === null).length;
  const list = data.map.facilities[state.service];
  const unplaced = list.lon.filter((lon) => lon === null).length;
  const told = [];
  if (lost) told.push(voice.say("places_off_map", { count: voice.count(lost) }));
  if (unplaced) told.push(voice.say("facilities_off_map", { count: voice.count(unplaced) }));
  const later = data.map.not_at_date[state.service];
  if (later) {
    told.push(voice.say("facilities_not_at_date", { count: voice.count(later) }));
  }
  return told.join(" ");
}

// A small card: one place with all its services.
/** @param {Page} page */
export function placeCard(page, number) {
  const { voice, data } = page;
  const places = data.map.places;
  return el("div", { class: "card-body" },
    el("h3", {}, voice.text(places.name[number])),
    el("p", { class: "where" },
      [page.where({ town: places.town[number], district: places.district[number] }),
        voice.value(places.setting[number]),
        data.weight === "people"
          ? voice.say("people") + " " + voice.count(places.people[number]) : null,
      ].filter(Boolean).join(" · ")),
    kindLine(page, number),
    el("table", { class: "all-services" }, el("tbody", {}, data.services.map((service) => {
      const row = page.result(service.id, number);
      return el("tr", { class: service.id === page.state.service ? "now" : null },
        el("td", {}, swatch(row.status), voice.both(service.name)),
        el("td", { class: "number" }, page.wayText(row, service)),
        el("td", {}, voice.value(row.reason), row.facility
          ? el("div", { class: "where nearest" }, row.facility) : null, page.evidence(service.id, number).map((told) =>
          el("div", { class: "where" }, told))));
    }))));
}

/** @param {Page} page */
export function facilityCard(page, number) {
  const { voice, data, state } = page;
  const list = data.map.facilities[state.service];
  const area = list.floor_area_m2[number];
  return el("div", { class: "card-body" },
    el("h3", {}, swatch(list.kind[number]), voice.text(list.name[number])),
    el("p", { class: "where" }, [
      voice.both(page.service(state.service).name),
      voice.say("facility_" + list.kind[number]),
      voice.say("opened") + " " + voice.date(list.opened[number]),
      area === null ? null : voice.number(area) + " m²",
      list.failed[number] || null,
    ].filter(Boolean).join(" · ")));
}

/** @param {Page} page */
export function siteCard(page, number) {
  const { voice, state } = page;
  const sites = page.sites(state.service);
  return el("div", { class: "card-body" },
    el("h3", {}, swatch(siteMark(sites, sites.phase ? sites.phase[number] : 1)),
      voice.say("site") + " " + voice.count(sites.rank[number]) + " " + sites.name[number]),
    el("p", { class: "where" }, sites.reason[voice.language][number]));
}
