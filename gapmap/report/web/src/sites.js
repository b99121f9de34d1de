// Where to build next: how good the sites are, what each is good for, who stays without.

import { programmePart } from "./programme.js";
import { chosenColumn, otherSites } from "./sure.js";
import { sortableTable } from "./table.js";
import { below, el, known, section, toRows } from "./text.js";

const PORTION = 20;
const FEW = 8;

const empty = (table) => !Object.keys(table).length || !Object.values(table)[0].length;

// ---- how good -------------------------------------------------------------------------

/** @param {Page} page */
function amount(page, value, unit) {
  const { voice } = page;
  if (unit === "m" || unit === "minutes") return voice.measured(value, unit);
  if (unit === "share_of_lowest") return voice.share(value) + voice.say("sites_of_lowest");
  return voice.count(value) + " " + voice.value(unit);
}

/** @param {Page} page */
function proofText(page, proposal) {
  const { voice } = page;
  const { answer } = proposal;
  if (!answer) return null;
  const facts = { value: amount(page, answer.value, answer.value_unit),
    bound: amount(page, answer.bound, answer.value_unit), gap: voice.share(answer.gap) };
  const told = answer.proven ? "sites_proven"
    : known(answer.gap) && known(answer.bound) ? "sites_gap" : "sites_no_bound";
  return el("p", { class: "lead", "data-fact": "proof" },
    el("b", {}, voice.say("sites_goal_" + answer.objective)), voice.say("sites_colon"),
    voice.say(told, facts));
}

/** @param {Page} page */
function askedText(page, proposal) {
  const { voice } = page;
  const { answer, excluded } = proposal;
  if (!answer) return null;
  const parts = [voice.say("sites_candidates", { count: voice.count(answer.candidates) })];
  if (known(answer.count)) parts.push(voice.say("sites_count", { count: voice.count(answer.count) }));
  if (known(answer.budget)) {
    parts.push(voice.say("sites_budget", { money: voice.count(answer.budget) }));
  }
  if (known(answer.cost)) parts.push(voice.say("sites_cost", { money: voice.count(answer.cost) }));
  for (const row of toRows(excluded)) {
    parts.push(voice.say("sites_excluded", { count: voice.count(row.count),
      why: voice.value(row.why) + (row.layer ? " (" + voice.value(row.layer) + ")" : "") }));
  }
  return el("p", { class: "where", "data-fact": "asked" }, parts.join(voice.say("sites_semicolon")));
}

// ---- the sites ------------------------------------------------------------------------

/** @param {Page} page */
function worstCell(page, row, start) {
  const { voice } = page;
  if (!known(row.worst_after)) return "—";
  const now = voice.measured(row.worst_after, row.limit_unit);
  return [now, below(known(row.worst_before)
    ? voice.say(start ? "sites_instead_of_start" : "sites_instead_of", { way: voice.measured(row.worst_before, row.limit_unit) })
    : voice.say(start ? "sites_no_way_start" : "sites_no_way_before"))];
}

/** @param {Page} page */
function otherCell(page, row) {
  const { voice } = page;
  if (!row.alternative) return "—";
  const lost = row.alternative_people;
  return [row.alternative, below(!known(lost) ? null : lost === 0 ? voice.say("sites_as_good")
    : voice.say(lost > 0 ? "sites_fewer" : "sites_more", { count: voice.count(Math.abs(lost)) }))];
}

