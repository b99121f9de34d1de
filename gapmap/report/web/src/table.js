// One kind of table for the whole page: sorted by a click on its head, long ones in portions.

import { el } from "./text.js";

const PORTION = 400;

/** @param {any} value */
function empty(value) {
  return value === null || value === undefined || value === "";
}

// Unknown values stand last whichever way the table is sorted; infinity is the largest number.
/** @type {(a: any, b: any, collator: Intl.Collator, descending?: boolean) => number} */
export function compare(a, b, collator, descending) {
  if (empty(a) || empty(b)) return empty(a) && empty(b) ? 0 : empty(a) ? 1 : -1;
  const sign = descending ? -1 : 1;
  if (a === "inf" || b === "inf") return a === b ? 0 : sign * (a === "inf" ? 1 : -1);
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  return sign * collator.compare(String(a), String(b));
}

/**
 * @template Kind
 * @param {Kind[]} rows
 * @param {Column | null | undefined} column
 * @param {boolean | undefined} descending
 * @param {string} locale
 * @returns {Kind[]}
 */
export function sorted(rows, column, descending, locale) {
  if (!column) return rows.slice();
  const collator = new Intl.Collator(locale, { numeric: true });
  return rows
    .map((row, place) => ({ value: column.value(row), place, row }))
    .sort((a, b) => compare(a.value, b.value, collator, descending) || a.place - b.place)
    .map((held) => held.row);
}

/** @type {(columns: Column[], state: SortState, onSort: (column: Column) => void) => Node} */
function head(columns, state, onSort) {
  return el("thead", {}, el("tr", {}, columns.map((column) => {
    const active = state.key === column.key;
    const order = active ? (state.descending ? "descending" : "ascending") : null;
    const arrow = active ? (state.descending ? " ▾" : " ▴") : "";
    const label = column.fixed
      ? column.title
      : el("button", { type: "button", class: "sort", click: () => onSort(column) },
        column.title, el("span", { class: "arrow", "aria-hidden": "true" }, arrow));
    return el("th", { scope: "col", class: column.kind, "aria-sort": order }, label);
  })));
}

/** @param {TableOptions} options */
export function sortableTable(options) {
  const { voice, columns, rows, state } = options;
  const frame = el("div", { class: "table-frame " + (options.name || "") });
  let shown = options.portion || PORTION;

  /** @param {any} row */
  function line(row) {
    const id = options.id ? options.id(row) : null;
    const cells = columns.map((column) => {
      const told = column.cell ? column.cell(row) : voice.text(column.value(row));
      return el("td", { class: column.kind }, told);
    });
    const look = options.rowClass ? options.rowClass(row) : null;
    const { onRow } = options;
    if (!onRow) return el("tr", { "data-id": id, class: look }, cells);
    const act = () => onRow(row);
    return el("tr", {
      "data-id": id,
      class: "pick" + (options.chosen !== null && options.chosen === id ? " chosen" : ""),
      tabindex: 0,
      click: act,
      keydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        act();
      },
    }, cells);
  }

  function draw() {
    const column = columns.find((one) => one.key === state.key);
    const ordered = sorted(rows, column, state.descending, voice.locale);
    const more = ordered.length - shown;
    frame.replaceChildren(
      el("table", {},
        head(columns, state, (chosen) => {
          state.descending = state.key === chosen.key ? !state.descending
            : chosen.kind === "number";
          state.key = chosen.key;
          draw();
        }),
        el("tbody", {}, ordered.slice(0, shown).map(line)),
        options.foot ? el("tfoot", {}, el("tr", {}, options.foot.map((cell, at) =>
          el("td", { class: columns[at].kind }, cell)))) : null),
    );
    if (!rows.length) frame.appendChild(el("p", { class: "none" }, voice.say("no_rows")));
    if (more <= 0) return;
    frame.appendChild(el("p", { class: "more" },
      voice.say("rows_shown", { shown: voice.count(shown), all: voice.count(ordered.length) }),
      " ",
      el("button", { type: "button", click: () => { shown += 5 * PORTION; draw(); } },
        voice.say("show_more"))));
  }

  /** @param {string | number | null} id */
  function choose(id) {
    for (const row of frame.querySelectorAll("tr.chosen")) row.classList.remove("chosen");
    if (id === null) return;
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (
      frame.querySelectorAll("tr.pick"))) {
      if (row.dataset.id !== String(id)) continue;
      row.classList.add("chosen");
      row.scrollIntoView({ block: "nearest" });
    }
  }

  draw();
  return { node: frame, choose };
}
