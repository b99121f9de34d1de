// Sections that only some studies have: people on a grid, travel over land, capacity, referral.

import { sortableTable } from "./table.js";
import { el, section, svg, toRows } from "./text.js";

const MUCH = "much";
const UNTOLD = new Set(["unknown", "unreachable"]); // what a reason adds something to

/** @param {Page} page */
const serviceName = (page, id) => {
  const service = page.service(id);
  return service ? page.voice.both(service.name) || id : id;
};

// Of the city some tables say no name.
/** @param {Page} page */
const areaName = (page, row) =>
  (row.area_kind === "city" ? page.voice.value("city") : page.groupName(row.area));

// A column of whole numbers, of shares or of texts; titles stand among the words of the report.
/** @param {Page} page */
function columnsOf(page) {
  const { voice } = page;
  const column = (kind, tell) => (key, title) => ({ key, kind,
    title: voice.say(title || key), value: (row) => row[key], cell: (row) => tell(row[key], row) });
  return {
    service: { key: "service", title: voice.say("service"), kind: "text",
      value: (row) => serviceName(page, row.service) },
    count: column("number", (value) => (value === null ? "—" : voice.count(value))),
    share: column("number", (value) => (value === null ? "—" : voice.share(value))),
    number: column("number", (value) => (value === null ? "—" : voice.number(value))),
    text: column("text", (value) => (value === null || value === "" ? "—" : value)),
    word: column("text", (value) => (value === null || value === "" ? "—"
      : voice.value(String(value)))),
    points: column("number", (value) => (value === null ? "—"
      : voice.points(value / 100).replace(" " + voice.say("points"), ""))),
  };
}

/** @param {Page} page */
const left = (page, held, file) => (held.rows > held.table.service.length
  ? el("p", { class: "more" }, page.voice.say("rows_in_file", {
    shown: page.voice.count(held.table.service.length), all: page.voice.count(held.rows), file }))
  : null);

// ---- people on the grid -------------------------------------------------------------

/** @param {Page} page */
function comparedTable(page, rows) {
  const { voice, state } = page;
  const columns = columnsOf(page);
  const bounded = (key, ends) => ({ key, title: voice.say("compared_" + key), kind: "number",
    value: (row) => row[key],
    cell: (row) => [voice.share(row[key]), ends(row)] });
  const range = (low, high) => (low === null || voice.share(low) === voice.share(high) ? null
    : el("span", { class: "range", title: voice.say("range_help") },
      voice.say("range", { low: voice.share(low), high: voice.share(high) })));
  return sortableTable({
    voice, rows, state: state.gridSort, name: "compared-table", portion: 40,
    rowClass: (row) => (row.differs_much ? MUCH : null),
    columns: [
      columns.service,
      { key: "group", title: voice.title("group"), kind: "text",
        value: (row) => page.groupName(row.group),
        cell: (row) => [page.groupName(row.group), row.group_kind === "city" ? null
          : el("span", { class: "where" }, voice.value(row.group_kind))] },
      columns.count("people_grid"),
      bounded("share_people", (row) => range(row.share_people_low, row.share_people_high)),
      bounded("share_grid", (row) => range(row.share_grid_low, row.share_grid_high)),
      { key: "difference_points", title: voice.say("compared_difference"), kind: "number",
        value: (row) => row.difference_points,
        cell: (row) => [row.difference_points === null ? "—"
          : voice.points(row.difference_points / 100),
        row.differs_much ? el("span", { class: "tag much-tag" }, voice.say("over_five")) : null] },
      columns.points("points_beyond", "compared_beyond"),
      columns.points("points_within", "compared_within"),
      columns.points("points_weight", "compared_weight"),
      { key: "note", title: voice.say("compared_why"), kind: "text", fixed: true,
        value: (row) => (voice.language === "zh" ? row.note_zh : row.note) },
    ],
  }).node;
}

