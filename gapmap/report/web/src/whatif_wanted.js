// What is wanted: sites on and off, limits and a date, with undo; as a code and as the JSON file
// that `gapmap run --scenario` takes.

const MOST = 200; // steps that can be undone
export const KEYS = ["on", "off", "limit_m", "limit_minutes", "date"];

const empty = (date) => ({ on: new Set(), off: new Set(), limits: {}, date });
const copy = (one) => ({ on: new Set(one.on), off: new Set(one.off), limits: { ...one.limits },
  date: one.date });
const same = (a, b) => JSON.stringify(toPlain(a)) === JSON.stringify(toPlain(b));
const toPlain = (one) => [[...one.on].sort(), [...one.off].sort(),
  Object.entries(one.limits).sort(), one.date];

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
// Ways are kept in thousandths, rounded so that none crosses a limit in whole tenths, in tenths of the
// study's own, or that one (in_units in gapmap/whatif/near.py): another limit has to be run.
function isLimit(value, own) {
  if (typeof value !== "number" || !(value > 0) || !Number.isFinite(value)) return false;
  const parts = Math.round(value * 1000);
  const step = own * 100;
  const kept = parts % 100 === 0 || parts === Math.round(Math.round(parts / step) * step);
  return value === own || (kept && Math.abs(value * 1000 - parts) < 1e-6);
}
const isTexts = (value) => Array.isArray(value) && value.every((one) => typeof one === "string");

export function makeWanted(model) {
  const known = new Map(); // services by the id of a site: one id may stand in several
  for (const id of model.ids) {
    for (const site of model.idsOf(id)) {
      if (!known.has(site)) known.set(site, []);
      known.get(site).push(id);
    }
  }
  const past = [];
  const future = [];
  let now = empty(model.date);

  function become(next) {
    if (same(now, next)) return false;
    past.push(now);
    if (past.length > MOST) past.shift();
    future.length = 0;
    now = next;
    return true;
  }

  function step(from, to) {
    if (!from.length) return false;
    to.push(now);
    now = from.pop();
    return true;
  }

  // One id may stand in several services: it stays on where it does in one of them.
  const isFixed = (site) => (known.get(site) || []).some((id) => model.fixed(id, site));

  // Switch a site to what it is not; on: whether it counts as things are.
  function toggle(site, on) {
    if (on && isFixed(site)) return false;
    const next = copy(now);
    if (next.on.delete(site) || next.off.delete(site)) return become(next);
    (on ? next.off : next.on).add(site);
    return become(next);
  }

  // Build exactly these of some sites.
  function setBuilt(some, built) {
    const next = copy(now);
    for (const site of some) next.on.delete(site);
    for (const site of built) next.on.add(site);
    return become(next);
  }

  function setLimit(service, limit) {
    const next = copy(now);
    if (limit === model.limitOf(service)) delete next.limits[service];
    else next.limits[service] = limit;
    return become(next);
  }

  function setDate(date) {
    return become({ ...copy(now), date });
  }

  function toScenario() {
    const told = {};
    if (now.on.size) told.on = [...now.on];
    if (now.off.size) told.off = [...now.off];
    for (const [service, limit] of Object.entries(now.limits)) {
      const key = model.unitOf(service) === "minutes" ? "limit_minutes" : "limit_m";
      told[key] = { ...told[key], [service]: limit };
    }
    if (now.date !== model.date) told.date = model.dates[now.date];
    return told;
  }

  // What a scenario says that this page cannot do is told, by its key; the rest is taken. Null: it is none.
  function readScenario(told) {
    if (!isObject(told)) return null;
    const next = empty(model.date);
    const problems = Object.keys(told).filter((key) => !KEYS.includes(key));
    for (const key of ["on", "off"]) {
      if (told[key] === undefined) continue;
      if (!isTexts(told[key])) problems.push(key);
      else {
        for (const site of told[key]) {
          if (known.has(site)) next[key].add(site);
          else problems.push(site);
        }
      }
    }
    for (const [key, unit] of [["limit_m", "m"], ["limit_minutes", "minutes"]]) {
      if (told[key] === undefined) continue;
      for (const [service, limit] of Object.entries(isObject(told[key]) ? told[key] : { [key]: 0 })) {
        const fits = model.ids.includes(service) && model.unitOf(service) === unit
          && isLimit(limit, model.limitOf(service)) && limit <= model.farthestOf(service);
        if (fits) next.limits[service] = limit;
        else problems.push(key + ": " + service);
      }
    }
    if (told.date !== undefined) {
      const date = model.dates.indexOf(told.date);
      if (date < 0) problems.push("date: " + String(told.date));
      else next.date = date;
    }
    for (const site of next.on) if (next.off.delete(site)) problems.push(site);
    for (const site of [...next.off]) {
      if (!isFixed(site)) continue;
      next.off.delete(site);
      problems.push(site);
    }
    become(next);
    return problems;
  }

  return {
    get now() { return now; },
    get changed() { return !same(now, empty(model.date)); },
    get canUndo() { return past.length > 0; },
    get canRedo() { return future.length > 0; },
    isFixed,
    servicesOf: (site) => known.get(site) || [],
    undo: () => step(past, future),
    redo: () => step(future, past),
    reset: () => become(empty(model.date)),
    toggle, setBuilt, setLimit, setDate, toScenario, readScenario,
  };
}

// The code in a page's address: the JSON in base64 that an address can hold.
export function toCode(scenario) {
  const bytes = new TextEncoder().encode(JSON.stringify(scenario));
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

// null for what is no code.
export function fromCode(code) {
  try {
    const letters = atob(code.replace(/-/g, "+").replace(/_/g, "/"));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    return null; // cut off or mistyped: the page stays as it is, and says so
  }
}
