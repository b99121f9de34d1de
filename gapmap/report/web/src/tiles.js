// More shapes than one canvas can follow while it moves: tiles, cut once by geojson-vt and drawn again
// from what was cut when a state changes.

import GeoJSONVT from "../../vendor/geojson-vt.js";
import { unionOf } from "./ground.js";
import { hatchOf } from "./marks.js";
import { paintMark, radiusAt } from "./paint.js";

const EXTENT = 4096;
const SIZE = 256;
const BUFFER = 256; // in parts of EXTENT: 16 pixels, wider than any mark
const SMALL = 900; // areas in a tile, from which on outlines would hide them
const REACH = 16; // pixels, wider than any mark
const POINT = 4; // kinds of geojson-vt's own
const SINGLE = 1;

// Areas where there are any, else points: as GeoJSON with their numbers.
export function cutTiles(shapes, list) {
  const features = [];
  for (let at = 0; at < list.lon.length; at += 1) {
    const areas = shapes && shapes[at];
    const geometry = areas && areas.length ? { type: "MultiPolygon", coordinates: areas }
      : list.lon[at] === null || list.lat[at] === null ? null
        : { type: "Point", coordinates: [list.lon[at], list.lat[at]] };
    if (geometry) features.push({ type: "Feature", id: at, properties: null, geometry });
  }
  return new GeoJSONVT({ type: "FeatureCollection", features },
    { maxZoom: 18, indexMaxZoom: 4, indexMaxPoints: 0, extent: EXTENT, buffer: BUFFER,
      tolerance: 3 });
}

function follow(context, ring) {
  for (let i = 0; i < ring.length; i += 2) {
    if (i) context.lineTo(ring[i], ring[i + 1]);
    else context.moveTo(ring[i], ring[i + 1]);
  }
  context.closePath();
}

function paintAreas(context, features, mark, outline) {
  const hatched = mark.hatch ? hatchOf(context, mark.fill) : null;
  if (hatched) hatched.setTransform(new DOMMatrix().scale(EXTENT / SIZE));
  context.fillStyle = hatched || mark.fill;
  if (outline) {
    context.strokeStyle = outline.color;
    context.lineWidth = (outline.weight * EXTENT) / SIZE;
  }
  for (const feature of features) {
    context.beginPath();
    for (const ring of feature.geometry) follow(context, ring);
    if (mark.fill !== "none") context.fill("evenodd");
    if (outline) context.stroke();
  }
  if (hatched) hatched.setTransform(new DOMMatrix());
}

function paintPoints(context, features, mark, zoom) {
  const r = radiusAt(mark, zoom);
  const part = SIZE / EXTENT;
  for (const feature of features) {
    const [x, y] = feature.type === POINT ? [feature.x, feature.y] : feature.geometry;
    paintMark(context, mark, x * part, y * part, r);
  }
}

// Boxes of a tile's features in its own parts: west, north, east, south of each.
function boxesOf(features) {
  const boxes = new Float64Array(4 * features.length);
  features.forEach((feature, number) => {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    const add = (x, y) => {
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    };
    if (feature.type === POINT) add(feature.x, feature.y);
    else if (feature.type === SINGLE) add(feature.geometry[0], feature.geometry[1]);
    else for (const ring of feature.geometry) for (let i = 0; i < ring.length; i += 2) add(ring[i], ring[i + 1]);
    boxes.set(box, 4 * number);
  });
  return boxes;
}

// The part of a tile in which something has changed, in whole pixels and wider by any mark; or null.
function partOf(held, changed) {
  const { tile, canvas } = held;
  if (!held.boxes) held.boxes = boxesOf(tile.features);
  const box = unionOf(held.boxes, (number) => changed[tile.features[number].id]);
  const scale = canvas.width / EXTENT;
  const reach = (REACH * canvas.width) / SIZE;
  return box && box.map((at, side) => (side < 2 ? Math.floor(at * scale - reach)
    : Math.ceil(at * scale + reach)));
}

// Whether a feature may be seen in a part of a tile.
function isIn(held, number, [left, top, right, bottom]) {
  const scale = held.canvas.width / EXTENT;
  const reach = (REACH * held.canvas.width) / SIZE;
  const at = (side) => held.boxes[4 * number + side] * scale;
  return at(0) - reach <= right && at(2) + reach >= left && at(1) - reach <= bottom
    && at(3) + reach >= top;
}

// part: what has changed, [left, top, right, bottom] in pixels; else all.
function paintTile(held, looks, outline, part) {
  const { canvas, tile, zoom } = held;
  const ratio = canvas.width / SIZE;
  const context = canvas.getContext("2d");
  const [left, top, right, bottom] = part || [0, 0, canvas.width, canvas.height];
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  context.clearRect(left, top, right - left, bottom - top);
  if (tile && looks) paintFeatures(context, held, looks, { outline, ratio, zoom, part });
  context.restore();
}

function paintFeatures(context, held, looks, { outline, ratio, zoom, part }) {
  const { tile } = held;
  const areas = looks.map(() => []);
  const points = looks.map(() => []);
  tile.features.forEach((feature, number) => {
    const group = looks.of[feature.id];
    if (group < 0 || (part && !isIn(held, number, part))) return;
    const isPoint = feature.type === POINT || feature.type === SINGLE;
    (isPoint ? points : areas)[group].push(feature);
  });
  context.setTransform((ratio * SIZE) / EXTENT, 0, 0, (ratio * SIZE) / EXTENT, 0, 0);
  areas.forEach((features, at) => {
    if (features.length) {
      paintAreas(context, features, looks[at].mark, tile.features.length > SMALL ? null : outline);
    }
  });
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  points.forEach((features, at) => {
    if (features.length) paintPoints(context, features, looks[at].mark, zoom);
  });
}

let layerClass = null;
function TileLayer() {
  if (layerClass) return layerClass;
  layerClass = L.GridLayer.extend({
    initialize(cut, outline, options) {
      this.cut = cut;
      this.outline = outline;
      this.live = new Map();
      L.GridLayer.prototype.initialize.call(this, options);
      this.on("tileunload", ({ coords }) => this.live.delete(this._tileCoordsToKey(coords)));
    },
    createTile(coords) {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = SIZE * (L.Browser.retina ? 2 : 1);
      const tile = this.cut.getTileRaw(coords.z, coords.x, coords.y);
      const held = { canvas, tile, zoom: coords.z };
      this.live.set(this._tileCoordsToKey(coords), held);
      paintTile(held, this.looks, this.outline, null);
      return canvas;
    },
    // groups as `grouped` of paint.js gives them, for `count` shapes; changed: which of them look other
    // than before, where something was drawn before. Only what has changed is drawn again.
    show(groups, count, changed) {
      this.looks = groups;
      this.looks.of = new Int32Array(count).fill(-1);
      groups.forEach(({ numbers }, at) => {
        for (const number of numbers) this.looks.of[number] = at;
      });
      for (const held of this.live.values()) {
        const part = changed && held.tile ? partOf(held, changed) : null;
        if (part || !changed || !held.tile) paintTile(held, this.looks, this.outline, part);
      }
    },
  });
  return layerClass;
}

export function makeTiles(map, cut, outline, pane) {
  return new (TileLayer())(cut, outline, { pane, tileSize: SIZE, updateWhenZooming: false,
    keepBuffer: 1, maxZoom: 18, minZoom: 0 }).addTo(map);
}
