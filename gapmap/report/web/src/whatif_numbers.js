// Whole numbers as gapmap.whatif.packing packs them: LEB128 in base64.

export function unpackNumbers(text) {
  const letters = atob(text);
  const found = [];
  let value = 0;
  let scale = 1;
  for (let i = 0; i < letters.length; i += 1) {
    const byte = letters.charCodeAt(i);
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte < 128) {
      found.push(value);
      value = 0;
      scale = 1;
    }
  }
  return found;
}

// Ascending numbers, packed by what each is more than the one before.
export function unpackAscending(text) {
  let last = -1;
  return unpackNumbers(text).map((step) => {
    last += step + 1;
    return last;
  });
}
