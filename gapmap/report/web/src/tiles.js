// More shapes than one canvas can follow while it moves: tiles, cut once by geojson-vt and drawn again
// from what was cut when a state changes.

import GeoJSONVT from "../../vendor/geojson-vt.js";
import { hatchOf } from "./marks.js";
import { paintMark, radiusAt } from "./paint.js";

const EXTENT = 4096;
const SIZE = 256;
const BUFFER = 256; // in parts of EXTENT: 16 pixels, wider than any mark
const SMALL = 900; // areas in a tile, from which on outlines would hide them
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

function paintTile({ canvas, tile, zoom }, looks, outline) {
  const ratio = canvas.width / SIZE;
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (!tile || !looks) return;
  const areas = looks.map(() => []);
  const points = looks.map(() => []);
  for (const feature of tile.features) {
    const group = looks.of[feature.id];
    if (group < 0) continue;
    const isPoint = feature.type === POINT || feature.type === SINGLE;
    (isPoint ? points : areas)[group].push(feature);
  }
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
      paintTile(held, this.looks, this.outline);
      return canvas;
    },
    // groups as `grouped` of paint.js gives them, for `count` shapes; tiles in which every shape looks
    // as it did are left as they are.
    show(groups, count) {
      const before = this.looks;
      this.looks = groups;
      this.looks.of = new Int32Array(count).fill(-1);
      groups.forEach(({ numbers }, at) => {
        for (const number of numbers) this.looks.of[number] = at;
      });
      const markIn = (looks, number) => (looks.of[number] < 0 ? null : looks[looks.of[number]].mark);
      const changed = new Uint8Array(count);
      for (let at = 0; before && at < count; at += 1) {
        changed[at] = Number(markIn(before, at) !== markIn(groups, at));
      }
      for (const held of this.live.values()) {
        if (before && held.tile && !held.tile.features.some(({ id }) => changed[id])) continue;
        paintTile(held, this.looks, this.outline);
      }
    },
  });
  return layerClass;
}

export function makeTiles(map, cut, outline, pane) {
  return new (TileLayer())(cut, outline, { pane, tileSize: SIZE, updateWhenZooming: false,
    keepBuffer: 1, maxZoom: 18, minZoom: 0 }).addTo(map);
}
