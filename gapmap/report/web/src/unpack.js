// What Python packed (`inert` in gapmap/drawing/vectors.py): JSON, gzip, base64.

import { gunzipSync } from "../../vendor/fflate.mjs";

async function gunzip(bytes) {
  // Safari before 16.4 and Firefox before 113 have none; Chromium 80 and later do.
  if (typeof DecompressionStream === "undefined") return gunzipSync(bytes);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export async function decode(base64) {
  const letters = atob(base64.trim());
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i += 1) bytes[i] = letters.charCodeAt(i);
  return JSON.parse(new TextDecoder().decode(await gunzip(bytes)));
}
