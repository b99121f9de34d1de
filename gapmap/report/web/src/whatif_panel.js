// The panel of the what-if: sliders, what is switched, and how to keep it.

import { swatch } from "./layer.js";
import { basisTag, limitText } from "./panels.js";
import { button, el } from "./text.js";
import { changesTable } from "./whatif_changes.js";
import { lookBack, nameOf, proposedButtons, setSwitches, siteList } from "./whatif_sites.js";
import { toCode } from "./whatif_wanted.js";

const MOST_CHIPS = 12;

// ---- sliders --------------------------------------------------------------------------

function stepOf(limit, unit) {
  const steps = unit === "minutes" ? [1, 0.5] : [50, 10, 1];
  return steps.find((step) => Math.abs(limit / step - Math.round(limit / step)) < 1e-9)
    || limit / 10;
}

// A slider stays the same element while the rest of the panel is drawn anew: it may be held.
function slider(attributes, label, tell) {
  const input = el("input", { type: "range", ...attributes });
  const output = el("output", { for: attributes.id });
  const refresh = () => {
    const { value, text, shown } = tell();
    if (Number(input.value) !== value) input.value = String(value);
    input.setAttribute("aria-valuetext", text);
    output.replaceChildren(...shown);
  };
  refresh();
  return { node: el("div", { class: "whatif-slider" },
    el("label", { for: attributes.id }, label), input, output), refresh };
}

/** @param {Page} page */
function limitSlider(page) {
  const { voice, whatif, state } = page;
  const { model } = whatif;
  const id = state.service;
  const service = page.service(id);
  const step = stepOf(model.limitOf(id), model.unitOf(id));
  return slider({ id: "whatif-limit", min: step, max: model.farthestOf(id), step,
    input: (event) => {
      const value = Math.round(Number(event.target.value) * 1000) / 1000;
      if (whatif.wanted.setLimit(id, value)) whatif.changed();
    } }, voice.say("whatif_limit"), () => ({ value: service.limit,
    text: limitText(service, voice),
    shown: [limitText(service, voice), " ", basisTag(service.basis, voice)] }));
}

/** @param {Page} page */
function dateSlider(page) {
  const { voice, whatif } = page;
  const { dates } = whatif.model;
  if (dates.length < 2) return null;
  return slider({ id: "whatif-date", min: 0, max: dates.length - 1, step: 1,
    input: (event) => {
      if (whatif.wanted.setDate(Number(event.target.value))) whatif.changed();
    } }, voice.say("whatif_date"), () => {
    const at = whatif.wanted.now.date;
    return { value: at, text: voice.date(dates[at]), shown: [voice.date(dates[at])] };
  });
}

// ---- what is switched, and how to keep it ---------------------------------------------

/** @param {Page} page */
function chips(page) {
  const { voice, whatif } = page;
  const { now } = whatif.wanted;
  const all = [...[...now.on].map((site) => [site, "on"]),
    ...[...now.off].map((site) => [site, "off"])];
  if (!all.length) return null;
  return el("p", { class: "whatif-chips" }, all.slice(-MOST_CHIPS).map(([site, way]) =>
    button({ class: "chip " + way, "data-chip": site,
      "aria-label": voice.say("whatif_take_back", { name: nameOf(page, site) }),
      click: () => whatif.toggle(site) },
    (way === "on" ? "+ " : "− ") + nameOf(page, site), el("span", { "aria-hidden": "true" }, " ×"))),
  all.length > MOST_CHIPS ? el("span", { class: "where" }, voice.say("whatif_more",
    { count: voice.count(all.length - MOST_CHIPS) })) : null);
}

// What is saved is made at the click; the fields are kept up to date while they can be seen.
/** @param {Page} page */
function keeping(page) {
  const { voice, whatif } = page;
  const textOf = () => JSON.stringify(whatif.wanted.toScenario(), null, 1);
  const json = el("textarea", { id: "whatif-json", rows: 4, spellcheck: "false",
    change: (event) => whatif.readText(event.target.value) });
  const code = el("input", { id: "whatif-code", readonly: true, class: "code",
    focus: (event) => event.target.select() });
  const read = async (event) => {
    const [file] = event.target.files;
    event.target.value = ""; // the same file, mended, is a choice again
    if (file) whatif.readText(await file.text());
  };
  const node = el("details", { class: "whatif-keep", open: whatif.keepOpen,
    toggle: () => {
      whatif.keepOpen = node.open;
      refresh();
    } },
  el("summary", {}, voice.say("whatif_keep")),
  el("p", { class: "where" }, voice.say("whatif_keep_help")),
  el("label", { for: "whatif-json" }, voice.say("whatif_json")),
  json,
  el("p", {},
    button({ class: "chip", "data-keep": "save", click: () => whatif.save(textOf()) },
      voice.say("whatif_save")),
    el("label", { class: "chip" }, voice.say("whatif_open_file"), " ",
      el("input", { type: "file", accept: ".json,application/json", change: read }))),
  el("label", { for: "whatif-code" }, voice.say("whatif_code")),
  code);
  const refresh = () => {
    if (!node.open) return;
    json.value = textOf();
    code.value = "#whatif=" + toCode(whatif.wanted.toScenario());
  };
  refresh();
  return { node, refresh };
}

/** @param {Page} page */
function switches(page) {
  const { voice, whatif, state } = page;
  const service = whatif.model.service(state.service);
  return [
    el("p", { class: "chips" },
      button({ class: "chip", "data-act": "place",
        "aria-pressed": whatif.placing ? "true" : "false",
        disabled: service.id.length === service.existing,
        click: () => whatif.togglePlacing() }, swatch("proposed"), voice.say("whatif_place")),
      proposedButtons(page)),
    lookBack(page),
    whatif.placing ? el("p", { class: "where" }, voice.say("whatif_place_help")) : null,
    whatif.said ? el("p", { class: "where", role: "status" }, whatif.said()) : null,
    chips(page), changesTable(page),
  ].filter(Boolean);
}

// What was wrong with a code or a file.
/** @param {Page} page */
const problems = (page) => page.whatif.problems.map(({ word, ...told }) =>
  el("p", { class: "banner failed", role: "alert" }, page.voice.say(word, told)));

// The panel of the chosen service: drawn once, and refreshed when something is switched; the list of
// sites, of which each has its switch already, may follow after the figures.
/** @param {Page} page */
export function makePanel(page) {
  const { voice, whatif, state } = page;
  const here = whatif.model.ids.includes(state.service);
  const sliders = here ? [limitSlider(page), dateSlider(page)].filter(Boolean) : [];
  const figures = el("div", {});
  const lists = el("div", {});
  const kept = keeping(page);
  const refresh = () => {
    for (const one of sliders) one.refresh();
    figures.replaceChildren(...problems(page), ...(here ? switches(page)
      : [el("p", { class: "none" }, voice.say("whatif_not_here"))]));
    if (here) setSwitches(page, lists);
    kept.refresh();
  };
  const refreshLists = () => lists.replaceChildren(...(here ? [siteList(page)] : []));
  refresh();
  refreshLists();
  return { refresh, refreshLists, node: el("div", { class: "whatif-panel", id: "whatif-panel", role: "region",
    "aria-label": voice.say("whatif") }, sliders.map((one) => one.node),
    figures, lists, kept.node) };
}
