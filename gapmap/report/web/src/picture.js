// The picture of the map as Python packs it (gapmap/drawing/picture.py) becomes full columns.

import { feature } from "../../vendor/topojson-client.js";

const HALF = 0.5;

// Positions of a layer of the topology, one entry for each shape: a list of polygons (lists of rings)
// or of lines; empty for a shape that is none or is too small for the grid.
function shapesOf(topology, name) {
  const layer = topology.objects[name];
  if (!layer) return null;
  return layer.geometries.map((one) => {
    if (!one.type) return [];
    const { coordinates, type } = feature(topology, one).geometry;
    return type.startsWith("Multi") ? coordinates : [coordinates];
  });
}

// Minutes follow from the metres, but for what they differ by in tenths and the few told as they are.
function minutesOf(packed, metres) {
  if (Array.isArray(packed)) return packed;
  const { per_m: perMetre, tenths, exact } = packed;
  return metres.map((one, at) => {
    if (one === null) return null;
    if (at in exact) return exact[at];
    return (Math.floor(one * perMetre * 10 + HALF) + tenths[at]) / 10;
  });
}

function unpackService(picture, service, held) {
  const list = picture.facilities[service.id];
  const names = [...list.name, ...(held.others || [])];
  held.minutes = minutesOf(held.minutes, held.distance_m);
  held.facility_number = held.facility;
  held.facility = held.facility.map((number) => (number < 0 ? "" : names[number]));
  const beyond = picture.statuses.indexOf("uncovered");
  const way = service.limit_unit === "minutes" ? held.minutes : held.distance_m;
  held.shortfall = held.shortfall || way.map((one, at) =>
    (held.status[at] === beyond && typeof one === "number" ? one - service.limit : null));
}

function unpackRoutes(picture, ids) {
  const { topology } = picture;
  const count = picture.places.id.length;
  const found = Object.fromEntries(ids.map((id) => [id, []]));
  const layer = topology.objects.routes;
  const shapes = shapesOf(topology, "routes") || [];
  shapes.forEach((lines, at) => {
    const key = layer.geometries[at].id;
    for (const line of lines) found[ids[Math.floor(key / count)]].push([key % count, line]);
  });
  return found;
}

// Make full columns in place. services: [{ id, limit, limit_unit }].
export function unpackPicture(picture, services) {
  const known = new Map(services.map((one) => [one.id, one]));
  for (const [id, held] of Object.entries(picture.services)) {
    unpackService(picture, known.get(id), held);
  }
  picture.routes = unpackRoutes(picture, picture.drawn_services);
  picture.shapes = {};
  for (const name of ["districts", "towns", "places", "roads", "water", "ferries"]) {
    picture.shapes[name] = shapesOf(picture.topology, name);
  }
  delete picture.topology;
  return picture;
}
