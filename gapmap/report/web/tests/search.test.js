import assert from "node:assert/strict";
import { test } from "node:test";

import { makeSearch } from "../src/search.js";

const pinyin = { 北: "bei", 山: "shan", 村: "cun", 长: "zhang chang", 沙: "sha", 西: "xi", 安: "an" };
const search = makeSearch(pinyin);
const finds = (sought, text) => search(sought).every((found) => found(text));

test("a name is found as it is written, whatever the case", () => {
  assert.ok(finds("北山", "北山村"));
  assert.ok(finds("<SCRIPT>", "<script>alert(1)</script>"));
  assert.ok(!finds("南", "北山村"));
});

test("a name is found by initials, by syllables, mixed, and while it is being typed", () => {
  for (const sought of ["bsc", "beishancun", "bshanc", "beish", "bshc", "sc", "BSC", "bei shan"]) {
    assert.ok(finds(sought, "北山村"), sought);
  }
  for (const sought of ["bc", "cb", "bsx", "beishancunx", "h"]) {
    assert.ok(!finds(sought, "北山村"), sought);
  }
});

test("every reading of a character finds it", () => {
  for (const sought of ["csc", "zsc", "changsha", "zhangsha", "zhsc", "chsc"]) {
    assert.ok(finds(sought, "长沙村"), sought);
  }
});

test("letters and figures among the characters are read as they are", () => {
  assert.ok(finds("sa1", "山A1村"));
  assert.ok(finds("xi'an", "西安"));
  assert.ok(finds("1号", "北山1号"));
});

test("every word that is sought must be found; nothing sought asks nothing", () => {
  assert.ok(!finds("bsc xyz", "北山村"));
  assert.equal(search("  ").length, 0);
  assert.ok(!finds("a", null));
});

test("patterns are text", () => {
  assert.ok(finds(".*", "a.*b"));
  assert.ok(!finds(".*", "北山村"));
});
