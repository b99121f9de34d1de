// The map's own layer on Leaflet's canvas: districts, places by status, facilities, ways.
// Nothing here takes HTML: names go into text nodes.

import { el, svg } from "./text.js";

export const marks = {
  covered: { shape: "circle", radius: 4.5, color: "#ffffff", weight: 1, fill: "#1b6ca8" },
  uncovered: { shape: "circle", radius: 6, color: "#4a1f00", weight: 1.4, fill: "#d55e00",
    order: 2 },
  unknown: {
    shape: "circle", radius: 5, color: "#6e6e6e", weight: 1.8, fill: "#ffffff", dash: "3 2",
    order: 1,
  },
  // A place that a colouring has nothing to say of.
  quiet: { shape: "circle", radius: 3, color: "#8f99a3", weight: 1, fill: "#ffffff", order: 0 },
  serves: { shape: "square", radius: 3.4, color: "#20272e", weight: 0, fill: "#20272e" },
  fails: { shape: "square", radius: 6.5, color: "#20272e", weight: 1.6, fill: "none" },
  doubtful: {
    shape: "square", radius: 6.5, color: "#6e6e6e", weight: 1.6, fill: "none", dash: "2 2",
  },
  proposed: { shape: "diamond", radius: 11, color: "#20272e", weight: 1.5, fill: "#f0c400",
    least: 0.85 }, // a site stays visible around its place
  way: { shape: "line", color: "#d55e00", weight: 1.2, opacity: 0.65 },
};

// Proposed sites of several years differ by how dark they are, and by the year's number where
// there is room for it.
const YEARS = [["#7a4f00", "#ffffff"], ["#f0c400", "#20272e"], ["#fff3b0", "#20272e"]];
const MANY = 60;
export function siteMark(sites, phase) {
  const many = sites.lon.length > MANY;
  const plain = { ...marks.proposed, radius: many ? 6 : 11 };
  if (!sites.phase || new Set(sites.phase).size < 2) return plain;
  const [fill, ink] = YEARS[Math.min(phase, YEARS.length) - 1];
  return { ...plain, fill, ink, label: many ? undefined : String(phase) };
}

const styleOf = (kind) => (typeof kind === "string" ? marks[kind] : kind);

// A swatch for legends and tables, drawn as the map draws it: a name among the marks, or a mark.
export function swatch(kind) {
  const mark = styleOf(kind);
  const paint = {
    fill: mark.fill || "none", stroke: mark.color, "stroke-width": mark.weight,
    "stroke-dasharray": mark.dash,
  };
  const r = Math.min(mark.radius, 8);
  const shapes = {
    circle: () => svg("circle", { cx: 9, cy: 9, r, ...paint }),
    square: () => svg("rect", { x: 9 - r, y: 9 - r, width: 2 * r, height: 2 * r, ...paint }),
    diamond: () =>
      svg("path", { d: "M9 " + (9 - r) + "l" + r + " " + r + "l-" + r + " " + r + "l-" + r +
        " -" + r + "z", ...paint }),
    line: () => svg("path", { d: "M1 13L17 5", ...paint, "stroke-width": 1.6 }),
  };
  return svg(
    "svg",
    { class: "swatch", viewBox: "0 0 18 18", width: 16, height: 16, "aria-hidden": "true" },
    shapes[mark.shape](),
    mark.label ? svg("text", { x: 9, y: 12.6, "text-anchor": "middle", "font-size": 10,
      "font-weight": 700, fill: mark.ink }, mark.label) : null,
  );
}

const trace = {
  square(context, p, r) {
    context.rect(p.x - r, p.y - r, 2 * r, 2 * r);
  },
  diamond(context, p, r) {
    context.moveTo(p.x, p.y - r);
    context.lineTo(p.x + r, p.y);
    context.lineTo(p.x, p.y + r);
    context.lineTo(p.x - r, p.y);
    context.closePath();
  },
};

function write(context, dot) {
  const { label, ink } = dot.options;
  context.globalAlpha = 1;
  context.fillStyle = ink;
  context.font = "700 " + Math.round(dot._radius * 1.4) + "px sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(label, dot._point.x, dot._point.y + 0.5);
}

let shapeClass = null;
function Shape() {
  if (shapeClass) return shapeClass;
  shapeClass = L.CircleMarker.extend({
    _updatePath() {
      const canvas = this._renderer;
      if (!canvas._drawing || this._empty()) return;
      if (this.options.shape === "circle") {
        canvas._updateCircle(this);
        if (this.options.label) write(canvas._ctx, this);
        return;
      }
      canvas._ctx.beginPath();
      trace[this.options.shape](canvas._ctx, this._point, this._radius);
      canvas._fillStroke(canvas._ctx, this);
    },
  });
  return shapeClass;
}

function mark(lat, lon, kind, changes) {
  const style = styleOf(kind);
  return new (Shape())([lat, lon], {
    shape: style.shape, label: style.label, ink: style.ink, radius: style.radius,
    color: style.color, weight: style.weight, stroke: style.weight > 0, dashArray: style.dash,
    fill: style.fill !== "none", fillColor: style.fill, fillOpacity: 1, opacity: 1,
    interactive: false, kind: style, ...changes,
  });
}

// Seen from afar marks are smaller, so that they do not hide each other.
const scaleAt = (zoom) => (zoom >= 12.5 ? 1 : zoom >= 11 ? 0.8 : 0.6);

const turn = (pairs) => pairs.map(([lon, lat]) => [lat, lon]);
const placed = (list, i) => list.lon[i] !== null && list.lat[i] !== null;

