// The section of the data: findings by kind, the rows of each file, the network's pieces.

import { wholeNote } from "./overview.js";
import { chips } from "./sections.js";
import { sortableTable } from "./table.js";
import { el, section, toRows } from "./text.js";

const SEVERITIES = ["error", "warning", "note"];
const COUNTS = ["read", "used", "repaired", "excluded"];

// What a finding says, and its value where that is not in the words.
function said(voice, one) {
  const words = voice.both(one.message);
  const told = !one.value || words.includes(one.value);
  return [words, told ? null : el("span", { class: "where" }, one.value)];
}

// What findings of one kind say one by one; built when it is asked for.
function members(page, group) {
  const { voice } = page;
  const list = () => el("ul", { class: "members", tabindex: 0 },
    group.members.map((one) => el("li", {},
      one.row === null ? null : el("b", {}, voice.title("row") + " " + one.row + " "),
      said(voice, one))),
    group.members.length < group.count ? el("li", { class: "where" }, voice.say(
      "findings_of_kind",
      { shown: voice.count(group.members.length), all: voice.count(group.count) })) : null);
  return el("details", {
    toggle: (event) => {
      const fold = event.target;
      if (fold.open && fold.children.length === 1) fold.appendChild(list());
    },
  }, el("summary", {}, voice.say("unfold")));
}

function findingsTable(page, rows) {
  const { voice, state } = page;
  const text = (key, value) => ({ key, title: voice.title(key), kind: "text", value });
  return sortableTable({
    voice, rows, state: state.findingSort, name: "findings-table", portion: 30,
    columns: [
      { ...text("severity", (row) => SEVERITIES.indexOf(row.severity)),
        cell: (row) => el("span", { class: "state " + row.severity }, voice.value(row.severity)) },
      { key: "count", title: voice.title("count"), kind: "number", value: (row) => row.count,
        cell: (row) => voice.count(row.count) },
      { ...text("file", (row) => row.file),
        cell: (row) => [row.file || "—",
          row.layer ? el("span", { class: "where" }, row.layer) : null] },
      { ...text("row", (row) => row.row), cell: (row) => row.rows || "—" },
      { ...text("field", (row) => row.field), cell: (row) => row.field || "—" },
      { ...text("message", (row) => voice.both(row.message)),
        cell: (row) => [said(voice, row), row.members.length ? members(page, row) : null] },
      { ...text("what_to_do", (row) => voice.both(row.what_to_do)),
        cell: (row) => voice.both(row.what_to_do) || "—" },
      { ...text("done", (row) => voice.both(row.done)),
        cell: (row) => voice.both(row.done) || "—" },
    ],
  }).node;
}

// What became of the rows of each file, as an equation that the page works out itself.
function rowsPart(page) {
  const { voice, data, state } = page;
  if (!data.files.length) return null;
  const number = (key) => ({ key, title: [SIGNS[key] ? SIGNS[key] + " " : "", voice.say(key)],
    kind: "number", value: (row) => row[key], cell: (row) => voice.count(row[key]) });
  const sum = (key) => data.files.reduce((whole, row) => whole + row[key], 0);
  const adds = (row) => row.used + row.repaired + row.excluded === row.read;
  const wrong = data.files.filter((row) => !adds(row));
  const mine = (row) => data.findings.filter((one) => whole(one) === row.file);
  const found = (row) => mine(row).reduce((all, one) => all + one.count, 0);
  const law = (ok) => el("span", { class: "adds " + (ok ? "up" : "not") },
    el("span", { "aria-hidden": "true" }, ok ? "✓ " : "✗ "),
    voice.say(ok ? "rows_add_up" : "rows_do_not"));
  return [el("h3", {}, voice.say("rows_title")),
    el("p", { class: "lead" }, voice.say("rows_law")),
    el("p", { class: "rows-check", role: wrong.length ? "alert" : null }, law(!wrong.length), " ",
      voice.say(wrong.length ? "rows_wrong_files" : "rows_checked", {
        count: voice.count(wrong.length || data.files.length),
        files: wrong.map((row) => row.file).join(", ") })),
    sortableTable({
      voice, rows: data.files, state: state.fileSort, name: "files-table",
      columns: [{ key: "file", title: voice.title("file"), kind: "text",
        value: (row) => row.file }, ...COUNTS.map(number),
      { key: "adds", title: voice.say("rows_check"), kind: "text", value: (row) => adds(row) ? 1 : 0,
        cell: (row) => law(adds(row)) },
      { key: "found", title: voice.say("rows_findings"), kind: "number", value: found,
        cell: (row) => (found(row) ? el("button", { type: "button", class: "link",
          title: voice.say("rows_show_findings"), click: () => showFile(page, row.file) },
        severities(voice, mine(row))) : "0") }],
      foot: [voice.say("all_files"), ...COUNTS.map((key) => voice.count(sum(key))), "",
        voice.count(data.files.reduce((whole, row) => whole + found(row), 0))],
    }).node];
}