/** @param {Page} page */
function siteColumns(page, proposal, rows) {
  const { voice } = page;
  const whole = (key) => ({ key, title: voice.title(key), kind: "number",
    value: (row) => row[key], cell: (row) => (row[key] === null ? "—" : voice.count(row[key])) });
  const has = (key) => rows.some((row) => known(row[key]));
  return [whole("rank"),
    has("year") ? { key: "year", title: voice.title("year"), kind: "number",
      value: (row) => row.year, cell: (row) => String(row.year) } : null,
    { key: "name", title: voice.say("site"), kind: "text", value: (row) => row.name },
    whole("people_gained"), whole("places_gained"),
    has("worst_after") ? { key: "worst_after", title: voice.say("sites_worst"), kind: "number",
      value: (row) => row.worst_after, cell: (row) => worstCell(page, row, proposal.start) } : null,
    has("cost") ? whole("cost") : null,
    rows.some((row) => row.alternative) ? { key: "alternative", title: voice.title("alternative"),
      kind: "text", value: (row) => row.alternative, cell: (row) => otherCell(page, row) } : null,
    ...chosenColumn(page, proposal.service)].filter(Boolean);
}

// What one site is good for: the sentence, and whom it serves.
/** @param {Page} page */
function siteCard(page, proposal, row) {
  const { voice } = page;
  const mine = toRows(proposal.served).filter((one) => one.site_id === row.site_id);
  const way = (value) => (known(value) ? voice.measured(value, row.limit_unit) : "—");
  return el("div", { class: "site-card", "data-site": row.site_id },
    el("h4", {}, voice.say("site") + " " + voice.count(row.rank) + " " + row.name),
    el("p", {}, row.reason[voice.language]),
    mine.length ? el("div", { class: "table-frame" }, el("table", {},
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, voice.title("place")),
        [voice.say("people"), voice.say("sites_before"), voice.say("sites_after")].map((head) =>
          el("th", { scope: "col", class: "number" }, head)))),
      el("tbody", {}, mine.map((one) => el("tr", {},
        el("td", {}, voice.text(one.place), one.newly_covered ? null
          : below(voice.say("sites_not_new"))),
        el("td", { class: "number" }, voice.count(one.people)),
        el("td", { class: "number" }, way(one.before)),
        el("td", { class: "number" }, way(one.after))))))) : null);
}

/** @param {Page} page */
function siteTable(page, proposal) {
  const { voice } = page;
  const { reason, ...columns } = proposal.sites;
  const rows = toRows(columns);
  rows.forEach((row, at) => {
    row.reason = { zh: reason.zh[at], en: reason.en[at] };
  });
  const card = el("div", { class: "site-detail", "aria-live": "polite" },
    rows.length ? siteCard(page, proposal, rows[0]) : null);
  const table = sortableTable({
    voice, rows, state: { key: "rank", descending: false }, name: "sites-table",
    portion: PORTION, columns: siteColumns(page, proposal, rows), id: (row) => row.site_id,
    chosen: rows.length ? rows[0].site_id : null,
    onRow: (row) => {
      table.choose(row.site_id);
      card.replaceChildren(siteCard(page, proposal, row));
    },
  });
  const toMap = el("button", { type: "button", class: "to-map",
    click: () => page.choose(proposal.service, true) }, voice.say("show_on_map"));
  return [el("p", { class: "where" }, voice.say("sites_pick"), " ", toMap), table.node, card];
}

// ---- who stays without ------------------------------------------------------------------

/** @param {Page} page */
function leftOut(page, proposal) {
  const { voice } = page;
  if (empty(proposal.left_out)) return null;
  const rows = toRows(proposal.left_out);
  const reasons = new Map();
  for (const row of rows) reasons.set(row.why, (reasons.get(row.why) || 0) + 1);
  const unit = page.service(proposal.service).limit_unit === "minutes" ? "minutes" : "m";
  const text = (key) => ({ key, title: voice.title(key), kind: "text", value: (row) => row[key] });
  return el("details", { "data-fact": "left-out" },
    el("summary", {}, voice.say("sites_left_out", { count: voice.count(rows.length),
      why: Array.from(reasons, ([why, count]) => voice.value(why) + " " + voice.count(count))
        .join(voice.say("sites_comma")) })),
    sortableTable({
      voice, rows, state: { key: "people", descending: true }, name: "left-out-table",
      portion: PORTION,
      columns: [text("place"), text("town"), text("district"),
        { key: "people", title: voice.say("people"), kind: "number", value: (row) => row.people,
          cell: (row) => voice.count(row.people) },
        { key: "why", title: voice.title("reason"), kind: "text",
          value: (row) => voice.value(row.why) },
        { key: "nearest_cost", title: voice.say("sites_nearest"), kind: "number",
          value: (row) => row.nearest_cost,
          cell: (row) => (known(row.nearest_cost) ? voice.measured(row.nearest_cost, unit)
            : "—") }],
    }).node);
}

