// The map's own layers on canvas: places by status, facilities, ways, and what lies around them.
// Nothing here takes HTML: names go into text nodes.

import { makeBackdrop } from "./backdrop.js";
import {
  boxesAround, boxesOf, isInside, linesOf, makeIndex, pointsOf, ringsOf, unionOf,
} from "./ground.js";
import { marks, serviceMark, siteMark, styleOf } from "./marks.js";
import { grouped, paintAreas, paintLines, paintMark, paintMarks, radiusAt } from "./paint.js";
import { makeSheet } from "./sheet.js";
import { cutTiles, makeTiles } from "./tiles.js";

export { marks, siteMark, swatch } from "./marks.js";

const MOST_PLAIN = 3000; // shapes on one canvas; more are tiles
const NEAR = { place: 9, facility: 7, site: 9 }; // pixels
const OUTLINE = { color: "#ffffff", weight: 0.6 };
const RING = { shape: "circle", radius: 13, color: "#20272e", weight: 2.2, fill: "none" };

// The layers that can be shown or not, whether a study has them, and whether they are shown at first.
/** @type {[string, (picture: any) => any, boolean][]} */
const LAYERS = [
  ["districts", (picture) => picture.districts.name.length, true],
  ["towns", (picture) => (picture.shapes.towns || []).some((one) => one.length), true],
  ["roads", (picture) => picture.shapes.roads, true],
  ["water", (picture) => picture.shapes.water, true],
  ["ferries", (picture) => picture.shapes.ferries, true],
  ["islands", (picture) => picture.places.island.length, false],
  ["graticule", () => true, false],
];

function bounds(picture) {
  const box = L.latLngBounds([]);
  const { places } = picture;
  for (const polygons of picture.shapes.districts) {
    for (const rings of polygons) for (const [lon, lat] of rings[0]) box.extend([lat, lon]);
  }
  for (let i = 0; i < places.lon.length; i += 1) {
    if (places.lon[i] === null || places.lat[i] === null) continue;
    if (picture.districts.name.length && places.position[i] === "outside") continue;
    box.extend([places.lat[i], places.lon[i]]);
  }
  return box;
}

// The places: areas or dots, on one canvas or as tiles.
function makePlaces(map, picture) {
  const { places } = picture;
  const count = places.lon.length;
  const points = pointsOf(places);
  const shapes = ringsOf(picture.shapes.places);
  const areas = shapes.some((one) => one.length);
  const isArea = (at) => areas && shapes[at].length > 0;
  const boxes = boxesOf(shapes);
  const tiled = count > MOST_PLAIN;
  let groups = [];
  let looks = null; // the mark of each place, as they were drawn last
  let index = null;
  const tiles = tiled ? makeTiles(map, cutTiles(picture.shapes.places, places), OUTLINE,
    areas ? "tilePane" : "dots") : null;
  const sheet = !tiled && areas ? makeSheet(map, "areas", 200, (context, view) => {
    for (const { mark, numbers } of groups) {
      paintAreas(context, view, { shapes, boxes, numbers, mark, outline: OUTLINE });
    }
  }) : null;
  // What has no area, and the labels of what has; tiles draw their dots themselves.
  const dotsOf = ({ mark, numbers }) => {
    if (tiled) return areas && mark.label ? numbers : [];
    return areas ? numbers.filter((at) => !isArea(at) || mark.label) : numbers;
  };
  return {
    points, areas, tiled,
    show(look) {
      groups = grouped(count, look);
      const before = looks;
      looks = new Array(count).fill(null);
      for (const { mark, numbers } of groups) for (const at of numbers) looks[at] = mark;
      const changed = before && looks.map((mark, at) => mark !== before[at]);
      if (tiles) tiles.show(groups, count, changed);
      if (!sheet) return;
      const box = changed && unionOf(boxes, (at) => changed[at]);
      if (!changed || box) sheet.redraw(box);
    },
    paintDots(context, view) {
      for (const group of groups) {
        const numbers = dotsOf(group);
        if (numbers.length) paintMarks(context, view, { points, numbers, mark: group.mark });
      }
    },
    hasDots: () => groups.some((group) => dotsOf(group).length),
    outline: (at) => (isArea(at) ? shapes[at] : null),
    // The place at a position, in parts of the world; `reach` is how far a dot may be off.
    at(x, y, reach) {
      if (!index) {
        const around = boxesAround(points);
        for (let i = 0; i < count; i += 1) {
          if (isArea(i)) around.set(boxes.subarray(4 * i, 4 * i + 4), 4 * i);
        }
        index = makeIndex(around);
      }
      let best = null;
      let least = reach;
      let inside = null;
      for (const at of index.near(x, y, reach)) {
        if (isArea(at)) {
          if (isInside(shapes[at], x, y)) inside = inside === null ? at : Math.min(inside, at);
          continue;
        }
        const away = Math.hypot(points[2 * at] - x, points[2 * at + 1] - y);
        if (away <= least) [best, least] = [at, away];
      }
      return best === null ? inside : best;
    },
  };
}

