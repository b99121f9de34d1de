// Words, numbers and elements. User text only ever becomes a text node.

const SVG = "http://www.w3.org/2000/svg";

/**
 * @template {Element} Kind
 * @param {Kind} node
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
export function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of /** @type {Child[]} */ (children.flat(3))) {
    if (child === undefined || child === null || child === false) continue;
    node.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
export const el = (tag, attributes, ...children) =>
  fill(document.createElement(tag), attributes, children);
/**
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
export const button = (attributes, ...children) => el("button", { type: "button", ...attributes },
  ...children);
/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
export const svg = (tag, attributes, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

/** @type {(blob: Blob, name: string) => void} */
export function download(blob, name) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10000); // some browsers read it later
}

/**
 * @param {unknown} value
 * @returns {value is number}
 */
export const known = (value) => typeof value === "number";
/**
 * A second, quiet line in a cell.
 * @param {string | null | undefined} text
 */
export const below = (text) => (text ? el("span", { class: "where" }, text) : null);

/**
 * A section of the page: its title is the word section_<id>.
 * @param {Page} page
 * @param {string} id
 * @param {Child[]} content
 */
export const section = (page, id, ...content) =>
  el("section", { id }, el("h2", {}, page.voice.say("section_" + id)), content);

/**
 * The page's voice in one language: words, values, titles, numbers.
 * @param {Words} words
 * @param {Language} language
 * @returns {Voice}
 */
export function makeVoice(words, language) {
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const one = new Intl.NumberFormat(locale, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const some = new Intl.NumberFormat(locale, { maximumFractionDigits: 3 });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });

  /** @type {(part: string, key: string) => string | undefined} */
  function pick(part, key) {
    const entry = Object.prototype.hasOwnProperty.call(words[part], key)
      ? words[part][key]
      : null;
    return entry ? entry[language] : undefined;
  }
  // "{count}" is a fact; "{count:place is|places are}" the words that go with one, or with another
  // number. One pass: what stands in a fact is never taken for a hole.
  /** @type {Voice["say"]} */
  function say(key, facts = {}) {
    const text = pick("report", key);
    return (text === undefined ? key : text).replace(
      /\{(\w+)(?::([^|{}]*)\|([^|{}]*))?\}/g, (hole, name, alone, several) => {
        if (several !== undefined) return String(facts[name]) === "1" ? alone : several;
        return Object.prototype.hasOwnProperty.call(facts, name) ? String(facts[name]) : hole;
      });
  }
  /** @type {Voice["value"]} */
  const value = (key) => {
    if (key === null || key === undefined || key === "") return say("unknown");
    const own = pick("values", key);
    return own === undefined ? String(key) : own;
  };
  /** @param {unknown} number */
  const otherwise = (number) => say(number === "inf" ? "unreachable" : "unknown");

  /** @type {Voice["count"]} */
  function count(number) {
    return known(number) ? whole.format(number) : otherwise(number);
  }
  /** @type {Voice["date"]} */
  // What is no whole date, such as a year alone, stays as it is written.
  function date(text) {
    if (!text) return say("unknown");
    return /^\d{4}-\d{2}-\d{2}$/.test(text) ? day.format(new Date(text + "T00:00:00Z")) : text;
  }
  /** @type {Voice["share"]} */
  // Rounding never turns "almost all" into "all", nor "beyond" into "within".
  function share(number) {
    if (!known(number)) return otherwise(number);
    const tenths = Math.round(number * 1000);
    if (tenths >= 1000 && number < 1) return ">" + one.format(99.9) + "%";
    if (tenths <= 0 && number > 0) return "<" + one.format(0.1) + "%";
    return one.format(number * 100) + "%";
  }
  /** @type {Voice["points"]} */
  function points(number, unsigned) {
    if (!known(number)) return otherwise(number);
    const told = Math.round(number * 1000); // what rounds to 0.0 is neither more nor less
    const sign = unsigned ? "" : told > 0 ? "+" : told < 0 ? "−" : "±";
    return sign + one.format(Math.abs(number) * 100) + " " + say("points");
  }
  // What is beyond the limit is told with as many digits as show it.
  /** @type {(number: number, format: Intl.NumberFormat, digits: number, limit?: number) => string} */
  function amount(number, format, digits, limit) {
    const rounded = (/** @type {number} */ to) => Math.round(number * 10 ** to) / 10 ** to;
    const hidden = (/** @type {number} */ to) =>
      limit !== undefined && number > limit && rounded(to) <= limit;
    if (!hidden(digits)) return format.format(number);
    return hidden(3) ? ">" + some.format(/** @type {number} */ (limit)) : some.format(number);
  }
  /** @type {Voice["metres"]} */
  function metres(number, limit) {
    if (!known(number)) return otherwise(number);
    if (number > 0 && number < 0.5) return some.format(number) + " m";
    if (number < 10000) return amount(number, whole, 0, limit) + " m";
    return amount(number / 1000, one, 1, limit === undefined ? limit : limit / 1000) + " km";
  }
  /** @type {Voice["minutes"]} */
  function minutes(number, limit) {
    if (!known(number)) return otherwise(number);
    return amount(number, one, 1, limit) + " " + say("minutes_unit");
  }
  /** @type {Voice["measured"]} */
  const measured = (number, unit, limit) =>
    unit === "minutes" ? minutes(number, limit) : metres(number, limit);

  return {
    language,
    locale,
    say,
    value,
    title: (key) => pick("columns", key) || say(key),
    both: (pair) => (pair && (pair[language] || pair.en || pair.zh)) || "",
    count,
    date,
    share,
    points,
    metres,
    minutes,
    measured,
    number: (number) => (known(number) ? some.format(number) : otherwise(number)),
    text: (text) => (text === null || text === undefined || text === "" ? say("unknown") : text),
  };
}

/**
 * Columns of equal length become rows.
 * @param {Table} table
 * @returns {Row[]}
 */
export function toRows(table) {
  const names = Object.keys(table);
  const length = names.length ? table[names[0]].length : 0;
  return Array.from({ length }, (_, i) => {
    /** @type {Row} */
    const row = {};
    for (const name of names) row[name] = table[name][i];
    return row;
  });
}
