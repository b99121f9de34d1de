// A layer of Leaflet that is one canvas, drawn anew by a function when the map moves or is told to.

const PADDING = 0.1; // how far beyond the window it is drawn, as parts of the window: each canvas is copied
// whole for the screen when it is drawn anew, so what is not seen costs as much as what is

let sheetClass = null;
function Sheet() {
  if (sheetClass) return sheetClass;
  sheetClass = L.Renderer.extend({
    options: { padding: PADDING },
    initialize(paint, isEmpty, options) {
      this.paint = paint;
      this.isEmpty = isEmpty;
      this.blank = true;
      L.Renderer.prototype.initialize.call(this, options);
    },
    _initContainer() {
      this._container = document.createElement("canvas");
      this._container.setAttribute("aria-hidden", "true");
      this._container.style.pointerEvents = "none";
      this._context = this._container.getContext("2d");
    },
    _destroyContainer() {
      this._container.remove();
      delete this._container;
      delete this._context;
    },
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize();
      const ratio = L.Browser.retina ? 2 : 1;
      L.DomUtil.setPosition(this._container, this._bounds.min);
      this._container.width = ratio * size.x;
      this._container.height = ratio * size.y;
      this.blank = true; // as every canvas that has been given a size
      this._container.style.width = size.x + "px";
      this._container.style.height = size.y + "px";
      this.redraw();
    },
    // box: the part that has changed, [west, north, east, south] as parts of the world; else all.
    redraw(box) {
      if (!this._map || !this._context) return;
      const empty = this.isEmpty();
      if (empty && this.blank) return;
      this.blank = empty;
      const { min, max } = this._bounds;
      const ratio = L.Browser.retina ? 2 : 1;
      const context = this._context;
      let view = viewOf(this._map, min, max);
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.save();
      if (box) view = clipTo(context, view, box, min, ratio);
      else context.clearRect(0, 0, this._container.width, this._container.height);
      if (!empty) {
        context.setTransform(ratio, 0, 0, ratio, -ratio * min.x, -ratio * min.y);
        this.paint(context, view);
      }
      context.restore();
    },
  });
  return sheetClass;
}

// From Web Mercator (0 to 1) to the points of the map's layers, and what part of it is seen.
function viewOf(map, min, max) {
  const zoom = map.getZoom();
  const scale = 256 * 2 ** zoom;
  const origin = map.getPixelOrigin();
  return {
    map, zoom, scale, left: origin.x, top: origin.y,
    west: (min.x + origin.x) / scale, north: (min.y + origin.y) / scale,
    east: (max.x + origin.x) / scale, south: (max.y + origin.y) / scale,
  };
}

const EDGE = 3; // pixels that a border may reach beyond its area

// Clear a part of the canvas, in whole pixels so that its edge leaves no trace, and paint nothing else.
function clipTo(context, view, [west, north, east, south], min, ratio) {
  const across = (x) => (x * view.scale - view.left - min.x) * ratio;
  const down = (y) => (y * view.scale - view.top - min.y) * ratio;
  const [left, top] = [across(west), down(north)].map((at) => Math.floor(at) - EDGE);
  const [right, bottom] = [across(east), down(south)].map((at) => Math.ceil(at) + EDGE);
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  context.clearRect(left, top, right - left, bottom - top);
  const reach = (2 * EDGE + 1) / view.scale; // of the borders of what lies beside
  return { ...view, west: west - reach, north: north - reach, east: east + reach,
    south: south + reach };
}

// Panes are stacked by `order`, as in Leaflet: 200 tiles, 400 overlays, 600 markers. isEmpty tells when
// there is nothing to paint: a sheet that is blank already is then left alone.
export function makeSheet(map, name, order, paint, isEmpty = () => false) {
  const pane = map.getPane(name) || map.createPane(name);
  pane.style.zIndex = String(order);
  pane.style.pointerEvents = "none";
  return new (Sheet())(paint, isEmpty, { pane: name }).addTo(map);
}
