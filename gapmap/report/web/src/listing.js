// The list of places: which of them, in which order, by town. What it lists is asked of the page
// whenever it is drawn, so that a what-if is seen at once.

import { swatch } from "./layer.js";
import { compare, sorted } from "./table.js";
import { below, el, known } from "./text.js";

const STATES = ["covered", "uncovered", "unknown"];
const FEW = 60; // so many places are shown with their towns unfolded
const PORTION = 100; // lines drawn at first: more take longer than a click may
const OF_VERY_MANY = 40; // and so many of a list that is longer than MORE and not by town
const MORE = 2000;

export const listingState = {
  byTown: true, openTowns: {}, listFilters: { reason: "", district: "", setting: "" },
  filtersOpen: false,
};

const limitUnit = (service) => (service.limit_unit === "minutes" ? "minutes" : "m");

function columnsOf(page, service) {
  const { voice, state } = page;
  const people = page.data.weight === "people";
  const unit = limitUnit(service);
  const way = unit === "minutes" ? "minutes" : "distance_m";
  return [
    {
      key: "place", title: voice.say("place"), kind: "text", value: (row) => row.name,
      cell: (row) => [swatch(row.status), el("span", { class: "place-name" },
        voice.text(row.name)), state.byTown ? null : below(page.where(row))],
    },
    people ? {
      key: "people", title: voice.say("people"), kind: "number", value: (row) => row.people,
      cell: (row) => voice.count(row.people),
    } : null,
    {
      key: "distance", title: voice.say(unit === "minutes" ? "time" : "distance"),
      kind: "number", value: (row) => row[way], cell: (row) => page.wayText(row, service),
    },
    {
      key: "shortfall", title: voice.say("beyond"), kind: "number", value: (row) => row.shortfall,
      cell: (row) => (row.shortfall === null ? "—" : voice.measured(row.shortfall, unit)),
    },
    {
      key: "facility", title: voice.say("nearest"), kind: "text", value: (row) => row.facility,
      cell: (row) => (row.facility
        ? el("span", { class: "nearest-name", title: row.facility }, row.facility) : "—"),
    },
    {
      key: "reason", title: voice.say("reason"), kind: "text",
      value: (row) => voice.value(row.status) + voice.value(row.reason),
      // Under towns a place has one line: its mark and the colour tell the status.
      cell: (row) => (state.byTown
        ? [el("span", { class: "for-readers" }, voice.value(row.status) + " "),
          el("span", { class: "status " + row.status }, voice.value(row.reason))]
        : [el("span", { class: "status " + row.status }, voice.value(row.status)),
          below(voice.value(row.reason))]),
    },
  ].filter(Boolean);
}

// ---- which places ---------------------------------------------------------------------

// Places that pass the filters; rows are made for these alone, as there may be 20,000 places.
function listed(page, service) {
  const { state, data } = page;
  const { places, statuses } = data.map;
  const { status, facility } = data.map.services[service.id];
  const changed = page.changed[service.id]; // by a what-if
  const counts = { covered: 0, uncovered: 0, unknown: 0 };
  const { reason, district, setting } = state.listFilters;
  const tests = page.search(state.search);
  const nearest = (number) => (changed ? changed(number).facility : facility[number]);
  const named = (number) => tests.every((found) => found(places.name[number])
    || found(places.town[number]) || found(places.district[number]) || found(nearest(number)));
  const rows = [];
  for (let number = 0; number < status.length; number += 1) {
    const name = statuses[status[number]];
    counts[name] += 1;
    if (!state.states[name]) continue;
    if (district && places.district[number] !== district) continue;
    if (setting && places.setting[number] !== setting) continue;
    if (tests.length && !named(number)) continue;
    const row = page.result(service.id, number);
    if (!reason || row.reason === reason) rows.push(row);
  }
  return { rows, counts };
}

// Places under their towns; towns in the order of their people where places are, by name where
// places are, else by the place that comes first.
function byTown(page, rows, column, descending) {
  const towns = new Map();
  for (const row of rows) {
    const id = (row.town || "") + "\n" + (row.district || "");
    let group = towns.get(id);
    if (!group) {
      group = { id, town: row.town, district: row.district, rows: [], people: 0 };
      towns.set(id, group);
    }
    group.rows.push(row);
    if (known(row.people)) group.people += row.people;
  }
  const collator = new Intl.Collator(page.voice.locale, { numeric: true });
  const order = (a, b) => compare(a, b, collator, descending);
  for (const group of towns.values()) {
    if (column.key === "people") group.value = group.people;
    else if (column.key === "place") group.value = group.town;
    else group.value = group.rows.map(column.value).reduce((a, b) => (order(b, a) < 0 ? b : a));
  }
  return Array.from(towns.values()).sort((a, b) => order(a.value, b.value));
}

