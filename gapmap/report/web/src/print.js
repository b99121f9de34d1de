// Printing: the map fills an A3 sheet and is drawn for it before the browser lays the pages out.
// CSS alone would leave the map as large as it is on the screen, in a corner of the sheet. It is
// printed as one picture: the map's own canvases are larger than a page, and come out blank.

import { mapMark } from "./document.js";
import { mapPicture, serviceLine } from "./export.js";
import { el } from "./text.js";

// What stands across every page: that data is simulated, and that the map is internal.
function pageMark(page) {
  const { about } = page.data;
  const told = [about.simulated.length ? "模拟数据 / simulated data" : null,
    about.document.draft ? mapMark(page) : null].filter(Boolean).join(" · ");
  return told ? el("p", { class: "print-mark", "aria-hidden": "true" }, told) : null;
}

// Pages of two sizes: before Chromium 131, and elsewhere, every page is laid out in the width of the
// first, and tables would be cut off at the edge of an A4 page. There all pages are A3.
const MIXES_SIZES = 131;
const ONE_SIZE = "@page { size: A3 landscape; margin: 10mm }"
  + " @media print { .head, .map-side { page: auto } }";

function mixesSizes() {
  const version = /Chrom(?:e|ium)\/(\d+)/.exec(navigator.userAgent);
  return version !== null && Number(version[1]) >= MIXES_SIZES;
}

export function watchPrint(page) {
  if (!mixesSizes()) document.head.appendChild(el("style", {}, ONE_SIZE));
  /** @type {any} */
  let before = null; // what the screen showed, and what was added for paper
  const prepare = () => {
    if (before || !page.map) return;
    if (page.behind) page.drawBehind();
    const { map } = page;
    before = { centre: map.getCenter(), zoom: map.getZoom(), added: [] };
    document.documentElement.classList.add("printing");
    map.invalidateSize({ animate: false });
    page.chart.fit();
    const picture = mapPicture(page);
    picture.className = "print-map";
    const frame = page.parts.map.parentNode;
    frame.appendChild(picture);
    const title = el("h2", { class: "print-title" }, serviceLine(page));
    frame.parentNode.insertBefore(title, frame);
    const mark = pageMark(page);
    if (mark) document.body.appendChild(mark);
    before.added = [picture, title, mark].filter(Boolean);
  };
  const restore = () => {
    if (!before) return;
    const { centre, zoom, added } = before;
    before = null;
    document.documentElement.classList.remove("printing");
    for (const node of added) node.remove();
    page.resize();
    page.map.setView(centre, zoom, { animate: false });
  };
  window.addEventListener("beforeprint", prepare);
  window.addEventListener("afterprint", restore);
  // Some ways of printing tell only the media that they are at work.
  const media = window.matchMedia("print");
  const change = () => (media.matches ? prepare() : restore());
  if (media.addEventListener) media.addEventListener("change", change);
}
