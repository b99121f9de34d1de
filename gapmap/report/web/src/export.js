// The map as it is seen as a picture (PNG) for slides: title, legend, scale bar, north arrow, and
// whether data is simulated are drawn on it, on one canvas. Its text is canvas text and nothing else.

import { mapMark, titleOf } from "./document.js";
import { download, el } from "./text.js";

const SHARP = 2; // pixels of the picture for each pixel of the screen
const EDGE = 16;
const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Segoe UI", Arial, sans-serif';
const INK = "#1f2a33";
const SOFT = "#55616b";
const ALARM = "#b34a00";

const fontOf = (size, bold) => (bold ? "700 " : "400 ") + size + "px " + FONT;

// Lines of a text that fit a width: broken at blanks and between wide characters.
function linesOf(context, text, width) {
  const pieces = String(text).match(/[\u2e80-\uffff]|\s+|[^\s\u2e80-\uffff]+/g) || [];
  const lines = [];
  let line = "";
  for (const piece of pieces) {
    if (line && context.measureText(line + piece).width > width) {
      lines.push(line);
      line = piece.trim();
    } else line += piece;
  }
  return line ? lines.concat(line) : lines;
}

// ---- drawings (SVG) onto a canvas -------------------------------------------------------------

const number = (node, name, otherwise) => parseFloat(node.getAttribute(name) || "") || otherwise || 0;

const PATHS = {
  circle: (node) => {
    const path = new Path2D();
    path.arc(number(node, "cx"), number(node, "cy"), number(node, "r"), 0, 2 * Math.PI);
    return path;
  },
  line: (node) => {
    const path = new Path2D();
    path.moveTo(number(node, "x1"), number(node, "y1"));
    path.lineTo(number(node, "x2"), number(node, "y2"));
    return path;
  },
  path: (node) => new Path2D(node.getAttribute("d") || ""),
  rect: (node) => {
    const path = new Path2D();
    path.rect(number(node, "x"), number(node, "y"), number(node, "width"), number(node, "height"));
    return path;
  },
};

function paintNode(context, node) {
  const style = window.getComputedStyle(node);
  const seen = (colour) => colour && colour !== "none" && !/^url/.test(colour);
  context.save();
  context.globalAlpha *= parseFloat(style.opacity);
  if (PATHS[node.tagName]) {
    const path = PATHS[node.tagName](node);
    context.setLineDash((style.strokeDasharray.match(/[\d.]+/g) || []).map(Number));
    if (seen(style.fill) && node.tagName !== "line") {
      context.fillStyle = style.fill;
      context.fill(path);
    }
    if (seen(style.stroke) && parseFloat(style.strokeWidth) > 0) {
      context.strokeStyle = style.stroke;
      context.lineWidth = parseFloat(style.strokeWidth);
      context.stroke(path);
    }
  } else if (node.tagName === "text") {
    context.font = style.fontWeight + " " + style.fontSize + " " + FONT;
    context.fillStyle = style.fill;
    context.textAlign = /** @type {any} */ ({ middle: "center", end: "right" })[style.textAnchor] || "left";
    context.fillText(node.textContent, number(node, "x"), number(node, "y"));
  } else {
    for (const child of node.children) paintNode(context, child);
  }
  context.restore();
}

// Draw an svg element of the page with its upper left corner at x, y.
function paintDrawing(context, drawing, x, y) {
  const box = (drawing.getAttribute("viewBox") || "0 0 1 1").split(/\s+/).map(Number);
  const scale = number(drawing, "width", box[2]) / box[2];
  context.save();
  context.translate(x, y);
  context.scale(scale, scale);
  context.translate(-box[0], -box[1]);
  for (const child of drawing.children) paintNode(context, child);
  context.restore();
}

// ---- the map ----------------------------------------------------------------------------------

const orderOf = (node) => {
  const pane = node.closest(".leaflet-pane");
  return pane ? parseInt(window.getComputedStyle(pane).zIndex, 10) || 0 : 0;
};

// Everything that the map's canvases show, from the lowest to the topmost.
function paintCanvases(context, frame, left, top) {
  const box = frame.getBoundingClientRect();
  Array.from(frame.querySelectorAll("canvas"))
    .map((canvas, at) => ({ canvas, at, order: orderOf(canvas) }))
    .sort((a, b) => a.order - b.order || a.at - b.at)
    .forEach(({ canvas }) => {
      const place = canvas.getBoundingClientRect();
      if (!canvas.width || !canvas.height || !place.width) return;
      context.drawImage(canvas, left + place.left - box.left, top + place.top - box.top,
        place.width, place.height);
    });
}

