// The what-if in a notebook (anywidget): the first screen of the page in a shadow root, so that
// neither the notebook's styles nor these reach the other. What is switched is the model's
// `scenario`, in step on both sides. build.mjs puts the styles and Leaflet into this one module.

import { addTexts, makePage } from "./asking.js";
import { statusColouring } from "./colouring.js";
import { keepFocus } from "./keyboard.js";
import { listingState } from "./listing.js";
import { distanceColouring, peopleColouring } from "./mapside.js";
import { languageSwitch, serviceDetail, serviceList } from "./panels.js";
import { unpackPicture } from "./picture.js";
import { colourings } from "./registry.js";
import { el, makeVoice } from "./text.js";
import { decode } from "./unpack.js";
import { startWhatif } from "./whatif.js";
import { addMapActions, makeWorkbench, startMap } from "./workbench.js";

colourings.push(statusColouring, distanceColouring, peopleColouring);

const NARROW = 820; // pixels: below, the figures stand under the map
const EVENTS = ["keydown", "keyup", "keypress", "paste", "copy", "cut"];

const same = (a, b) => JSON.stringify(plain(a)) === JSON.stringify(plain(b));
// The order in which something was switched, or the keys stand, is no difference.
function plain(value) {
  if (Array.isArray(value)) return value.map(plain).sort();
  if (typeof value !== "object" || value === null) return value;
  return Object.keys(value).sort().map((key) => [key, plain(value[key])]);
}

function makeState(data, service) {
  return {
    language: data.about.language, service, place: null,
    states: { covered: false, uncovered: true, unknown: true },
    search: "", ways: true, colouring: "status", kind: "district", unfolded: {},
    villageSort: { key: "people", descending: true }, ...listingState,
  };
}

function head(page) {
  const { about } = page.data;
  return el("div", { class: "widget-head" },
    about.simulated.length ? el("p", { class: "banner simulated", role: "note" },
      el("b", {}, "模拟数据 / simulated data"), " ", about.simulated.join(", ")) : null,
    languageSwitch(page));
}

function addActions(page, root, model) {
  const { parts, state } = page;
  page.drawService = () => {
    parts.list.replaceChildren(serviceList(page));
    parts.detail.replaceChildren(serviceDetail(page));
    page.drawVillages();
    page.drawMap();
    page.whatif.draw();
  };
  page.drawChanged = () => {
    page.drawService();
    if (state.place !== null) page.select(state.place, false);
    page.whatif.keepCode();
  };
  page.choose = (id) => {
    state.service = id;
    page.drawService();
    if (state.place !== null) page.select(state.place, false);
    if (model.get("service") !== id) {
      model.set("service", id);
      model.save_changes();
    }
  };
  page.speak = (language) => {
    state.language = language;
    page.voice = makeVoice(page.data.words, language);
    page.draw();
  };
  page.draw = () => {
    root.lang = state.language === "zh" ? "zh-CN" : "en";
    root.replaceChildren(head(page), makeWorkbench(page));
    page.resize();
    const first = !page.map;
    if (first) startMap(page);
    page.drawZoom();
    page.drawService();
    if (first) page.chart.fit();
    if (state.place !== null) page.select(state.place, false);
  };
  page.resize = () => {
    const bench = root.querySelector(".workbench");
    if (bench) bench.classList.toggle("narrow", root.clientWidth < NARROW);
    if (page.map) page.map.invalidateSize({ animate: false });
  };
}

// What is switched here is the model's scenario, and the other way round.
function keepInStep(page, model) {
  const { whatif } = page;
  whatif.keepCode = () => {
    const scenario = whatif.wanted.toScenario();
    if (same(scenario, model.get("scenario") || {})) return;
    model.set("scenario", scenario);
    model.save_changes();
  };
  const read = () => {
    const scenario = model.get("scenario") || {};
    if (!same(scenario, whatif.wanted.toScenario())) whatif.read(scenario);
  };
  const choose = () => {
    const id = model.get("service");
    if (id !== page.state.service && page.data.services.some((one) => one.id === id)) {
      page.choose(id);
    }
  };
  model.on("change:scenario", read);
  model.on("change:service", choose);
  read();
  return () => {
    model.off("change:scenario", read);
    model.off("change:service", choose);
  };
}

async function render({ model, el: holder }) {
  // What is typed here is no shortcut of the notebook, such as to delete a cell.
  holder.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const name of EVENTS) holder.addEventListener(name, (event) => event.stopPropagation());
  const shadow = holder.shadowRoot || holder.attachShadow({ mode: "open" });
  const root = el("div", { class: "gapmap-widget" });
  shadow.replaceChildren(el("style", {}, GAPMAP_STYLES), root);
  try {
    const data = await decode(model.get("packed"));
    unpackPicture(data.map, data.services);
    const page = makePage(data, makeState(data, model.get("service")));
    page.parts = {};
    addTexts(page);
    addActions(page, root, model);
    addMapActions(page);
    startWhatif(page);
    page.whatif.open = true;
    page.draw();
    const stop = keepInStep(page, model);
    const release = keepFocus(root);
    const watch = new ResizeObserver(page.resize);
    watch.observe(root);
    holder.dispatchEvent(new CustomEvent("gapmap-ready", { detail: page }));
    return () => {
      watch.disconnect();
      release();
      stop();
      page.map.remove();
    };
  } catch (failure) { // half a map would be taken for a result
    root.replaceChildren(el("p", { class: "banner failed", role: "alert" },
      el("b", {}, "无法显示 / cannot be shown"), " ", String(failure)));
    throw failure;
  }
}

export default { render };
