// Everything by keyboard: the focus survives what is drawn anew, the list of services is walked with
// arrows, Enter on a row or on the map opens the card, Escape closes it and leads back.

import { el, fill } from "./text.js";

const REACHED = "a[href], button:not([disabled]), input:not([disabled]), select, textarea, summary,"
  + " [tabindex='0']";
// What tells one control from the others of its part.
const NAMES = ["id", "data-language", "data-service", "data-id", "data-town", "data-site",
  "data-chip", "data-target", "data-fold", "data-date", "data-state", "data-filter", "data-layer",
  "data-facilities", "data-keep", "data-act", "data-year", "data-proposed", "data-switch", "class"];

const isRow = (node) => node instanceof HTMLElement && node.matches("tr.pick");

function signature(node) {
  const names = NAMES.filter((name) => node.getAttribute(name));
  const found = names[0];
  // A class tells the kind alone, and what is pressed may have changed it: its first word does.
  return node.tagName + " " + (found === "class" ? node.classList[0] : found
    ? found + "=" + node.getAttribute(found) : "");
}

// Where a control stands: its part of the page, what it is, and which of those that are alike.
function placeOf(node) {
  const home = node.getRootNode(); // the document, or the shadow root of a notebook's widget
  const parts = [];
  for (let up = node.parentElement; up; up = up.parentElement) {
    if (up.id) parts.push("#" + up.id);
    else if (/-slot\b/.test(up.className)) parts.push("." + up.className.match(/[\w-]+-slot\b/)[0]);
  }
  const like = signature(node);
  const part = (parts[0] && home.querySelector(parts[0])) || home.body || home;
  const alike = Array.from(part.querySelectorAll(node.tagName))
    .filter((one) => signature(one) === like);
  return { node, home, parts, like, tag: node.tagName, text: node.textContent, at: alike.indexOf(node) };
}

function foundAgain({ node, home, parts, like, tag, text, at }) {
  if (node.isConnected) return node;
  for (const name of parts) {
    const part = home.querySelector(name);
    if (!part) continue;
    const alike = Array.from(part.querySelectorAll(tag)).filter((one) => signature(one) === like);
    const found = alike.find((one) => one.textContent === text) || alike[at];
    if (found) return found;
    // It is gone: what comes first in the smallest part that is still there.
    const first = part.querySelector(REACHED);
    if (first) return first;
  }
  return null;
}

// Drawing anew replaces what had the focus; it goes to the same control of the new part.
/** @type {(root: HTMLElement) => () => void} gives what ends it */
export function keepFocus(root) {
  const home = /** @type {Document | ShadowRoot} */ (root.getRootNode());
  const isNowhere = (node) => !node || node === document.body;
  let held = null;
  root.addEventListener("focusin", (event) => { held = placeOf(event.target); });
  const leave = (event) => {
    const [target] = event.composedPath(); // inside a shadow root, too
    if (!root.contains(target)) held = null;
  };
  document.addEventListener("focusin", leave);
  // Whoever clicks beside a control has left it.
  root.addEventListener("pointerdown", (event) => {
    const { activeElement } = home;
    const target = /** @type {Node} */ (event.target);
    held = activeElement && root.contains(activeElement) && activeElement.contains(target)
      ? placeOf(activeElement) : null;
  }, { capture: true });
  const again = () => {
    if (!held || held.node.isConnected) return;
    if (!isNowhere(home.activeElement) || !isNowhere(document.activeElement)) return;
    const found = foundAgain(held);
    if (found) found.focus({ preventScroll: true });
  };
  const watch = new MutationObserver(again);
  watch.observe(root, { childList: true, subtree: true });
  return () => {
    watch.disconnect();
    document.removeEventListener("focusin", leave);
  };
}

// Of a list of options one is in the order of Tab, and arrows go from one to the next.
function walkOptions(event) {
  const steps = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  const list = event.target.closest("[role=listbox]");
  if (!list || !(event.key in steps)) return;
  event.preventDefault();
  const options = Array.from(list.querySelectorAll("[role=option]"));
  const to = options.indexOf(event.target) + steps[event.key];
  const next = options[Math.max(0, Math.min(options.length - 1, to))];
  for (const one of options) one.tabIndex = one === next ? 0 : -1;
  next.focus();
}

// What is wider than its frame can be moved with arrows, so Tab must reach it. Looked at when Tab is
// pressed: whoever has a mouse needs no stop at every table.
function reachFrames(root) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    for (const frame of root.querySelectorAll(".table-frame, .programme-curve")) {
      const wide = frame.scrollWidth > frame.clientWidth + 1 && !frame.querySelector(REACHED);
      if (wide === frame.hasAttribute("tabindex")) continue;
      const title = frame.closest("section").querySelector("h2").textContent;
      if (!wide) frame.removeAttribute("tabindex");
      else fill(frame, { tabindex: 0, "aria-label": title,
        role: frame.tagName === "DIV" ? "group" : null }, []);
    }
  }, { capture: true });
}

// The card takes the focus of whoever opened it by keyboard, and gives it back.
function watchCard(page, root) {
  let from = null; // who opened it
  /** @type {{ place: any, shown: Node | null } | null} */
  let before = null;
  const open = () => page.parts.card && !page.parts.card.hidden;
  page.closeCard = () => {
    const inside = page.parts.card.contains(document.activeElement);
    page.select(null, false);
    const back = from && foundAgain(from);
    from = null;
    if (inside) (back || page.parts.map).focus({ preventScroll: !back });
  };
  const opens = (node) => node === page.parts.map || isRow(node);
  // Before the row acts: it may be drawn anew by what it does.
  root.addEventListener("keydown", (event) => {
    before = opens(event.target)
      ? { place: placeOf(event.target), shown: page.parts.card.lastChild } : null;
  }, { capture: true });
  root.addEventListener("keydown", (event) => {
    walkOptions(event);
    if (event.key === "Escape") {
      if (page.whatif && page.whatif.placing) page.whatif.togglePlacing();
      else if (open()) page.closeCard();
      return;
    }
    if (event.key !== "Enter" && event.key !== " ") return;
    if (!before) return;
    if (event.target === page.parts.map) {
      event.preventDefault();
      page.clicked(page.map.getSize().divideBy(2)); // where the cross is
    }
    if (!open() || page.parts.card.lastChild === before.shown) return;
    from = before.place;
    page.parts.card.focus();
  });
}

/**
 * @param {Page} page
 * @param {HTMLElement} root
 */
export function watchKeys(page, root) {
  keepFocus(root);
  reachFrames(root);
  watchCard(page, root);
}

// The first thing that Tab reaches: past the map, to the list of places.
/** @param {Page} page */
export const skipLink = (page) => el("a", { class: "skip", href: "#places", click: (event) => {
  event.preventDefault(); // the address keeps the code of a what-if
  page.parts.villages.focus();
} }, page.voice.say("skip_to_list"));
