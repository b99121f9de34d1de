// What the dots of the map are coloured by: a list that sections add to, and the control beside it.
//
// An entry of `colourings` (registry.js; page.js names them all, in order) is
// {
//   id,                  names its words, too: report.colour_<id> and, if there, colour_<id>_help
//   offered(page),       whether this study has anything to colour by
//   mark(page, number),  how the place of this number is drawn, as in marks of layer.js; null: not at all.
//                        label: one or two characters on the dot; order: higher ones lie on top
//   legend(page),        lines of the legend: [{ id, mark, label, count, help }]
// };
// Colours come from `hues`, which people with colour blindness tell apart; a label or a shape
// says the same again. What is unknown looks like marks.unknown.

import { colourings } from "./registry.js";
import { el } from "./text.js";

const STATES = ["covered", "uncovered", "unknown"];

// Okabe and Ito 2008, "Color Universal Design"; ink is what can be read on each.
export const hues = [
  { fill: "#0072b2", ink: "#ffffff" }, { fill: "#e69f00", ink: "#1f2a33" },
  { fill: "#009e73", ink: "#ffffff" }, { fill: "#cc79a7", ink: "#1f2a33" },
  { fill: "#f0e442", ink: "#1f2a33" }, { fill: "#56b4e9", ink: "#1f2a33" },
  { fill: "#d55e00", ink: "#ffffff" },
];

// A dot of one of the hues, with a number or a letter on it.
export const labelled = (number, label) => {
  const hue = hues[number % hues.length];
  return { shape: "circle", radius: 7, color: "#1f2a33", weight: 1, fill: hue.fill,
    ink: hue.ink, label: String(label), least: 0.8, order: 2 };
};

export const statusColouring = {
  id: "status",
  offered: (page) => !page.data.parts,
  mark: null, // as the chart draws without being asked
  legend(page) {
    const { map } = page.data;
    const counts = map.statuses.map(() => 0);
    map.services[page.state.service].status.forEach((status, number) => {
      if (map.places.lon[number] !== null) counts[status] += 1;
    });
    return STATES.map((name) => ({ id: name, mark: name, label: page.voice.value(name),
      count: counts[map.statuses.indexOf(name)] }));
  },
};

/** @param {Page} page */
export const offeredColourings = (page) => colourings.filter((one) => one.offered(page));

/** @param {Page} page */
export function chosenColouring(page) {
  const offered = offeredColourings(page);
  return offered.find((one) => one.id === page.state.colouring) || offered[0];
}

// How the chart is to draw each place; null: by status.
/** @param {Page} page */
export function placeLook(page) {
  const { mark } = chosenColouring(page);
  return mark ? (number) => mark(page, number) : null;
}

const AS_AT_START = ["detour", "kind", "cluster", "sure"]; // a what-if does not change them

/** @param {Page} page */
export function colourControl(page) {
  const { voice } = page;
  const offered = offeredColourings(page);
  if (offered.length < 2) return null;
  const now = chosenColouring(page).id;
  return el("p", { class: "colour-by" }, el("label", {}, voice.say("colour_by"), " ",
    el("select", { id: "colour-by", change: (event) => {
      page.state.colouring = event.target.value;
      page.drawMap();
      page.select(page.state.place, false);
    } }, offered.map((one) => el("option", { value: one.id, selected: one.id === now },
      voice.say("colour_" + one.id))))),
  now === "status" ? null : el("span", { class: "where" }, voice.say("colour_" + now + "_help")),
  AS_AT_START.includes(now) && page.changed[page.state.service]
    ? el("span", { class: "start-note" }, voice.say("whatif_start_colour")) : null);
}