const nearestOf = (points, x, y, reach) => {
  let best = null;
  let least = reach;
  for (let at = 0; 2 * at < points.length; at += 1) {
    const away = Math.hypot(points[2 * at] - x, points[2 * at + 1] - y);
    if (away <= least) [best, least] = [at, away];
  }
  return best;
};

// A chart draws one service of a picture on a Leaflet map: show(service, { look, showWays, proposed })
// draws it, as cheaply again when only statuses have changed. look(number) gives the mark of a place
// that is drawn by something else than its status, null for one that is not drawn.
export function makeChart(map, picture) {
  const { places, statuses } = picture;
  const layers = LAYERS.filter(([, there]) => there(picture))
    .map(([id, , shown]) => ({ id, shown }));
  /** @type {Record<string, any>} */
  const on = Object.fromEntries(layers.map(({ id, shown }) => [id, shown]));
  const others = new Set(); // further services whose facilities are shown
  const ids = Object.keys(picture.services);
  /** @type {any} */
  const now = { service: null, sites: null, look: null, ways: true, place: null };
  let switched = []; // of a what-if: [{ mark, points, numbers }]
  const lines = new Map(); // of the ways of a service
  const spots = new WeakMap(); // of a list of facilities or sites
  const backdrop = makeBackdrop(map, picture, on);
  if (!map.getPane("dots")) map.createPane("dots").style.zIndex = "390";
  const drawn = makePlaces(map, picture);

  const spotsOf = (list) => {
    if (!spots.has(list)) spots.set(list, pointsOf(list));
    return spots.get(list);
  };
  const waysOf = (id) => {
    const told = picture.routes[id] || [];
    if (!lines.has(told)) {
      lines.clear();
      lines.set(told, linesOf([told.map(([, line]) => line)])[0]);
    }
    return lines.get(told);
  };
  const lookOf = (number) => {
    if (now.look) return now.look(number);
    const held = picture.services[now.service];
    return marks[statuses[held.status[number]]];
  };

  function paintFacilities(context, view, id, kinds, serving) {
    const list = picture.facilities[id];
    const points = spotsOf(list);
    for (const kind of kinds) {
      const numbers = [];
      for (let at = 0; at < list.kind.length; at += 1) if (list.kind[at] === kind) numbers.push(at);
      paintMarks(context, view, { points, numbers,
        mark: kind === "serves" ? serving : marks[kind] });
    }
  }

  function paintSites(context, view) {
    const { sites } = now;
    if (!sites) return;
    const points = spotsOf(sites);
    for (let at = 0; at < sites.lon.length; at += 1) {
      const mark = siteMark(sites, sites.phase ? sites.phase[at] : 1);
      paintMarks(context, view, { points, numbers: [at], mark });
    }
  }

  function paintChosen(context, view) {
    const { place } = now;
    if (place === null || Number.isNaN(drawn.points[2 * place])) return;
    const told = picture.routes[now.service] || [];
    const mine = waysOf(now.service).filter((_, at) => told[at][0] === place);
    paintLines(context, view, mine, { color: "#20272e", weight: 3 }, false);
    const rings = drawn.outline(place);
    if (rings) {
      paintLines(context, view, rings, { color: "#ffffff", weight: 5 }, true);
      paintLines(context, view, rings, { color: "#20272e", weight: 2.6 }, true);
      return;
    }
    const x = drawn.points[2 * place] * view.scale - view.left;
    const y = drawn.points[2 * place + 1] * view.scale - view.top;
    paintMark(context, RING, x, y, RING.radius);
    const mark = lookOf(place) || marks.covered;
    paintMark(context, mark, x, y, radiusAt(mark, view.zoom));
  }

  const under = makeSheet(map, "under", 380, (context, view) => {
    if (!now.service) return;
    if (now.ways) paintLines(context, view, waysOf(now.service), marks.way, false);
    for (const id of others) {
      paintFacilities(context, view, id, ["serves"], serviceMark(ids.indexOf(id)));
    }
    paintFacilities(context, view, now.service, ["serves"],
      others.size ? serviceMark(ids.indexOf(now.service)) : styleOf("serves"));
    paintSites(context, view);
  });
  const over = makeSheet(map, "over", 400, (context, view) => {
    drawn.paintDots(context, view);
    paintFacilities(context, view, now.service, ["fails", "doubtful"], null);
  }, () => !now.service || !(drawn.hasDots()
    || picture.facilities[now.service].kind.some((kind) => kind !== "serves")));
  const spot = makeSheet(map, "spot", 410, (context, view) => {
    for (const group of switched) paintMarks(context, view, group);
    paintChosen(context, view);
  }, () => !now.service || (now.place === null && !switched.length));

  function redraw() {
    under.redraw();
    over.redraw();
    spot.redraw();
  }

  // From a point of the window to parts of the world, and so many pixels in them.
  function placeOf(point) {
    const at = map.containerPointToLayerPoint(point);
    const origin = map.getPixelOrigin();
    const scale = 256 * 2 ** map.getZoom();
    return { x: (at.x + origin.x) / scale, y: (at.y + origin.y) / scale, scale };
  }

  return {
    layers,
    services: ids,
    markOf: serviceMark,
    isShown: (id) => Boolean(on[id]),
    setLayer(id, shown) {
      on[id] = shown;
      backdrop.redraw();
    },
    hasFacilities: (id) => others.has(id),
    setFacilities(id, shown) {
      if (shown) others.add(id);
      else others.delete(id);
      redraw();
    },
    bounds: () => bounds(picture),
    fit(options) {
      const box = bounds(picture);
      if (box.isValid()) map.fitBounds(box, { padding: [14, 14], animate: false, ...options });
      else map.setView([0, 0], 2);
      backdrop.redraw();
    },
    show(id, options) {
      const { showWays = true, proposed = null, look = null, fill = null } = options || {};
      if (on.fill || fill) {
        on.fill = fill;
        backdrop.redraw();
      }
      Object.assign(now, { service: id, sites: proposed, look, ways: showWays });
      drawn.show((number) => (Number.isNaN(drawn.points[2 * number]) ? null : lookOf(number)));
      redraw();
    },
    // What a what-if switches, [{ mark, numbers }], by number in a list of sites.
    setSwitched(list, groups) {
      const points = spotsOf(list);
      switched = groups.map((group) => ({ ...group, points }));
      spot.redraw();
    },
    select(number) {
      if (number === now.place) return;
      now.place = number;
      spot.redraw();
    },
    hit(point) {
      const { x, y, scale } = placeOf(point);
      const { service, sites } = now;
      return {
        place: drawn.at(x, y, NEAR.place / scale),
        facility: service
          ? nearestOf(spotsOf(picture.facilities[service]), x, y, NEAR.facility / scale) : null,
        area: on.fill ? backdrop.at(on.fill.kind, x, y) : null,
        site: sites ? nearestOf(spotsOf(sites), x, y, NEAR.site / scale) : null,
      };
    },
  };
}

export const mapOptions = {
  preferCanvas: true, attributionControl: false, zoomControl: false, fadeAnimation: false,
  zoomSnap: 0.25, zoomDelta: 0.5, minZoom: 3, maxZoom: 18, wheelPxPerZoomLevel: 120,
};
