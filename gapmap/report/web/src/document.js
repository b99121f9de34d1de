// The title block: what document this is, of what, who signs it, and whether its maps may be shown.

import { placesOf } from "./overview.js";
import { el, section } from "./text.js";

/** @param {Page} page */
export const titleOf = (page) => page.data.about.document.title || page.data.about.name
  || page.voice.say("report");

// What a map must carry: that it is internal, and the number under which it was approved.
/** @param {Page} page */
export function mapMark(page) {
  const { voice } = page;
  const held = page.data.about.document;
  return [held.draft ? voice.value("internal_draft") : null,
    held.approval_number ? voice.title("approval_number") + " " + held.approval_number : null]
    .filter(Boolean).join(" · ");
}

// Beside the title: the mark in a frame, as on paper.
/** @param {Page} page */
export const markTag = (page) => el("span", {
  class: "document-mark" + (page.data.about.document.draft ? " draft" : ""),
  title: page.data.about.document.draft ? page.voice.say("draft_help") : null,
}, mapMark(page));

// On the map: the mark and whom its outlines are owed to.
/** @param {Page} page */
export const mapNote = (page) => el("p", { class: "map-mark" }, [mapMark(page),
  page.data.about.document.base_map
    ? page.voice.title("base_map") + " " + page.data.about.document.base_map : null,
].filter(Boolean).join(" · "));

function cell(label, value, wide) {
  return el("div", { class: "block-cell" + (wide ? " wide" : "") },
    el("dt", {}, label), el("dd", {}, value));
}

// Who signs: the name where one is given, and a line to sign on.
/** @param {Page} page */
const signature = (page, key) => el("div", { class: "block-cell signed", "data-signed": key },
  el("dt", {}, page.voice.title(key)),
  el("dd", {}, page.data.about.document[key] || null,
    el("span", { class: "sign-line", "aria-hidden": "true" })));

/** @param {Page} page */
function simulatedText(page) {
  const { voice } = page;
  const files = page.data.about.simulated;
  return files.length ? [el("b", { class: "simulated-word" }, "模拟数据 / simulated data"), " ",
    voice.say("simulated_files", { count: voice.count(files.length) })]
    : voice.say("none_simulated");
}

export const documentSection = {
  id: "document",
  after: "",
  live: true,
  state: {},
  make(page) {
    const { voice, data } = page;
    const { about } = data;
    const held = about.document;
    const city = data.services.length ? page.city(data.services[0].id) : {};
    const counted = [voice.say("places_are", { count: voice.count(placesOf(data)) }),
      data.weight === "people" && typeof city.people === "number"
        ? voice.say("people_are", { count: voice.count(city.people) }) : null]
      .filter(Boolean).join(" · ");
    return section(page, "document", el("dl", { class: "title-block" },
      cell(voice.say("document_title"), el("b", {}, titleOf(page)), true),
      held.title && held.title !== about.name ? cell(voice.say("study_name"), about.name, true) : null,
      cell(voice.value("plan"), about.plan || voice.say("no_plan_short"), true),
      cell(voice.say("date_of_figures"), about.date ? page.dateText()
        : voice.say("date_none")),
      cell(voice.title("prepared_on"), held.prepared_on ? voice.date(held.prepared_on) : "—"),
      cell(voice.say("about_whom"), counted),
      ["prepared_by", "checked_by", "approved_by"].map((key) => signature(page, key)),
      cell(voice.title("approval_number"), held.approval_number || voice.say("approval_none")),
      cell(voice.say("handling"), voice.value(held.draft ? "internal_draft" : "public_document")),
      cell(voice.title("base_map"), held.base_map || voice.say("base_map_none")),
      cell(voice.say("crs"), about.crs),
      cell(voice.say("version"), about.version ? "gapmap " + about.version : "—"),
      cell(voice.say("section_sources"), el("a", { href: "#sources" },
        voice.say("inputs_are", { count: voice.count(about.inputs.length) }))),
      cell(voice.say("data"), simulatedText(page), true),
      about.credit ? cell(voice.say("credit"), about.credit, true) : null,
      about.scenario ? cell(voice.say("scenario"), about.scenario, true) : null));
  },
};