// The sentence above the table: where both counts differ by more than five points.
/** @param {Page} page */
function muchText(page, rows) {
  const { voice } = page;
  const much = rows.filter((row) => row.differs_much);
  if (!much.length) return el("p", { class: "lead" }, voice.say("compared_alike"));
  const names = much.slice(0, 6).map((row) => voice.say("compared_name", {
    service: serviceName(page, row.service), group: page.groupName(row.group),
    points: voice.points(row.difference_points / 100) }));
  return el("p", { class: "differs", role: "note" },
    el("b", {}, voice.say("compared_much", { count: voice.count(much.length),
      all: voice.count(rows.length) })), " ",
    names.join(voice.language === "zh" ? ";" : "; "), much.length > names.length ? " …" : "");
}

/** @param {Page} page */
function areasTable(page, population) {
  const { voice } = page;
  const columns = columnsOf(page);
  return [el("h3", {}, voice.say("areas_title")),
    el("p", { class: "lead" }, voice.say("areas_" + population.reconcile,
      { file: population.file })),
    sortableTable({
      voice, rows: toRows(population.areas), state: {}, name: "areas-table", portion: 40,
      columns: [
        { key: "area", title: voice.value("district"), kind: "text",
          value: (row) => areaName(page, row) },
        columns.count("people_raster"), columns.count("people_table"),
        columns.number("factor"), columns.count("people", "people_used"),
        columns.share("share_missing"),
        columns.word("basis", "people_basis"),
      ],
    }).node];
}

/** @param {Page} page */
export function peopleGrid(page) {
  const { voice } = page;
  const { compared, population } = page.data.grids || {};
  if (!compared && !population) return null;
  const rows = compared ? toRows(compared) : [];
  return section(page, "people_grid",
    compared ? [el("p", { class: "lead" }, voice.say("compared_lead")), muchText(page, rows),
      comparedTable(page, rows)] : null,
    population ? areasTable(page, population) : null);
}

// ---- travel over land ---------------------------------------------------------------

function groundMark(colours, kind) {
  const [ground, mark] = colours;
  return el("span", { class: "ground-mark " + kind, "aria-hidden": "true",
    style: kind === "road" ? "border-top-color:" + ground
      : "background-color:" + ground + (mark ? ";color:" + mark : "") });
}

/** @param {Page} page */
function mapLegend(page, map) {
  const { voice } = page;
  const line = (mark, told) => el("li", {}, mark, el("span", {}, told));
  return el("ul", { class: "legend ground-legend" },
    map.steps.map((step) => line(groundMark([step.colour], "step"),
      step.high === null ? voice.say("minutes_above", { low: voice.number(step.low) })
        : voice.say("minutes_span", { low: voice.number(step.low),
          high: voice.number(step.high) }))),
    map.limit_minutes === null ? null : line(groundMark(["#111111"], "road"),
      voice.say("limit_line", { limit: voice.number(map.limit_minutes) })),
    map.marks.map((mark) => line(groundMark(mark.colours, mark.kind),
      voice.say("ground_" + mark.kind))),
    line(svg("svg", { class: "swatch", viewBox: "0 0 18 18", width: 16, height: 16,
      "aria-hidden": "true" }, svg("path", { fill: "#111111",
      d: "M7 2h4v5h5v4h-5v5H7v-5H2V7h5z" })), voice.say("facility_serves")));
}

/** @param {Page} page */
function mapFigure(page, map) {
  const { voice, data } = page;
  const name = serviceName(page, map.service);
  const told = voice.say("minutes_" + map.direction, { service: name });
  return el("figure", { class: "ground-map", "data-service": map.service },
    el("figcaption", {}, told, data.about.simulated.length
      ? el("b", { class: "simulated-mark" }, "模拟数据 / simulated data") : null),
    el("img", { src: "data:image/png;base64," + map.png, alt: told, width: map.width,
      height: map.height }),
    mapLegend(page, map));
}

