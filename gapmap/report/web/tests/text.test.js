import assert from "node:assert/strict";
import { test } from "node:test";

import { known, makeVoice, toRows } from "../src/text.js";
import { words } from "./words.js";

const en = makeVoice(words, "en");
const zh = makeVoice(words, "zh");

test("a word is filled with facts, in both languages", () => {
  assert.equal(en.say("rows_shown", { shown: "3", all: "12" }), "3 of 12");
  assert.equal(zh.say("rows_shown", { shown: "3", all: "12" }), "3/12");
});

test("one takes the singular, every other number the plural", () => {
  assert.equal(en.say("places_are", { count: en.count(1) }), "1 place is shown");
  assert.equal(en.say("places_are", { count: en.count(0) }), "0 places are shown");
  assert.equal(en.say("places_are", { count: en.count(1001) }), "1,001 places are shown");
});

test("a word that nobody wrote is its key, and a hole without a fact stays", () => {
  assert.equal(en.say("nothing_of_the_kind"), "nothing_of_the_kind");
  assert.equal(en.say("constructor"), "constructor");
  assert.equal(en.say("rows_shown", { shown: 1 }), "1 of {all}");
});

test("what stands in a fact is never taken for a hole or a pattern", () => {
  assert.equal(en.say("rows_shown", { shown: "{all}", all: "$& $1" }), "{all} of $& $1");
  assert.equal(en.say("rows_shown", { shown: "{all:a|b}", all: "2" }), "{all:a|b} of 2");
});

test("codes and titles have words; a name that nobody translated is itself", () => {
  assert.equal(en.value("covered"), "covered");
  assert.equal(zh.value("covered"), "已覆盖");
  assert.equal(en.value("三灶村"), "三灶村");
  assert.equal(en.value("toString"), "toString");
  assert.equal(en.value(""), "unknown");
  assert.equal(en.value(null), "unknown");
  assert.equal(en.title("people"), "People");
  assert.equal(en.title("status"), "Status"); // no column of that name: the page's word
  assert.equal(en.both({ zh: "公园", en: "" }), "公园");
  assert.equal(en.both(null), "");
  assert.equal(en.text(""), "unknown");
  assert.equal(en.text("0"), "0");
});

test("unknown is unknown, infinite is no way, zero is a number", () => {
  for (const tell of [en.count, en.share, en.points, en.metres, en.minutes, en.number]) {
    assert.equal(tell(null), "unknown");
    assert.equal(tell(undefined), "unknown");
    assert.equal(tell("inf"), "no way");
  }
  assert.equal(en.count(0), "0");
  assert.equal(en.share(0), "0.0%");
  assert.equal(en.metres(0), "0 m");
  assert.equal(known(0), true);
  assert.equal(known("inf"), false);
});

test("a share that is not whole is never told as 100 or 0 per cent", () => {
  assert.equal(en.share(1), "100.0%");
  assert.equal(en.share(0.99996), ">99.9%");
  assert.equal(en.share(0.9994), "99.9%");
  assert.equal(en.share(0.00001), "<0.1%");
  assert.equal(en.share(0.4567), "45.7%");
});

test("differences have a sign, except what rounds to nothing", () => {
  assert.equal(en.points(0.123), "+12.3 points");
  assert.equal(en.points(-0.123), "−12.3 points");
  assert.equal(en.points(-0.0004), "±0.0 points");
  assert.equal(en.points(-0.123, true), "12.3 points");
});

test("what is beyond the limit is never rounded to it", () => {
  assert.equal(en.metres(1000, 1000), "1,000 m");
  assert.equal(en.metres(1000.2, 1000), "1,000.2 m");
  assert.equal(en.metres(1000.00001, 1000), ">1,000 m");
  assert.equal(en.metres(999.6, 1000), "1,000 m");
  assert.equal(en.minutes(15.01, 15), "15.01 min");
  assert.equal(en.minutes(15.2, 15), "15.2 min");
  assert.equal(en.minutes(15.00001, 15), ">15 min");
  assert.equal(en.metres(15020, 15000), "15.02 km");
  assert.equal(en.metres(15000.2, 15000), ">15 km");
  assert.equal(en.metres(15000, 15000), "15.0 km");
});

test("far is told in kilometres, near to the metre, nearer still with decimals", () => {
  assert.equal(en.metres(12345), "12.3 km");
  assert.equal(en.metres(9999.4), "9,999 m");
  assert.equal(en.metres(0.25), "0.25 m");
  assert.equal(en.measured(7.25, "minutes"), "7.3 min");
  assert.equal(en.measured(7.25, "m"), "7 m");
});

test("columns become rows", () => {
  assert.deepEqual(toRows({ name: ["a", "b"], people: [1, null] }),
    [{ name: "a", people: 1 }, { name: "b", people: null }]);
  assert.deepEqual(toRows({}), []);
  assert.deepEqual(toRows({ name: [] }), []);
});