// ---- targets before and after -----------------------------------------------------------

/** @param {Page} page */
function targetTable(page, proposal) {
  const { voice } = page;
  if (empty(proposal.targets)) return null;
  const rows = toRows(proposal.targets);
  const state = (status) => el("span", { class: "state " + status }, voice.value(status));
  return el("details", { "data-fact": "site-targets" },
    el("summary", {}, voice.say("sites_targets", { count: voice.count(rows.length) })),
    el("div", { class: "table-frame" }, el("table", {},
      el("thead", {}, el("tr", {}, [voice.say("target"), voice.title("required"),
        voice.say("sites_before"), voice.say("sites_after"), voice.title("due")].map((head) =>
        el("th", { scope: "col" }, head)))),
      el("tbody", {}, rows.map((row) => el("tr", {},
        el("th", { scope: "row" }, el("span", { class: "clause" }, row.clause), " ",
          voice.text(row["title_" + voice.language])),
        el("td", {}, page.targetAmount(row, "required")),
        el("td", {}, page.targetAmount(row, "achieved_before"), " ", state(row.status_before)),
        el("td", {}, page.targetAmount(row, "achieved_after"), " ", state(row.status_after)),
        el("td", {}, row.due ? voice.date(row.due) : "—")))))));
}

// The what-if that has these sites, for the command line.
/** @param {Page} page */
function scenario(page, proposal) {
  const { voice } = page;
  const told = { on: proposal.sites.site_id };
  if (!told.on.length) return null;
  if (proposal.closed.length) told.off = proposal.closed;
  if (proposal.start) told.date = proposal.start;
  return el("details", { class: "scenario-file" },
    el("summary", {}, voice.say("sites_scenario")),
    el("p", { class: "where" }, voice.say("sites_scenario_help")),
    el("textarea", { readonly: true, rows: 4, "aria-label": voice.say("sites_scenario") },
      JSON.stringify(told)));
}

/** @param {Page} page */
function block(page, proposal) {
  const { voice } = page;
  const service = page.service(proposal.service);
  const count = proposal.sites.rank.length;
  const names = proposal.closed_names;
  return el("div", { class: "proposal", "data-service": proposal.service },
    el("h3", {}, voice.both(service.name)),
    proposal.start ? el("p", { class: "banner look-back", role: "note" },
      voice.say("sites_start", { date: voice.date(proposal.start) })) : null,
    el("p", { class: "lead" }, count ? voice.say("sites_lead", {
      before: voice.share(proposal.before.share_people),
      after: voice.share(proposal.after.share_people),
      count: voice.count(count),
    }) : voice.say("sites_none")),
    proofText(page, proposal),
    askedText(page, proposal),
    names.length ? el("p", { class: "where" }, voice.say("sites_closed", {
      count: voice.count(names.length),
      names: names.slice(0, FEW).join(voice.say("sites_comma")) + (names.length > FEW ? " …" : ""),
    })) : null,
    proposal.programme ? programmePart(page, proposal) : null,
    count ? siteTable(page, proposal) : null,
    otherSites(page, proposal.service),
    leftOut(page, proposal),
    targetTable(page, proposal),
    scenario(page, proposal));
}

/** @param {Page} page */
export function sitesSection(page) {
  const { voice, data } = page;
  if (!data.proposals.length) return null;
  return section(page, "sites", el("p", { class: "lead" }, voice.say("sites_basis")),
    data.proposals.map((proposal) => block(page, proposal)));
}