/** @param {Page} page */
function surfaceFacts(page, surface) {
  const { voice } = page;
  const km = (value) => voice.number(value) + " km/h";
  const slope = surface.dem ? voice.say("slope_" + surface.slope, {
    dem: surface.dem, on: voice.number(surface.on_path), off: voice.number(surface.off_path) })
    : voice.say("slope_absent");
  const facts = [
    ["cell_size", voice.metres(surface.cell_m)],
    ["direction", surface.directions.map((one) => voice.say("direction_" + one)).join(" · ")],
    ["steps", voice.say("neighbours", { count: surface.neighbours })],
    ["slope", slope],
    ["land_speeds", surface.speeds ? voice.say("speeds_given", { file: surface.speeds })
      : voice.say("speeds_assumed", { speed: km(surface.kmh) })],
    ["burnt_roads", surface.roads === "none" ? voice.say("roads_none")
      : voice.say("roads_burnt", { mode: voice.value(surface.roads),
        cells: voice.count(surface.road_cells) })],
    ["barriers", voice.say(surface.barriers ? "barriers_file" : "barriers_cells", {
      file: surface.barriers, cells: voice.count(surface.barrier_cells) })],
    ["crossings", surface.crossings ? voice.count(surface.crossings) : voice.say("no_crossings")],
    ["unknown_cells", voice.count(surface.unknown_cells)],
    ["snap", surface.snap_m ? voice.metres(surface.snap_m) : voice.say("snap_none")],
  ];
  return el("dl", { class: "facts ground-facts" }, facts.map(([key, value]) =>
    el("div", { class: "fact", "data-fact": key }, el("dt", {}, voice.say("ground_fact_" + key)),
      el("dd", {}, value))));
}

/** @param {Page} page */
function classTable(page, surface) {
  const { voice } = page;
  const columns = columnsOf(page);
  const rows = toRows(surface.classes);
  if (!rows.length) return null;
  return [el("h3", {}, voice.say("classes_title")),
    el("p", { class: "lead" }, voice.say("classes_lead")),
    sortableTable({
      voice, rows, state: {}, name: "classes-table", portion: 40,
      columns: [columns.text("class"), columns.text("name", "class_name"),
        { key: "kmh", title: voice.say("speed"), kind: "number", value: (row) => row.kmh,
          cell: (row) => (row.kmh === null ? voice.say("speed_unknown")
            : row.kmh === 0 ? voice.say("speed_zero") : voice.number(row.kmh) + " km/h") },
        columns.count("cells"), columns.number("km2"), columns.share("share", "class_share")],
    }).node];
}

/** @param {Page} page */
export function surfaceSection(page) {
  const { voice } = page;
  const { surface } = page.data.grids || {};
  if (!surface) return null;
  return section(page, "surface",
    el("p", { class: "lead" }, voice.say("surface_lead")),
    surface.maps.map((map) => mapFigure(page, map)),
    surface.maps_left ? el("p", { class: "more" },
      voice.say("maps_left", { count: voice.count(surface.maps_left) })) : null,
    el("h3", {}, voice.say("ground_facts_title")),
    surfaceFacts(page, surface),
    classTable(page, surface));
}

// ---- people by step of time or distance ---------------------------------------------

/** @param {Page} page */
export function zonesSection(page) {
  const { voice } = page;
  const { zones } = page.data.grids || {};
  const rows = zones ? toRows(zones) : [];
  if (!rows.length) return null;
  const blocks = page.data.services.map((service) => {
    const mine = rows.filter((row) => row.service === service.id);
    if (!mine.length) return null;
    const steps = mine.filter((row) => row.zone_id === mine[0].zone_id
      && row.zone_kind === mine[0].zone_kind);
    const named = new Map(mine.map((row) => [row.zone_kind + "\n" + row.zone_id, row.zone]));
    const last = steps.filter((step) => step.step === "up_to").pop();
    const end = (sign, step) => sign + voice.number(step.up_to) + " "
      + (step.unit === "minutes" ? voice.say("minutes_unit") : "m");
    // Beyond the last step, which need not be the limit.
    const head = (step) => (step.step === "up_to" ? end("≤ ", step)
      : step.step === "beyond" && last ? end("> ", last) : voice.value(step.step));
    return [el("h3", {}, voice.both(service.name)),
      el("div", { class: "table-frame matrix zones-table" }, el("table", {},
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, voice.value("district")),
          steps.map((step) => el("th", { scope: "col", class: "number" }, head(step))))),
        el("tbody", {}, Array.from(named, ([key, name]) => el("tr", {},
          el("th", { scope: "row" }, page.groupName(name)),
          mine.filter((row) => row.zone_kind + "\n" + row.zone_id === key).map((row) =>
            el("td", { class: "number" },
              row.step === "up_to" ? voice.share(row.share_within)
                : voice.say("people_number", { count: voice.count(row.people) })))))))) ];
  });
  return section(page, "zones", el("p", { class: "lead" }, voice.say("zones_lead")), blocks);
}