function drawDistricts(map, districts, shapes) {
  const group = L.layerGroup().addTo(map);
  districts.name.forEach((name, at) => {
    L.polygon(shapes[at].map((rings) => rings.map(turn)), {
      color: "#8f99a3", weight: 1.2, fillColor: "#ffffff", fillOpacity: 1, interactive: false,
      smoothFactor: 0.8,
    }).addTo(group);
    const icon = L.divIcon({
      className: "district-name", iconSize: [0, 0], html: el("span", {}, name),
    });
    L.marker([districts.lat[at], districts.lon[at]], {
      icon, interactive: false, keyboard: false,
    }).addTo(group);
  });
  return group;
}

// A chart draws one service of a picture on a Leaflet map. look(number) gives the mark of a place
// that is drawn by something else than its status, null for one that is not drawn.
export function makeChart(map, picture) {
  drawDistricts(map, picture.districts, picture.shapes.districts);
  const ways = L.layerGroup().addTo(map);
  const dots = L.layerGroup().addTo(map);
  const spot = L.layerGroup().addTo(map);
  const { places, statuses } = picture;
  let service = null;
  let sites = null;
  let look = null;

  function bounds() {
    const box = L.latLngBounds([]);
    for (const polygons of picture.shapes.districts) {
      for (const rings of polygons) box.extend(L.latLngBounds(turn(rings[0])));
    }
    for (let i = 0; i < places.lon.length; i += 1) {
      const outside = picture.districts.name.length && places.position[i] === "outside";
      if (placed(places, i) && !outside) box.extend([places.lat[i], places.lon[i]]);
    }
    return box;
  }

  function fit(options) {
    const box = bounds();
    if (box.isValid()) map.fitBounds(box, { padding: [14, 14], animate: false, ...options });
    else map.setView([0, 0], 2);
  }

  function drawWays() {
    const style = marks.way;
    for (const [, line] of picture.routes[service]) {
      L.polyline(turn(line), {
        color: style.color, weight: style.weight, opacity: style.opacity, interactive: false,
      }).addTo(ways);
    }
  }

  const lookOf = (number) =>
    (look ? look(number) : marks[statuses[picture.services[service].status[number]]]);

  function drawPlaces() {
    const drawn = [];
    for (let i = 0; i < places.lon.length; i += 1) {
      const style = placed(places, i) ? lookOf(i) : null;
      if (style) drawn.push([style, i]);
    }
    drawn.sort((a, b) => (a[0].order || 0) - (b[0].order || 0) || a[1] - b[1]);
    for (const [style, i] of drawn) mark(places.lat[i], places.lon[i], style).addTo(dots);
  }

  function drawFacilities(kinds) {
    const list = picture.facilities[service];
    for (let i = 0; i < list.lon.length; i += 1) {
      if (!kinds.includes(list.kind[i]) || !placed(list, i)) continue;
      mark(list.lat[i], list.lon[i], list.kind[i]).addTo(dots);
    }
  }

  function resize() {
    const scale = scaleAt(map.getZoom());
    dots.eachLayer((one) => {
      const { radius, least } = one.options.kind;
      one.setRadius(radius * Math.max(scale, least || 0));
    });
  }

  function drawSites() {
    if (!sites) return;
    for (let i = 0; i < sites.lon.length; i += 1) {
      const style = siteMark(sites, sites.phase ? sites.phase[i] : 1);
      if (placed(sites, i)) mark(sites.lat[i], sites.lon[i], style).addTo(dots);
    }
  }

  function show(id, options) {
    const { showWays = true, proposed = null } = options || {};
    service = id;
    sites = proposed;
    look = (options && options.look) || null;
    ways.clearLayers();
    dots.clearLayers();
    if (showWays) drawWays();
    drawFacilities(["serves"]);
    drawSites();
    drawPlaces();
    drawFacilities(["fails", "doubtful"]);
    resize();
  }

  function select(number) {
    spot.clearLayers();
    if (number === null || !placed(places, number)) return;
    for (const [from, line] of picture.routes[service] || []) {
      if (from !== number) continue;
      L.polyline(turn(line), { color: "#20272e", weight: 3, interactive: false }).addTo(spot);
    }
    const style = lookOf(number) || marks.covered;
    const at = [places.lat[number], places.lon[number]];
    mark(...at, { ...style, label: undefined, shape: "circle" }, {
      radius: 13, fillOpacity: 0, color: "#20272e", weight: 2.2, dashArray: null,
    }).addTo(spot);
    mark(...at, style).addTo(spot);
  }

  // The nearest drawn thing within so many pixels: a number, or null.
  function nearest(list, point, pixels) {
    const corner = map.containerPointToLatLng(point.subtract([pixels, pixels]));
    const other = map.containerPointToLatLng(point.add([pixels, pixels]));
    let best = null;
    let least = pixels;
    for (let i = 0; i < list.lon.length; i += 1) {
      const lon = list.lon[i];
      const lat = list.lat[i];
      if (lon === null || lat === null) continue;
      if (lon < corner.lng || lon > other.lng || lat > corner.lat || lat < other.lat) continue;
      const distance = map.latLngToContainerPoint([lat, lon]).distanceTo(point);
      if (distance <= least) [best, least] = [i, distance];
    }
    return best;
  }

  function hit(point) {
    return {
      place: nearest(places, point, 9),
      facility: service ? nearest(picture.facilities[service], point, 7) : null,
      site: sites ? nearest(sites, point, 9) : null,
    };
  }

  map.on("zoomend", resize);
  return { fit, show, select, hit, bounds };
}

export const mapOptions = {
  preferCanvas: true, attributionControl: false, zoomControl: false, fadeAnimation: false,
  zoomSnap: 0.25, zoomDelta: 0.5, minZoom: 3, maxZoom: 18, wheelPxPerZoomLevel: 120,
};
