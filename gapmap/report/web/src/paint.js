// Drawing on a canvas: areas, lines and marks, look by look.

import { hatchOf, trace } from "./marks.js";

// Seen from afar marks are smaller, so that they do not hide each other.
const scaleAt = (zoom) => (zoom >= 12.5 ? 1 : zoom >= 11 ? 0.8 : 0.6);
export const radiusAt = (mark, zoom) => mark.radius * Math.max(scaleAt(zoom), mark.least || 0);

// Thousands of marks of one kind are smaller still, until one is near enough to tell them apart.
const MANY = 2000;
const crowded = (count, zoom) => (count > MANY && zoom < 11 ? 0.5 : 1);

const dashOf = (mark) => (mark.dash ? mark.dash.split(" ").map(Number) : []);

const keyOf = (mark) => [mark.shape, mark.radius, mark.color, mark.weight, mark.fill, mark.dash,
  mark.label, mark.order].join("|");

// Numbers by how they look: [{ mark, numbers }], what lies on top last. look(number) gives a mark,
// null for what is not drawn.
export function grouped(count, look) {
  const byMark = new Map();
  const byKey = new Map();
  for (let at = 0; at < count; at += 1) {
    const mark = look(at);
    if (!mark) continue;
    let group = byMark.get(mark);
    if (!group) {
      const key = keyOf(mark);
      group = byKey.get(key) || { mark, numbers: [] };
      byKey.set(key, group);
      byMark.set(mark, group);
    }
    group.numbers.push(at);
  }
  return Array.from(byKey.values()).sort((a, b) => (a.mark.order || 0) - (b.mark.order || 0));
}

function fillAs(context, mark, rule) {
  if (!mark.fill || mark.fill === "none") return;
  context.fillStyle = mark.hatch ? hatchOf(context, mark.fill) : mark.fill;
  context.fill(rule || "nonzero");
}

function strokeAs(context, mark) {
  if (!(mark.weight > 0)) return;
  context.globalAlpha = mark.opacity === undefined ? 1 : mark.opacity;
  context.strokeStyle = mark.color;
  context.lineWidth = mark.weight;
  context.setLineDash(dashOf(mark));
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function follow(context, view, line, close) {
  for (let i = 0; i < line.length; i += 2) {
    const x = line[i] * view.scale - view.left;
    const y = line[i + 1] * view.scale - view.top;
    if (i) context.lineTo(x, y);
    else context.moveTo(x, y);
  }
  if (close) context.closePath();
}

const seen = (view, boxes, at) => !(boxes[4 * at] > view.east || boxes[4 * at + 2] < view.west
  || boxes[4 * at + 1] > view.south || boxes[4 * at + 3] < view.north);

// Areas of one look. outline: { color, weight } of their borders. One path each: many in one path take
// several times as long (measured with 3,000 and 25,000 in Chromium without a GPU).
export function paintAreas(context, view, { shapes, boxes, numbers, mark, outline }) {
  for (const at of numbers) {
    if (!shapes[at].length || !seen(view, boxes, at)) continue;
    context.beginPath();
    for (const ring of shapes[at]) follow(context, view, ring, true);
    fillAs(context, mark, "evenodd");
    if (outline) strokeAs(context, outline);
  }
}

export function paintLines(context, view, lines, mark, close) {
  context.beginPath();
  for (const line of lines) follow(context, view, line, close);
  strokeAs(context, mark);
}

function write(context, mark, x, y, r) {
  context.fillStyle = mark.ink;
  context.font = "700 " + Math.round(r * 1.4) + "px sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(mark.label, x, y + 0.5);
}

// Marks of one look at points x0 y0 x1 y1 ...
export function paintMarks(context, view, { points, numbers, mark }) {
  const r = radiusAt(mark, view.zoom) * crowded(numbers.length, view.zoom);
  const beyond = r / view.scale;
  const bare = mark.shape === "square" && !(mark.weight > 0) && !mark.label;
  if (bare) context.fillStyle = mark.fill;
  for (const at of numbers) {
    const px = points[2 * at];
    const py = points[2 * at + 1];
    if (!(px >= view.west - beyond && px <= view.east + beyond
      && py >= view.north - beyond && py <= view.south + beyond)) continue;
    const x = px * view.scale - view.left;
    const y = py * view.scale - view.top;
    if (bare) context.fillRect(x - r, y - r, 2 * r, 2 * r); // many times as fast as a path
    else paintMark(context, mark, x, y, r);
  }
}

export function paintMark(context, mark, x, y, r) {
  context.beginPath();
  trace(context, mark.shape, x, y, r);
  fillAs(context, mark);
  strokeAs(context, mark);
  if (mark.label) write(context, mark, x, y, r);
}