// ---- what is drawn --------------------------------------------------------------------

function headRow(page, columns, onSort) {
  const sort = page.state.villageSort;
  return el("thead", {}, el("tr", {}, columns.map((column) => {
    const active = sort.key === column.key;
    return el("th", { scope: "col", class: column.kind,
      "aria-sort": active ? (sort.descending ? "descending" : "ascending") : null },
    el("button", { type: "button", class: "sort", click: () => onSort(column) }, column.title,
      el("span", { class: "arrow", "aria-hidden": "true" },
        active ? (sort.descending ? " ▾" : " ▴") : "")));
  })));
}

function townRow(page, group, width, open, onFold) {
  const { voice, data } = page;
  const count = (state) => group.rows.filter((row) => row.status === state).length;
  const parts = STATES.map((state) => [state, count(state)]).filter(([, number]) => number);
  // A study that has no towns knows no town less: its places stand under their districts.
  const head = group.town || (data.map.places.town.some(Boolean) ? null : group.district)
    || voice.say("town_unknown");
  return el("tr", { class: "town", "data-town": group.town || "" },
    el("th", { colspan: width, scope: "colgroup" },
      el("button", { type: "button", class: "fold-town", "aria-expanded": open ? "true" : "false",
        click: onFold },
      el("span", { class: "fold", "aria-hidden": "true" }, open ? "▾" : "▸"),
      el("b", {}, head), " ",
      el("span", { class: "where" }, head === group.district ? "" : group.district || "")),
      el("span", { class: "town-sum" },
        parts.map(([state, number]) => [voice.value(state) + " " + voice.count(number), " "]),
        data.weight === "people" ? "· " + voice.say("people_are",
          { count: voice.count(group.people) }) : null)));
}

export function villageTable(page) {
  const { voice, state } = page;
  const service = page.service(state.service);
  const columns = columnsOf(page, service);
  const { rows, counts } = listed(page, service);
  const sort = state.villageSort;
  const frame = el("div", { class: "table-frame villages-table" });
  let most = !state.byTown && rows.length > MORE ? OF_VERY_MANY : PORTION;

  function placeRow(row) {
    const act = () => page.select(row.number, true);
    return el("tr", { "data-id": row.number, tabindex: 0, click: act,
      class: "pick" + (state.place === row.number ? " chosen" : ""),
      keydown: (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        act();
      },
    }, columns.map((column) => el("td", { class: column.kind },
      column.cell ? column.cell(row) : voice.text(column.value(row)))));
  }

  const isOpen = (group) => {
    const said = state.openTowns[group.id];
    return said === undefined ? rows.length <= FEW : said;
  };
  let groups = [];

  function lines(column) {
    const made = [];
    let all = 0;
    const add = (make) => { all += 1; if (made.length < most) made.push(make()); };
    const inOrder = (some) => sorted(some, column, sort.descending, voice.locale);
    groups = state.byTown ? byTown(page, rows, column, sort.descending) : [];
    if (!state.byTown) for (const row of inOrder(rows)) add(() => placeRow(row));
    for (const group of groups) {
      const open = isOpen(group);
      add(() => townRow(page, group, columns.length, open, () => {
        state.openTowns[group.id] = !open;
        draw();
      }));
      if (!open) continue;
      if (made.length >= most) all += group.rows.length;
      else for (const row of inOrder(group.rows)) add(() => placeRow(row));
    }
    return { made, all };
  }

  function draw() {
    const { made, all } = lines(columns.find((one) => one.key === sort.key) || columns[0]);
    frame.replaceChildren(el("table", {}, headRow(page, columns, (chosen) => {
      sort.descending = sort.key === chosen.key ? !sort.descending : chosen.kind === "number";
      sort.key = chosen.key;
      draw();
    }), el("tbody", {}, made)));
    if (!rows.length) frame.appendChild(el("p", { class: "none" }, voice.say("no_rows")));
    if (all <= made.length) return;
    frame.appendChild(el("p", { class: "more" },
      voice.say("rows_shown", { shown: voice.count(made.length), all: voice.count(all) }), " ",
      el("button", { type: "button", click: () => { most += MORE; draw(); } },
        voice.say("show_more"))));
  }

  // The town of a chosen place is unfolded, so that its row can be seen.
  function choose(id) {
    for (const row of frame.querySelectorAll("tr.chosen")) row.classList.remove("chosen");
    if (id === null) return;
    const hidden = groups.find((group) => !isOpen(group)
      && group.rows.some((row) => row.number === id));
    if (hidden) {
      state.openTowns[hidden.id] = true;
      draw();
    }
    const find = () => frame.querySelector('tr.pick[data-id="' + id + '"]');
    // Behind "show more"; among very many it stays there: the card tells of it.
    if (!find() && rows.length <= MORE && rows.some((row) => row.number === id)) {
      most = MORE + groups.length;
      draw();
    }
    const row = find();
    if (!row) return;
    row.classList.add("chosen");
    row.scrollIntoView({ block: "nearest" });
  }

  draw();
  const fold = (open) => {
    for (const group of groups) state.openTowns[group.id] = open;
    draw();
  };
  return { table: { node: frame, choose }, count: rows.length,
    filters: stateFilters(page, counts), more: moreFilters(page, service, fold) };
}

