// What lies under and around the places: land, water, borders, roads, ferries, lines of longitude and
// latitude, names.

import { across, boxesOf, down, isInside, linesOf, pointsOf, ringsOf } from "./ground.js";
import { marks } from "./marks.js";
import { paintAreas, paintLines } from "./paint.js";
import { makeSheet } from "./sheet.js";
import { el } from "./text.js";

const ROADS = [{ width: 2.2, from: 0 }, { width: 1.5, from: 0 }, { width: 1, from: 11 },
  { width: 0.7, from: 12.5 }];
const TOWN_NAMES_FROM = 11;
const STEPS = [10, 5, 2, 1, 1 / 2, 1 / 4, 1 / 6, 1 / 12, 1 / 30, 1 / 60, 1 / 120, 1 / 360];
const LINES = 3; // of longitude or latitude that are to be seen at least
const INSET = 3;

// 113°30′E and so on: whole seconds.
export function degrees(value, letters) {
  const seconds = Math.round(Math.abs(value) * 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  const part = (number, sign) => String(number).padStart(2, "0") + sign;
  return Math.floor(seconds / 3600) + "°" + (minutes || rest ? part(minutes, "′") : "")
    + (rest ? part(rest, "″") : "") + letters[value < 0 ? 1 : 0];
}

export const stepFor = (span) => STEPS.find((step) => span / step >= LINES) || STEPS[STEPS.length - 1];

function paintGraticule(context, view) {
  const { map } = view;
  const size = map.getSize();
  const corner = map.containerPointToLayerPoint([0, 0]);
  const box = map.getBounds();
  const step = stepFor(Math.min(box.getEast() - box.getWest(), box.getNorth() - box.getSouth()));
  const between = (low, high) => {
    const made = [];
    for (let at = Math.ceil(low / step); at * step <= high; at += 1) made.push(at * step);
    return made;
  };
  const lons = between(box.getWest(), box.getEast());
  const lats = between(box.getSouth(), box.getNorth());
  paintLines(context, view, [
    ...lons.map((lon) => [across(lon), view.north, across(lon), view.south]),
    ...lats.map((lat) => [view.west, down(lat), view.east, down(lat)]),
  ], marks.graticule, false);
  context.font = "11px sans-serif";
  context.lineWidth = 3;
  context.strokeStyle = "#ffffff";
  context.fillStyle = "#47525c";
  const write = (text, x, y, align, baseline) => {
    context.textAlign = align;
    context.textBaseline = baseline;
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  };
  for (const lon of lons) {
    write(degrees(lon, "EW"), across(lon) * view.scale - view.left, corner.y + INSET, "center", "top");
  }
  for (const lat of lats) {
    write(degrees(lat, "NS"), corner.x + size.x - INSET, down(lat) * view.scale - view.top, "right",
      "bottom");
  }
}

const withBoxes = (shapes) => {
  const rings = ringsOf(shapes);
  return { shapes: rings, boxes: boxesOf(rings), numbers: rings.map((_, at) => at) };
};

function namesOf(map, list, kind) {
  const group = L.layerGroup();
  list.name.forEach((name, at) => {
    if (list.lon[at] === null) return;
    const icon = L.divIcon({ className: kind + "-name", iconSize: [0, 0],
      html: el("span", {}, name) });
    L.marker([list.lat[at], list.lon[at]], { icon, interactive: false, keyboard: false })
      .addTo(group);
  });
  return group;
}

// on: which layers are shown, by id. Gives what redraws them.
export function makeBackdrop(map, picture, on) {
  const { shapes } = picture;
  const districts = withBoxes(shapes.districts);
  const towns = withBoxes(shapes.towns);
  const water = withBoxes(shapes.water);
  const roads = linesOf(shapes.roads);
  const ferries = linesOf(shapes.ferries).reduce((all, lines) => all.concat(lines), []);
  const islands = pointsOf(picture.places);
  const land = { fill: "#ffffff", weight: 0 };
  const ground = makeSheet(map, "ground", 150, (context, view) => {
    paintAreas(context, view, { ...districts, mark: land, outline: null });
    const { fill } = on;
    if (fill) {
      const areas = fill.kind === "towns" ? towns : districts;
      for (const at of areas.numbers) {
        paintAreas(context, view, { ...areas, numbers: [at], mark: fill.mark(at), outline: null });
      }
    }
    if (on.water) paintAreas(context, view, { ...water, mark: marks.water, outline: marks.water });
  });
  const borders = (context, view, areas, mark) => {
    for (const at of areas.numbers) paintLines(context, view, areas.shapes[at], mark, true);
  };
  const lines = makeSheet(map, "lines", 300, (context, view) => {
    if (on.roads) {
      roads.forEach((rank, at) => {
        const { width, from } = ROADS[Math.min(at, ROADS.length - 1)];
        if (view.zoom >= from) paintLines(context, view, rank, { ...marks.road, weight: width }, false);
      });
    }
    if (on.towns) borders(context, view, towns, marks.town);
    if (on.districts) borders(context, view, districts, marks.district);
    if (on.ferries) {
      paintLines(context, view, ferries, marks.ferry, false);
      context.fillStyle = "#ffffff";
      for (const line of ferries) {
        for (const at of [0, line.length - 2]) {
          const x = line[at] * view.scale - view.left;
          const y = line[at + 1] * view.scale - view.top;
          context.beginPath();
          context.arc(x, y, 2.5, 0, 2 * Math.PI);
          context.fill();
          context.stroke();
        }
      }
    }
    if (on.islands) {
      context.strokeStyle = marks.island.color;
      context.lineWidth = marks.island.weight;
      for (const at of picture.places.island) {
        if (Number.isNaN(islands[2 * at])) continue;
        context.beginPath();
        context.arc(islands[2 * at] * view.scale - view.left,
          islands[2 * at + 1] * view.scale - view.top, 9, 0, 2 * Math.PI);
        context.stroke();
      }
    }
    if (on.graticule) paintGraticule(context, view);
  });
  const names = { districts: namesOf(map, picture.districts, "district"),
    towns: namesOf(map, picture.towns, "town") };
  const nameThem = () => {
    const shown = { districts: on.districts, towns: on.towns && map.getZoom() >= TOWN_NAMES_FROM };
    for (const [kind, group] of Object.entries(names)) {
      if (shown[kind]) group.addTo(map);
      else group.remove();
    }
  };
  map.on("zoomend", nameThem);
  return {
    redraw() {
      ground.redraw();
      lines.redraw();
      if (map._loaded) nameThem();
    },
    // The area at a position in parts of the world: its number, or null.
    at(kind, x, y) {
      const found = (kind === "towns" ? towns : districts).shapes
        .findIndex((rings) => isInside(rings, x, y));
      return found < 0 ? null : found;
    },
  };
}
