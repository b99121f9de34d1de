// What Python packed (`inert` in gapmap/drawing/vectors.py): JSON, gzip, base64.

import { gunzipSync } from "../../vendor/fflate.mjs";

// The checksum of gzip (RFC 1952), which fflate does not look at and browsers do.
/** @param {Uint8Array} bytes */
function checksum(bytes) {
  let rest = ~0;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return ~rest >>> 0;
}

/** @param {Uint8Array} bytes */
function gunzipWithout(bytes) {
  const text = gunzipSync(bytes);
  const end = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8);
  if (checksum(text) !== end.getUint32(0, true) || text.length !== end.getUint32(4, true)) {
    throw new Error("the packed data are damaged");
  }
  return text;
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function gunzip(bytes) {
  // Safari before 16.4 and Firefox before 113 have none; Chromium 80 and later do.
  if (typeof DecompressionStream === "undefined") return gunzipWithout(bytes);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * @param {string} base64
 * @returns {Promise<string>}
 */
export async function unpackText(base64) {
  const letters = atob(base64.trim());
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i += 1) bytes[i] = letters.charCodeAt(i);
  return new TextDecoder().decode(await gunzip(bytes));
}

/**
 * @param {string} base64
 * @returns {Promise<any>}
 */
export const decode = async (base64) => JSON.parse(await unpackText(base64));