// Names of districts and towns, which are elements, not drawings.
function paintNames(context, frame, left, top) {
  const box = frame.getBoundingClientRect();
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const node of frame.querySelectorAll(".leaflet-marker-pane .leaflet-marker-icon span")) {
    const place = node.getBoundingClientRect();
    const style = window.getComputedStyle(node);
    if (!place.width || style.visibility === "hidden") continue;
    context.font = style.fontWeight + " " + style.fontSize + " " + FONT;
    const x = left + place.left + place.width / 2 - box.left;
    const y = top + place.top + place.height / 2 - box.top;
    context.lineWidth = 3;
    context.strokeStyle = "rgba(255, 255, 255, 0.85)";
    context.strokeText(node.textContent || "", x, y);
    context.fillStyle = style.color;
    context.fillText(node.textContent || "", x, y);
  }
  context.textBaseline = "alphabetic";
}

function paintScale(context, frame, left, bottom) {
  const bar = frame.querySelector(".leaflet-control-scale-line");
  if (!bar) return;
  const { width } = bar.getBoundingClientRect();
  context.fillStyle = "rgba(255, 255, 255, 0.85)";
  context.fillRect(left - 6, bottom - 26, width + 12, 32);
  context.fillStyle = INK;
  context.fillRect(left, bottom - 4, width, 4);
  context.fillRect(left, bottom - 9, 1.5, 9);
  context.fillRect(left + width - 1.5, bottom - 9, 1.5, 9);
  context.font = fontOf(12, false);
  context.textAlign = "center";
  context.fillText(bar.textContent, left + width / 2, bottom - 10);
}

function paintNorth(context, page, right, top) {
  const drawing = page.parts.map.querySelector(".north svg");
  context.fillStyle = "rgba(255, 255, 255, 0.85)";
  context.fillRect(right - 30, top - 6, 36, 56);
  if (drawing) paintDrawing(context, drawing, right - 22, top);
  context.fillStyle = INK;
  context.font = fontOf(12, true);
  context.textAlign = "center";
  context.fillText(page.voice.say("north"), right - 12, top + 44);
}

function paintMap(context, page, top, marked) {
  const frame = page.parts.map;
  const { width, height } = frame.getBoundingClientRect();
  context.save();
  context.beginPath();
  context.rect(EDGE, top, width, height);
  context.clip();
  context.fillStyle = window.getComputedStyle(frame).backgroundColor;
  context.fillRect(EDGE, top, width, height);
  paintCanvases(context, frame, EDGE, top);
  paintNames(context, frame, EDGE, top);
  paintNorth(context, page, EDGE + width - 12, top + 14);
  paintScale(context, frame, EDGE + 14, top + height - 14);
  if (marked && page.data.about.simulated.length) {
    context.translate(EDGE + width / 2, top + height / 2);
    context.rotate(-0.42);
    context.fillStyle = "rgba(0, 0, 0, 0.06)";
    context.font = fontOf(Math.round(width / 15), true);
    context.textAlign = "center";
    context.fillText("模拟数据 / simulated data", 0, 0);
  }
  context.restore();
  context.strokeStyle = "#6f7a84";
  context.lineWidth = 1;
  context.strokeRect(EDGE, top, width, height);
}

// ---- what stands around it --------------------------------------------------------------------

/** What the map shows: the service and its limit. */
export function serviceLine(page) {
  const service = page.service(page.state.service);
  return page.voice.both(service.name) + " ≤ "
    + page.voice.measured(service.limit, service.limit_unit);
}

function headOf(page) {
  const { voice, data } = page;
  const changed = page.parts.whatif && page.whatif && page.whatif.active
    ? page.parts.whatif.querySelector(".whatif-summary") : null;
  const scenario = [data.about.scenario ? "情景 / what-if: " + data.about.scenario : null,
    changed ? "情景 / what-if: " + changed.textContent : null].filter(Boolean).join(" · ");
  return {
    banner: data.about.simulated.length ? "模拟数据 / simulated data" : "",
    title: titleOf(page),
    line: serviceLine(page),
    facts: [data.about.date ? voice.say("at_date", { date: page.dateText() }) : null,
      data.about.plan ? voice.say("plan_is", { plan: data.about.plan }) : null]
      .filter(Boolean).join(" · "),
    scenario,
  };
}

const footOf = (page) => [page.parts.off.textContent, [mapMark(page),
  page.data.about.document.base_map
    ? page.voice.title("base_map") + " " + page.data.about.document.base_map : null,
  page.data.about.credit, "gapmap " + page.data.about.version].filter(Boolean).join(" · ")]
  .filter(Boolean);

