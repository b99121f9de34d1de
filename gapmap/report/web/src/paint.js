// Drawing on a canvas: areas, lines and marks, many of one look in one go.

import { hatchOf, trace } from "./marks.js";

const AT_ONCE = 400; // shapes in one path: longer ones take the canvas more time for each shape

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

// Areas of one look. outline: { color, weight } of their borders.
export function paintAreas(context, view, { shapes, boxes, numbers, mark, outline }) {
  let drawn = 0;
  context.beginPath();
  const finish = () => {
    fillAs(context, mark, "evenodd");
    if (outline) strokeAs(context, outline);
    context.beginPath();
    drawn = 0;
  };
  for (const at of numbers) {
    if (!shapes[at].length || !seen(view, boxes, at)) continue;
    for (const ring of shapes[at]) follow(context, view, ring, true);
    drawn += 1;
    if (drawn === AT_ONCE) finish();
  }
  if (drawn) finish();
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

// Marks of one look at points x0 y0 x1 y1 ... Each is drawn by itself, for its border to be seen where
// they overlap; those without a border are drawn together.
export function paintMarks(context, view, { points, numbers, mark }) {
  const r = radiusAt(mark, view.zoom) * crowded(numbers.length, view.zoom);
  const beyond = r / view.scale;
  const together = !(mark.weight > 0) && !mark.label;
  let drawn = 0;
  if (together) context.beginPath();
  for (const at of numbers) {
    const px = points[2 * at];
    const py = points[2 * at + 1];
    if (!(px >= view.west - beyond && px <= view.east + beyond
      && py >= view.north - beyond && py <= view.south + beyond)) continue;
    const x = px * view.scale - view.left;
    const y = py * view.scale - view.top;
    if (!together) {
      paintMark(context, mark, x, y, r);
      continue;
    }
    trace(context, mark.shape, x, y, r);
    drawn += 1;
    if (drawn % AT_ONCE === 0) {
      fillAs(context, mark);
      context.beginPath();
    }
  }
  if (together) fillAs(context, mark);
}

export function paintMark(context, mark, x, y, r) {
  context.beginPath();
  trace(context, mark.shape, x, y, r);
  fillAs(context, mark);
  strokeAs(context, mark);
  if (mark.label) write(context, mark, x, y, r);
}
