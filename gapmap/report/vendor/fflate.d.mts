// What we use of fflate.mjs, for tsc.
export function gunzipSync(data: Uint8Array): Uint8Array;
