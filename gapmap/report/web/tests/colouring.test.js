import assert from "node:assert/strict";
import { test } from "node:test";

import { chosenColouring, hues, labelled, offeredColourings, placeLook } from "../src/colouring.js";
import { siteMark } from "../src/layer.js";
import { colourings } from "../src/registry.js";

colourings.push(
  { id: "status", offered: () => true, mark: null, legend: () => [] },
  { id: "number", offered: (page) => page.data.numbered, legend: () => [],
    mark: (page, number) => labelled(number, number) },
);
const page = (colouring, numbered) => ({ state: { colouring }, data: { numbered } });

test("only what the study has is offered; what is not falls back to the first", () => {
  assert.deepEqual(offeredColourings(page("status", false)).map((one) => one.id), ["status"]);
  assert.equal(chosenColouring(page("number", true)).id, "number");
  assert.equal(chosenColouring(page("number", false)).id, "status");
});

test("by status the chart draws as it does unasked; otherwise each place has its mark", () => {
  assert.equal(placeLook(page("status", true)), null);
  const look = placeLook(page("number", true));
  assert.equal(look(2).fill, hues[2].fill);
  assert.equal(look(hues.length).fill, hues[0].fill); // beyond the hues they come again
  assert.equal(look(2).label, "2"); // and the label tells them apart
});

test("sites of several years differ by shade and number; many are small and bare", () => {
  const sites = (count, phases) => ({ lon: Array(count).fill(1), lat: Array(count).fill(1),
    ...(phases ? { phase: phases } : {}) });
  assert.equal(siteMark(sites(2), 1).label, undefined);
  assert.equal(siteMark(sites(2, [1, 1]), 1).label, undefined);
  assert.notEqual(siteMark(sites(2, [1, 2]), 1).fill, siteMark(sites(2, [1, 2]), 2).fill);
  assert.equal(siteMark(sites(2, [1, 2]), 2).label, "2");
  assert.equal(siteMark(sites(61, [1, ...Array(60).fill(2)]), 2).label, undefined);
});
