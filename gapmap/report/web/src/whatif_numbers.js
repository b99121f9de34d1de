// Whole numbers and texts as gapmap.whatif.packing packs them: letters of six bits, five of a number and
// whether more follow.

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const HOLE = "¤";
const codes = new Uint8Array(128);
for (let code = 0; code < LETTERS.length; code += 1) codes[LETTERS.charCodeAt(code)] = code;

export function unpackNumbers(text) {
  const found = [];
  let value = 0;
  let scale = 1;
  for (let i = 0; i < text.length; i += 1) {
    const code = codes[text.charCodeAt(i)];
    value += (code & 31) * scale;
    scale *= 32;
    if (code < 32) {
      found.push(value);
      value = 0;
      scale = 1;
    }
  }
  return found;
}

const signed = (step) => (step % 2 ? -(step + 1) / 2 : step / 2);

// Numbers, packed by what each is more, or less, than the one before.
export function unpackSteps(text) {
  let last = 0;
  return unpackNumbers(text).map((step) => {
    last += signed(step);
    return last;
  });
}

// Ascending numbers, packed by what each is more than the one before.
export function unpackAscending(text) {
  let last = -1;
  return unpackNumbers(text).map((step) => {
    last += step + 1;
    return last;
  });
}

// Texts whose numbers follow from those of the texts before.
export function unpackTexts({ texts, numbers }) {
  if (!numbers) return texts;
  const steps = unpackNumbers(numbers);
  const last = [];
  let at = 0;
  return texts.map((text) => text.split(HOLE).reduce((made, part, place) => {
    last[place - 1] = (last[place - 1] || 0) + signed(steps[at]);
    at += 1;
    return made + last[place - 1] + part;
  }));
}
