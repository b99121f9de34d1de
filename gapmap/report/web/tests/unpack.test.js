import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { decode } from "../src/unpack.js";

const data = { name: "三灶村 😀 \u2028 </script>", people: [1, null, "inf"] };
const pack = (text) => gzipSync(Buffer.from(text)).toString("base64");
const packed = pack(JSON.stringify(data));

// Runs without what old browsers do not have, and puts it back.
async function withoutStreams(run) {
  const held = Object.getOwnPropertyDescriptor(globalThis, "DecompressionStream");
  delete globalThis.DecompressionStream;
  try {
    assert.equal(typeof DecompressionStream, "undefined");
    await run();
  } finally {
    if (held) Object.defineProperty(globalThis, "DecompressionStream", held);
  }
}

test("what Python packed is unpacked", async () => {
  assert.deepEqual(await decode(packed), data);
  assert.deepEqual(await decode(`\n${packed}\n`), data);
});

test("so it is where the browser has no DecompressionStream", () =>
  withoutStreams(async () => assert.deepEqual(await decode(packed), data)));

test("a letter that was changed on the way is an error", async () => {
  const bytes = gzipSync(Buffer.from(JSON.stringify({ people: 1234567 })), { level: 0 });
  const at = bytes.indexOf("1234567");
  assert.ok(at > 0);
  bytes[at] = "9".charCodeAt(0);
  await assert.rejects(decode(bytes.toString("base64")));
  await withoutStreams(() => assert.rejects(decode(bytes.toString("base64"))));
});

test("a file that was cut short is an error, never half a page", async () => {
  const short = Buffer.from(packed, "base64").subarray(0, 30).toString("base64");
  await assert.rejects(decode(short));
  await withoutStreams(() => assert.rejects(decode(short)));
});
