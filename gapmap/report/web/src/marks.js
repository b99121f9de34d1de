// How things are drawn on the map and, the same, in legends and tables.

import { svg } from "./text.js";

const COLOURS = { covered: "#1b6ca8", uncovered: "#d55e00", unknown: "#8c8c8c" };

export const marks = {
  covered: { shape: "circle", radius: 4.5, color: "#ffffff", weight: 1, fill: COLOURS.covered },
  uncovered: { shape: "circle", radius: 6, color: "#4a1f00", weight: 1.4, fill: COLOURS.uncovered,
    order: 2 },
  unknown: { shape: "circle", radius: 5.5, color: "#6e6e6e", weight: 1.4, fill: COLOURS.unknown,
    hatch: true, order: 1 },
  // A place that a colouring has nothing to say of.
  quiet: { shape: "circle", radius: 3, color: "#8f99a3", weight: 1, fill: "#ffffff", order: 0 },
  serves: { shape: "square", radius: 3.4, color: "#20272e", weight: 0, fill: "#20272e" },
  fails: { shape: "square", radius: 6.5, color: "#20272e", weight: 1.6, fill: "none" },
  doubtful: {
    shape: "square", radius: 6.5, color: "#6e6e6e", weight: 1.6, fill: "none", dash: "2 2",
  },
  proposed: { shape: "diamond", radius: 11, color: "#20272e", weight: 1.5, fill: "#f0c400",
    least: 0.85 }, // a site stays visible around its place
  // What a what-if builds, switches off, and might build.
  built: { shape: "circle", radius: 7, color: "#20272e", weight: 2, fill: "#f0c400" },
  off: { shape: "circle", radius: 5, color: "#d55e00", weight: 2, fill: "none", dash: "2 2" },
  candidate: { shape: "circle", radius: 1.5, color: "#6e6e6e", weight: 0, fill: "#6e6e6e" },
  way: { shape: "line", color: COLOURS.uncovered, weight: 1.2, opacity: 0.65 },
  road: { shape: "line", color: "#a7aeb5", weight: 1.2 },
  ferry: { shape: "line", color: "#3f6f8f", weight: 1.4, dash: "5 4" },
  district: { shape: "line", color: "#6f7a84", weight: 1.4 },
  town: { shape: "line", color: "#a3acb4", weight: 1, dash: "4 2" },
  water: { shape: "square", radius: 6, color: "#9fc0d6", weight: 1, fill: "#cfe3ef" },
  island: { shape: "circle", radius: 7, color: "#3f6f8f", weight: 1.6, fill: "none" },
  graticule: { shape: "line", color: "#9aa5ae", weight: 0.8 },
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

// Lines of a legend: one for proposed sites, or one for each year.
export function siteLines(voice, sites) {
  const phases = Array.from(new Set(sites.phase || [1])).sort((a, b) => a - b);
  if (phases.length < 2) {
    return [["proposed", voice.say("site_proposed"), sites.lon.length, siteMark(sites, 1)]];
  }
  return phases.map((phase) => {
    const at = sites.phase.indexOf(phase);
    const year = sites.year ? String(sites.year[at]) : voice.count(phase);
    return ["proposed" + phase, voice.say("site_of_year", { year }),
      sites.phase.filter((one) => one === phase).length, siteMark(sites, phase)];
  });
}

// Services side by side: the shapes and the colours repeat after different numbers, so that 35
// services have a mark each. Colours of Okabe and Ito 2008, darkened to stand out from the places.
const SHAPES = ["triangle", "square", "plus", "star", "drop"];
const FILLS = ["#20272e", "#7a3b8f", "#00735a", "#8a5a00", "#0b4f82", "#b0417f", "#4a4a4a"];
export const serviceMark = (number) => ({
  shape: SHAPES[number % SHAPES.length], radius: 5.2, color: "#ffffff", weight: 1,
  fill: FILLS[number % FILLS.length],
});

export const styleOf = (kind) => (typeof kind === "string" ? marks[kind] : kind);

// Corners of the shapes that are not round, as parts of the radius.
const star = Array.from({ length: 10 }, (_, at) => {
  const reach = at % 2 ? 0.5 : 1.25;
  return [reach * Math.sin((at * Math.PI) / 5), -reach * Math.cos((at * Math.PI) / 5)];
});
const CORNERS = {
  square: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
  diamond: [[0, -1], [1, 0], [0, 1], [-1, 0]],
  triangle: [[0, -1.2], [1.15, 0.9], [-1.15, 0.9]],
  drop: [[0, 1.2], [1.15, -0.9], [-1.15, -0.9]],
  plus: [[-0.4, -1.2], [0.4, -1.2], [0.4, -0.4], [1.2, -0.4], [1.2, 0.4], [0.4, 0.4], [0.4, 1.2],
    [-0.4, 1.2], [-0.4, 0.4], [-1.2, 0.4], [-1.2, -0.4], [-0.4, -0.4]],
  star,
};

// Add a shape to a canvas' path.
export function trace(context, shape, x, y, r) {
  if (shape === "circle") {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
    return;
  }
  CORNERS[shape].forEach(([dx, dy], at) => {
    if (at) context.lineTo(x + dx * r, y + dy * r);
    else context.moveTo(x + dx * r, y + dy * r);
  });
  context.closePath();
}

// What is unknown is hatched: a pattern for canvas, made once for each colour.
const HATCH = 6;
const patterns = new Map();
export function hatchOf(context, colour) {
  if (patterns.has(colour)) return patterns.get(colour);
  const tile = document.createElement("canvas");
  tile.width = tile.height = HATCH;
  /** @type {any} */
  const pen = tile.getContext("2d");
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, HATCH, HATCH);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.8;
  pen.beginPath();
  for (const shift of [-HATCH, 0, HATCH]) {
    pen.moveTo(shift - 1, HATCH + 1);
    pen.lineTo(shift + HATCH + 1, -1);
  }
  pen.stroke();
  patterns.set(colour, context.createPattern(tile, "repeat"));
  return patterns.get(colour);
}

