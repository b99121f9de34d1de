// Words, numbers and elements. User text only ever becomes a text node.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(3)) {
    if (child === undefined || child === null || child === false) continue;
    node.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

export const el = (tag, attributes, ...children) =>
  fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

export const known = (value) => typeof value === "number";
// A second, quiet line in a cell.
export const below = (text) => (text ? el("span", { class: "where" }, text) : null);

// Sections of further analyses, see app.js.
export const section = (page, id, ...content) =>
  el("section", { id }, el("h2", {}, page.voice.say("section_" + id)), content);

// The page's voice in one language: words, values, titles, numbers.
export function makeVoice(words, language) {
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const one = new Intl.NumberFormat(locale, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const some = new Intl.NumberFormat(locale, { maximumFractionDigits: 3 });

  function pick(part, key) {
    const entry = Object.prototype.hasOwnProperty.call(words[part], key)
      ? words[part][key]
      : null;
    return entry ? entry[language] : undefined;
  }
  function say(key, facts) {
    let text = pick("report", key);
    if (text === undefined) text = key;
    // "{count:place is|places are}": the words that go with one, or with another number.
    text = text.replace(/\{(\w+):([^|{}]*)\|([^|{}]*)\}/g, (_, name, alone, several) =>
      (String((facts || {})[name]) === "1" ? alone : several));
    for (const [name, value] of Object.entries(facts || {})) {
      text = text.split("{" + name + "}").join(String(value));
    }
    return text;
  }
  const value = (key) => {
    if (key === null || key === undefined || key === "") return say("unknown");
    const own = pick("values", key);
    return own === undefined ? String(key) : own;
  };
  const otherwise = (number) => say(number === "inf" ? "unreachable" : "unknown");

  function count(number) {
    return known(number) ? whole.format(number) : otherwise(number);
  }
  // Rounding never turns "almost all" into "all", nor "beyond" into "within".
  function share(number) {
    if (!known(number)) return otherwise(number);
    const tenths = Math.round(number * 1000);
    if (tenths >= 1000 && number < 1) return ">" + one.format(99.9) + "%";
    if (tenths <= 0 && number > 0) return "<" + one.format(0.1) + "%";
    return one.format(number * 100) + "%";
  }
  function points(number, unsigned) {
    if (!known(number)) return otherwise(number);
    const told = Math.round(number * 1000); // what rounds to 0.0 is neither more nor less
    const sign = unsigned ? "" : told > 0 ? "+" : told < 0 ? "−" : "±";
    return sign + one.format(Math.abs(number) * 100) + " " + say("points");
  }
  function amount(number, unit, limit) {
    const hides = limit !== undefined && number > limit && Math.round(number) <= limit;
    if (!hides) return whole.format(number) + " " + unit;
    const told = some.format(number);
    return (told === some.format(limit) ? ">" : "") + told + " " + unit;
  }
  function metres(number, limit) {
    if (!known(number)) return otherwise(number);
    if (number >= 10000) return one.format(number / 1000) + " km";
    if (number > 0 && number < 0.5) return some.format(number) + " m";
    return amount(number, "m", limit);
  }
  function minutes(number, limit) {
    if (!known(number)) return otherwise(number);
    const hides = limit !== undefined && number > limit && number - limit < 0.05;
    return (hides ? some : one).format(number) + " " + say("minutes_unit");
  }
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
    share,
    points,
    metres,
    minutes,
    measured,
    number: (number) => (known(number) ? some.format(number) : otherwise(number)),
    text: (text) => (text === null || text === undefined || text === "" ? say("unknown") : text),
  };
}

// Columns of equal length become rows.
export function toRows(table) {
  const names = Object.keys(table);
  const length = names.length ? table[names[0]].length : 0;
  return Array.from({ length }, (_, i) => {
    const row = {};
    for (const name of names) row[name] = table[name][i];
    return row;
  });
}