// ---- capacity and referral ----------------------------------------------------------

/** @param {Page} page */
export function capacitySection(page) {
  const { voice, state } = page;
  const { capacity, unserved } = page.data.grids || {};
  if (!capacity && !unserved) return null;
  const columns = columnsOf(page);
  const far = { key: "catchment", title: voice.say("catchment"), kind: "number",
    value: (row) => (row.catchment_minutes === null ? row.catchment_m : row.catchment_minutes),
    cell: (row) => (row.catchment_minutes !== null ? voice.minutes(row.catchment_minutes)
      : row.catchment_m === null ? "—" : voice.metres(row.catchment_m)) };
  return section(page, "capacity",
    el("p", { class: "lead" }, voice.say("capacity_lead")),
    unserved ? sortableTable({
      voice, rows: toRows(unserved), state: state.unservedSort, name: "unserved-table",
      portion: 40,
      columns: [columns.service,
        { key: "area", title: voice.value("district"), kind: "text",
          value: (row) => areaName(page, row) },
        columns.count("people"), columns.count("people_served"),
        columns.count("people_residual"), columns.count("people_spent"),
        columns.count("people_unknown")],
    }).node : null,
    capacity ? [el("h3", {}, voice.say("capacity_title")), sortableTable({
      voice, rows: toRows(capacity.table), state: state.capacitySort,
      name: "capacity-table", portion: 24,
      columns: [columns.service, columns.count("order"), columns.text("facility", "facility_name"),
        columns.count("capacity_people"), columns.count("people_within_limit"),
        columns.count("people_served"), columns.count("capacity_left"), far,
        { key: "full", title: voice.say("full"), kind: "text", value: (row) => row.full,
          cell: (row) => (row.reason ? voice.value(row.reason)
            : row.full === null ? "—" : voice.value(String(row.full))) }],
    }).node, left(page, capacity, "capacity.csv")] : null);
}

/** @param {Page} page */
export function referralSection(page) {
  const { voice, state } = page;
  const { referral } = page.data.grids || {};
  if (!referral) return null;
  const rows = toRows(referral.table);
  const columns = columnsOf(page);
  const service = (key) => ({ key, title: voice.say(key), kind: "text",
    value: (row) => serviceName(page, row[key]) });
  const metres = (key) => ({ key, title: voice.say(key), kind: "number",
    value: (row) => row[key],
    cell: (row) => (row[key] === null || row[key] === undefined ? "—" : voice.metres(row[key])) });
  const held = { rows: referral.rows, table: { service: rows } };
  return section(page, "referral",
    el("p", { class: "lead" }, voice.say("referral_lead")),
    sortableTable({
      voice, rows, state: state.referralSort, name: "referral-table", portion: 24,
      columns: [service("from_service"), columns.text("from_name"), service("to_service"),
        columns.text("to_name"),
        { key: "minutes", title: voice.say("time"), kind: "number", value: (row) => row.minutes,
          cell: (row) => (row.minutes === null ? "—" : voice.minutes(row.minutes,
            row.status === "beyond" ? row.limit_minutes : undefined)) },
        metres("distance_m"),
        { key: "nearest_by_distance_name", title: voice.say("nearest_by_distance"), kind: "text",
          value: (row) => row.nearest_by_distance_name || row.nearest_by_distance_id || "",
          cell: (row) => (row.to_id && row.nearest_by_distance_id === row.to_id
            ? voice.say("the_same")
            : [row.nearest_by_distance_name || row.nearest_by_distance_id || "—",
              typeof row.distance_of_that_m === "number"
                ? el("span", { class: "where" }, voice.metres(row.distance_of_that_m)) : null]) },
        { key: "status", title: voice.say("status"), kind: "text", value: (row) => row.status,
          cell: (row) => (UNTOLD.has(row.status) && row.reason
            ? [voice.value(row.status), el("span", { class: "where" }, voice.value(row.reason))]
            : voice.value(row.reason || row.status)) },
        columns.word("mode")],
    }).node, left(page, held, "referral.csv"));
}