const swatchShape = (shape, r, paint) => {
  if (shape === "circle") return svg("circle", { cx: 9, cy: 9, r, ...paint });
  if (shape === "line") return svg("path", { d: "M1 13L17 5", ...paint, "stroke-width": 1.6 });
  return svg("path", { ...paint, d: "M" + CORNERS[shape].map(([dx, dy]) =>
    (9 + dx * r).toFixed(1) + " " + (9 + dy * r).toFixed(1)).join("L") + "Z" });
};

// A swatch for legends and tables, drawn as the map draws it: a name among the marks, or a mark.
export function swatch(kind) {
  const mark = styleOf(kind);
  const r = Math.min(mark.radius || 0, 8);
  const hatched = Boolean(mark.hatch);
  const paint = {
    fill: hatched ? "#ffffff" : mark.fill || "none", stroke: mark.color,
    "stroke-width": mark.weight, "stroke-dasharray": mark.dash,
  };
  const s = r * 0.6;
  const lines = "M" + (9 - s) + " " + (9 + s) + "L" + (9 + s) + " " + (9 - s)
    + "M" + (9 - r * 0.9) + " 9L9 " + (9 - r * 0.9) + "M9 " + (9 + r * 0.9) + "L" + (9 + r * 0.9) + " 9";
  return svg(
    "svg",
    { class: hatched ? "swatch hatched" : "swatch", viewBox: "0 0 18 18", width: 16, height: 16,
      "aria-hidden": "true" },
    swatchShape(mark.shape, r, paint),
    hatched ? svg("path", { d: lines, stroke: mark.fill, "stroke-width": 1.4, fill: "none" }) : null,
    mark.label ? svg("text", { x: 9, y: 12.6, "text-anchor": "middle", "font-size": 10,
      "font-weight": 700, fill: mark.ink }, mark.label) : null,
  );
}
