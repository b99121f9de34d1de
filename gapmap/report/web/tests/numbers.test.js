// What gapmap.whatif.packing packs: its own examples, and what it gives for a few more.

import assert from "node:assert/strict";
import { test } from "node:test";

import { unpackNumbers, unpackSteps, unpackTexts } from "../src/whatif_numbers.js";

test("numbers are letters of five bits, the lowest first", () => {
  assert.deepEqual(unpackNumbers("AfgB"), [0, 31, 32]);
  assert.deepEqual(unpackNumbers(""), []);
  assert.deepEqual(unpackNumbers("-_________H"), [2 ** 53 - 2]);
});

test("numbers that are told by their steps go up and down", () => {
  assert.deepEqual(unpackSteps("OEJ"), [7, 9, 4]);
});

test("texts have their numbers again", () => {
  const packed = { texts: ["a-¤-¤", "a-¤-¤", "b 007"], numbers: "YKCB" };
  assert.deepEqual(unpackTexts(packed), ["a-12-5", "a-13-4", "b 007"]);
  assert.deepEqual(unpackTexts({ texts: ["a¤"], numbers: "" }), ["a¤"]);
});