// Texts from top to bottom; `draw` false only measures. Gives where they end.
function paintHead(context, head, width, draw) {
  let y = EDGE;
  const put = (text, size, bold, colour, gap) => {
    context.font = fontOf(size, bold);
    context.textAlign = "left";
    context.fillStyle = colour;
    for (const line of text ? linesOf(context, text, width) : []) {
      if (draw) context.fillText(line, EDGE, y + size);
      y += size * 1.35;
    }
    if (text) y += gap;
  };
  if (head.banner) {
    if (draw) {
      context.fillStyle = ALARM;
      context.fillRect(0, 0, width + 2 * EDGE, 30);
      context.fillStyle = "#ffffff";
      context.font = fontOf(16, true);
      context.textAlign = "center";
      context.fillText(head.banner, EDGE + width / 2, 21);
    }
    y = 38;
  }
  put(head.title, 20, true, INK, 2);
  put(head.line, 16, true, INK, 2);
  put(head.facts, 12, false, SOFT, 2);
  put(head.scenario, 13, true, ALARM, 2);
  return y + 6;
}

function paintLegend(context, page, width, top, draw) {
  const items = Array.from(page.parts.legend.querySelectorAll("li")).filter((item) => {
    const box = item.querySelector("input");
    return !box || box.checked; // what is not shown needs no line
  });
  let x = EDGE;
  let y = top + 8;
  context.font = fontOf(13, false);
  context.textAlign = "left";
  for (const item of items) {
    const drawing = item.querySelector("svg");
    const words = Array.from(item.querySelectorAll("span, b"))
      .map((one) => one.textContent).join(" ");
    const wide = 22 + context.measureText(words).width + 22;
    if (x > EDGE && x + wide > EDGE + width) {
      x = EDGE;
      y += 22;
    }
    if (draw) {
      if (drawing) paintDrawing(context, drawing, x, y);
      context.font = fontOf(13, false);
      context.textAlign = "left";
      context.fillStyle = INK;
      context.fillText(words, x + 22, y + 13);
    }
    x += wide;
  }
  return y + 26;
}

function paintFoot(context, lines, width, top, draw) {
  let y = top + 4;
  context.font = fontOf(11, false);
  context.textAlign = "left";
  context.fillStyle = SOFT;
  for (const text of lines) {
    for (const line of linesOf(context, text, width)) {
      if (draw) context.fillText(line, EDGE, y + 11);
      y += 15;
    }
  }
  return y + 8;
}

// The canvases of the map with twice the pixels, while something is done.
function sharply(map, act) {
  const was = L.Browser.retina;
  L.Browser.retina = true;
  map.fire("moveend");
  const done = act();
  L.Browser.retina = was;
  map.fire("moveend");
  return done;
}

/** The map alone as a canvas, with scale bar and north arrow. */
export function mapPicture(page) {
  const canvas = document.createElement("canvas");
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const { width, height } = page.parts.map.getBoundingClientRect();
  canvas.width = Math.round(SHARP * width);
  canvas.height = Math.round(SHARP * height);
  context.scale(SHARP, SHARP);
  context.translate(-EDGE, 0);
  sharply(page.map, () => paintMap(context, page, 0, false)); // the sheet has its own mark
  return canvas;
}

/** The picture of the map as a canvas. */
export function pictureOf(page) {
  const canvas = document.createElement("canvas");
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const { width, height } = page.parts.map.getBoundingClientRect();
  const head = headOf(page);
  const top = paintHead(context, head, width, false);
  const legend = paintLegend(context, page, width, top + height, false);
  const end = paintFoot(context, footOf(page), width, legend, false);
  canvas.width = Math.round(SHARP * (width + 2 * EDGE));
  canvas.height = Math.round(SHARP * end);
  context.scale(SHARP, SHARP);
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width + 2 * EDGE, end);
  paintHead(context, head, width, true);
  sharply(page.map, () => paintMap(context, page, top, true));
  paintLegend(context, page, width, top + height, true);
  paintFoot(context, footOf(page), width, legend, true);
  return canvas;
}

// A name that every file system takes.
const fileName = (parts) => parts.filter(Boolean).join("_")
  .replace(/[\u0000-\u001f\u007f\\/:*?"<>|\s]+/g, "_").slice(0, 80) + ".png";

function savePicture(canvas, name) {
  canvas.toBlob((blob) => { if (blob) download(blob, name); }, "image/png");
}

// The button on the map.
export const pictureButton = (page) => el("button", { type: "button", class: "save-picture",
  title: page.voice.say("save_picture_help"),
  click: () => savePicture(pictureOf(page), fileName([titleOf(page),
    page.voice.both(page.service(page.state.service).name), page.shownDate(),
    page.whatif && page.whatif.active ? page.voice.say("whatif") : null].filter(Boolean))),
}, page.voice.say("save_picture"));