// ---- filters --------------------------------------------------------------------------

function stateFilters(page, counts) {
  const { voice, state } = page;
  return STATES.map((name) => el("label", { class: "filter" },
    el("input", {
      type: "checkbox", checked: state.states[name], "data-state": name,
      change: (event) => { state.states[name] = event.target.checked; page.drawVillages(); },
    }), swatch(name), voice.value(name) + " " + voice.count(counts[name])));
}

function choice(page, key, values, tell) {
  const { voice, state } = page;
  const chosen = state.listFilters[key];
  const offered = chosen && !values.includes(chosen) ? [...values, chosen] : values;
  return el("label", { class: "filter" }, voice.title(key) + " ", el("select", {
    "data-filter": key,
    change: (event) => { state.listFilters[key] = event.target.value; page.drawVillages(); },
  }, ["", ...offered].map((value) => el("option", { value, selected: value === chosen },
    value ? tell(value) : voice.say("filter_all")))));
}

// The second line of filters, which is folded at first; a filter that is on shows in its button.
function moreFilters(page, service, fold) {
  const { voice, state, data } = page;
  const { places, reasons } = data.map;
  const on = Object.values(state.listFilters).filter(Boolean).length;
  const occurring = (values) => Array.from(new Set(values)).filter(Boolean).sort();
  const button = el("button", { type: "button", class: "more-filters" + (on ? " on" : ""),
    "aria-expanded": state.filtersOpen ? "true" : "false",
    click: () => { state.filtersOpen = !state.filtersOpen; page.drawVillages(); } },
  voice.say("filter_more") + (on ? " " + voice.count(on) : ""));
  if (!state.filtersOpen) return { button, line: null };
  const word = (value) => voice.value(value);
  const held = new Set(page.results(service.id).map((row) => row.reason));
  const line = el("div", { class: "filter-line" },
    choice(page, "reason", reasons.concat(Array.from(held).filter((one) => !reasons.includes(one)))
      .filter((one) => held.has(one)), word),
    choice(page, "district", occurring(places.district), (name) => name),
    choice(page, "setting", occurring(places.setting), word),
    el("label", { class: "filter" }, el("input", { type: "checkbox", checked: state.byTown,
      id: "by-town",
      change: (event) => { state.byTown = event.target.checked; page.drawVillages(); } }),
    voice.say("by_town")),
    state.byTown ? /** @type {[boolean, string][]} */ (
      [[true, "unfold_all"], [false, "fold_all"]]).map(([open, name]) =>
      el("button", { type: "button", class: "quiet", "data-fold-towns": name,
        click: () => fold(open) }, voice.say(name))) : null,
    on ? el("button", { type: "button", class: "quiet", id: "clear-filters", click: () => {
      state.listFilters = { reason: "", district: "", setting: "" };
      page.drawVillages();
    } }, voice.say("filter_none")) : null);
  return { button, line };
}
