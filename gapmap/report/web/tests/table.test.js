import assert from "node:assert/strict";
import { test } from "node:test";

import { sorted } from "../src/table.js";

const column = { key: "it", title: "It", value: (row) => row };

test("numbers sort as numbers, infinity is the largest, unknown is last both ways", () => {
  const rows = [3, null, "inf", 20, undefined, 100, ""];
  assert.deepEqual(sorted(rows, column, false, "en-GB"), [3, 20, 100, "inf", null, undefined, ""]);
  assert.deepEqual(sorted(rows, column, true, "en-GB"), ["inf", 100, 20, 3, null, undefined, ""]);
});

test("texts sort by the language, numbers within them by size", () => {
  assert.deepEqual(sorted(["村10", "村9", "村1"], column, false, "zh-CN"), ["村1", "村9", "村10"]);
  assert.deepEqual(sorted(["珠海", "北京", "上海"], column, false, "zh-CN"), ["北京", "上海", "珠海"]);
  assert.deepEqual(sorted(["b", "A", "a", "B"], column, false, "en-GB"), ["a", "A", "b", "B"]);
});

test("what is equal keeps its order, whichever way", () => {
  const rows = [{ id: 1, people: 5 }, { id: 2, people: 5 }, { id: 3, people: 7 }];
  const people = { key: "people", title: "People", value: (row) => row.people };
  assert.deepEqual(sorted(rows, people, false, "en-GB").map((row) => row.id), [1, 2, 3]);
  assert.deepEqual(sorted(rows, people, true, "en-GB").map((row) => row.id), [3, 1, 2]);
});

test("without a column the order stays, in a list of its own", () => {
  const rows = [3, 1, 2];
  assert.deepEqual(sorted(rows, undefined, false, "en-GB"), [3, 1, 2]);
  assert.notEqual(sorted(rows, undefined, false, "en-GB"), rows);
});
