// A study with more places than one page can hold: this page has districts (or towns) by the share that
// is covered, and leads to the page of each; those lead back.

import { swatch } from "./marks.js";
import { sortableTable } from "./table.js";
import { el } from "./text.js";

// Ends of the classes of shares, and their colours from what is covered least to what is whole.
const ENDS = [0.5, 0.7, 0.9, 0.9999999];
const FILLS = ["#863800", "#d55e00", "#f2a154", "#a9cfe8", "#1b6ca8"];
const NOT_KNOWN = { shape: "square", radius: 6, color: "#6e6e6e", weight: 1, fill: "#8c8c8c",
  hatch: true };

const markOf = (at) => ({ shape: "square", radius: 6, color: "#4a3b30", weight: 0.8,
  fill: FILLS[at] });

export function shareClass(share) {
  if (typeof share !== "number") return -1;
  const at = ENDS.findIndex((end) => share < end);
  return at < 0 ? ENDS.length : at;
}

const sharesOf = (page) => page.data.parts.share[page.state.service];

// Places that the figures are of, also where they stand on other pages.
export const placesOf = (data) => (data.parts ? data.parts.places.reduce((sum, one) => sum + one, 0)
  : data.part ? data.part.places : data.map.places.name.length);

const nameOf = (voice, name) => name || voice.value("district_not_known");

// What a part is called, with which of several pages it is, as split.py has it.
const partTitle = (voice, { name, piece, pieces }) => nameOf(voice, name)
  + (pieces > 1 ? " (" + piece + "/" + pieces + ")" : "");

const titleAt = (page, at) => {
  const { name, piece, pieces } = page.data.parts;
  return partTitle(page.voice, { name: name[at], piece: piece[at], pieces: pieces[at] });
};

// How the chart fills its areas: by their place in the picture, null without an overview.
export function areaLook(page) {
  const { parts, map } = page.data;
  if (!parts) return null;
  const number = new Map(parts.id.map((id, at) => [id, at]).reverse()); // of several pages the first
  const shares = sharesOf(page);
  const areas = parts.kind === "town" ? map.towns : map.districts;
  const marks = areas.id.map((id) => {
    const at = number.get(id);
    const found = at === undefined ? -1 : shareClass(shares[at]);
    return found < 0 ? NOT_KNOWN : markOf(found);
  });
  return { kind: parts.kind === "town" ? "towns" : "districts", mark: (at) => marks[at],
    part: (at) => (number.has(areas.id[at]) ? number.get(areas.id[at]) : null) };
}

export const shareColouring = {
  id: "share",
  offered: (page) => Boolean(page.data.parts),
  mark: null,
  legend(page) {
    const { voice } = page;
    const { id: ids } = page.data.parts;
    const found = sharesOf(page).filter((_, at) => ids.indexOf(ids[at]) === at).map(shareClass);
    const told = (value) => voice.share(value);
    const labels = FILLS.map((_, at) => (at === FILLS.length - 1 ? told(1)
      : at === 0 ? voice.say("class_under", { high: told(ENDS[0]) })
        : at === FILLS.length - 2 ? voice.say("class_from", { low: told(ENDS[at - 1]) })
          : voice.say("class_between", { low: told(ENDS[at - 1]), high: told(ENDS[at]) })));
    const lines = FILLS.map((_, at) => ({ id: "share" + at, mark: markOf(at), label: labels[at],
      count: found.filter((one) => one === at).length }));
    lines.push({ id: "unknown", mark: NOT_KNOWN, label: voice.value("unknown"),
      count: found.filter((one) => one < 0).length });
    return lines.filter((line) => line.count > 0);
  },
};

const linkTo = (page, at) => el("a", { href: page.data.parts.file[at], "data-part": page.data.parts.id[at] },
  titleAt(page, at));

// Of a whole district or town, which may have several pages.
export function partCard(page, at) {
  const { voice, data } = page;
  const { parts } = data;
  const pages = parts.id.map((_, other) => other).filter((other) => parts.id[other] === parts.id[at]);
  const sum = (column) => pages.reduce((total, one) => total + column[one], 0);
  return el("div", { class: "card-body" },
    el("h3", {}, nameOf(voice, parts.name[at])),
    el("p", { class: "where" }, voice.say("places_are", { count: voice.count(sum(parts.places)) }),
      " · ", voice.say("people") + " " + voice.count(sum(parts.people))),
    el("table", { class: "all-services" }, el("tbody", {}, data.services.map((service) => {
      const share = parts.share[service.id][at];
      const found = shareClass(share);
      return el("tr", { class: service.id === page.state.service ? "now" : null },
        el("td", {}, swatch(found < 0 ? NOT_KNOWN : markOf(found)), voice.both(service.name)),
        el("td", { class: "number" }, voice.share(share)));
    }))),
    pages.map((one) => el("p", {}, el("a", { href: parts.file[one] }, voice.say("parts_open")
      + (pages.length > 1 ? " (" + parts.piece[one] + "/" + pages.length + ")" : "")))));
}

// Where the list of places would stand: the parts, with what each has and a link to its page.
export function partsTable(page) {
  const { voice, data, state } = page;
  const { parts } = data;
  state.partSort = state.partSort || { key: "share", descending: false };
  const rows = parts.id.map((id, at) => ({ at, id, name: titleAt(page, at), places: parts.places[at],
    people: parts.people[at], share: sharesOf(page)[at] }));
  const whole = (key, title) => ({ key, title, kind: "number", value: (row) => row[key],
    cell: (row) => voice.count(row[key]) });
  return sortableTable({
    voice, rows, state: state.partSort, name: "parts-table", id: (row) => row.at,
    columns: [
      { key: "name", title: voice.value(parts.kind), kind: "text", value: (row) => row.name,
        cell: (row) => linkTo(page, row.at) },
      whole("places", voice.title("places")), whole("people", voice.title("people")),
      { key: "share", title: voice.title("share_people"), kind: "number", value: (row) => row.share,
        cell: (row) => voice.share(row.share) },
    ],
  });
}

// On the page of a part: which it is, and back to the whole.
export function partLine(page) {
  const { voice, data } = page;
  const { part } = data;
  if (!part) return null;
  return el("p", { class: "part-line" }, el("b", {}, partTitle(voice, part)), " · ",
    voice.say("parts_only_here"), " ", el("a", { href: part.overview }, voice.say("parts_back")),
    part.pieces > 1 ? " · " + voice.say("parts_pieces", { count: voice.count(part.pieces),
      kind: voice.value(part.kind), own: voice.count(data.map.places.name.length) }) : null);
}

// On the page of a part: that a section has what was found in all of the study.
export function wholeNote(page) {
  const { part } = page.data;
  if (!part) return null;
  return el("p", { class: "start-note whole-study" },
    page.voice.say("parts_whole", { name: partTitle(page.voice, part) }));
}

// Where the what-if would stand, above the table of parts.
export function noWhatif(page) {
  const { voice, data: { parts } } = page;
  if (!parts) return null;
  const repeated = parts.pieces.some((one) => one > 1);
  return el("p", { class: "where no-whatif" }, voice.say("parts_no_whatif"),
    repeated ? " " + voice.say("parts_repeated", { kind: voice.value(parts.kind) }) : null);
}