const SIGNS = { used: "=", repaired: "+", excluded: "+" };

// A layer's rows stand under the name of file and layer.
const whole = (one) => (one.layer ? one.file + "[" + one.layer + "]" : one.file);

// "2 warnings, 1 note" as figures with their words.
const severities = (voice, groups) => SEVERITIES.map((name) => {
  const count = groups.filter((one) => one.severity === name)
    .reduce((whole, one) => whole + one.count, 0);
  return count ? voice.value(name) + " " + voice.count(count) : null;
}).filter(Boolean).join(" · ");

function showFile(page, file) {
  page.state.findingFile = file;
  page.state.severity = null;
  page.drawFindings();
  page.parts.findings.scrollIntoView({ block: "start" });
}

// The findings of one file alone, and the way back to all.
function fileFilter(page) {
  const { voice, state } = page;
  if (!state.findingFile) return null;
  return el("p", { class: "file-filter" }, voice.say("findings_of_file",
    { file: state.findingFile }), " ", el("button", { type: "button", class: "quiet",
    id: "all-findings", click: () => { state.findingFile = null; page.drawFindings(); } },
  voice.say("filter_all")));
}

export function findingsSection(page) {
  const { voice, data, state } = page;
  const rows = data.findings.filter((row) =>
    (!state.severity || row.severity === state.severity)
    && (!state.findingFile || whole(row) === state.findingFile));
  const left = data.finding_kinds - data.findings.length;
  return section(page, "findings",
    wholeNote(page),
    el("p", { class: "lead" }, voice.say("findings_lead")),
    chips(page, SEVERITIES, data.finding_counts, state.severity, (name) => {
      state.severity = name;
      page.drawFindings();
    }),
    fileFilter(page),
    findingsTable(page, rows),
    left > 0 ? el("p", { class: "more" }, voice.say("findings_kinds", {
      shown: voice.count(data.findings.length), all: voice.count(data.finding_kinds) })) : null,
    rowsPart(page),
    piecesPart(page));
}

// The connected pieces of the network, in the section of the data.
function piecesPart(page) {
  const { voice } = page;
  const rows = toRows(page.data.pieces);
  if (!rows.length) return null;
  const count = (key) => ({ key, title: voice.title(key), kind: "number",
    value: (row) => row[key], cell: (row) => voice.count(row[key]) });
  return [el("h3", {}, voice.say("pieces_title")),
    el("p", { class: "lead" }, voice.say("pieces_lead")),
    sortableTable({
      voice, rows, state: {}, name: "pieces-table", portion: 12,
      columns: [
        { key: "mode", title: voice.title("mode"), kind: "text",
          value: (row) => voice.value(row.mode) },
        { key: "piece", title: voice.title("piece"), kind: "number", value: (row) => row.piece,
          cell: (row) => (row.piece === null ? "—" : voice.count(row.piece)) },
        count("places"), count("people"), count("facilities"),
        { key: "ways_km", title: voice.title("ways_km"), kind: "number",
          value: (row) => row.ways_km, cell: (row) => voice.number(row.ways_km) },
        { key: "has_ferry", title: voice.title("has_ferry"), kind: "text",
          value: (row) => (row.has_ferry === null ? "—" : voice.value(String(row.has_ferry))) },
        { key: "note", title: voice.title("note"), kind: "text",
          value: (row) => [row.is_main ? voice.title("is_main") : null,
            voice.language === "zh" ? row.note_zh : row.note].filter(Boolean)
            .join(voice.language === "zh" ? ";" : "; ") || "—" },
      ],
    }).node];
}
