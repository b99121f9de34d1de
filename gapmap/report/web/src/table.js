// One kind of table for the whole page: sorted by a click on its head, long ones in portions.

import { el } from "./text.js";

const PORTION = 400;

function empty(value) {
  return value === null || value === undefined || value === "";
}

// Unknown values stand last whichever way the table is sorted; infinity is the largest number.
function compare(a, b, collator, descending) {
  if (empty(a) || empty(b)) return empty(a) && empty(b) ? 0 : empty(a) ? 1 : -1;
  const sign = descending ? -1 : 1;
  if (a === "inf" || b === "inf") return a === b ? 0 : sign * (a === "inf" ? 1 : -1);
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  return sign * collator.compare(String(a), String(b));
}

export function sorted(rows, column, descending, locale) {
  if (!column) return rows.slice();
  const collator = new Intl.Collator(locale, { numeric: true });
  return rows
    .map((row, place) => [column.value(row), place, row])
    .sort((a, b) => compare(a[0], b[0], collator, descending) || a[1] - b[1])
    .map((held) => held[2]);
}

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

// options: voice, columns, rows, state {key, descending}, name, onRow(row), id(row), chosen,
// portion: rows that are drawn at first; foot: the cells of a last row, such as totals;
// rowClass(row): a class of rows that stand out
export function sortableTable(options) {
  const { voice, columns, rows, state } = options;
  const frame = el("div", { class: "table-frame " + (options.name || "") });
  let shown = options.portion || PORTION;

  function line(row) {
    const id = options.id ? options.id(row) : null;
    const cells = columns.map((column) => {
      const told = column.cell ? column.cell(row) : voice.text(column.value(row));
      return el("td", { class: column.kind }, told);
    });
    const look = options.rowClass ? options.rowClass(row) : null;
    if (!options.onRow) return el("tr", { "data-id": id, class: look }, cells);
    const act = () => options.onRow(row);
    return el("tr", {
      "data-id": id,
      class: "pick" + (options.chosen !== null && options.chosen === id ? " chosen" : ""),
      tabindex: 0,
      click: act,
      keydown: (event) => {
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

  function choose(id) {
    for (const row of frame.querySelectorAll("tr.chosen")) row.classList.remove("chosen");
    if (id === null) return;
    for (const row of frame.querySelectorAll("tr.pick")) {
      if (row.dataset.id !== String(id)) continue;
      row.classList.add("chosen");
      row.scrollIntoView({ block: "nearest" });
    }
  }

  draw();
  return { node: frame, choose };
}
