// Looking for a name: as it is written, or by the pinyin of its characters or their initials.
//
// 北山村 is found by 北山, bsc, beishan, bshan and while "beish" is still being typed. Characters of
// several readings are found by each of them (gapmap/report/pinyin.py).

const DOUBLE = ["zh", "ch", "sh"];
const LATIN = /^(?=.*[a-z])[a-z0-9']+$/;

// Whether what is left of the term can be read off the text from this character on.
/** @type {(text: string, at: number, term: string, from: number, read: (char: string) => string[] | null) => boolean} */
function reads(text, at, term, from, read) {
  if (from === term.length) return true;
  if (at === text.length) return false;
  if (term[from] === "'") return reads(text, at, term, from + 1, read); // xi'an
  const readings = read(text[at]);
  if (!readings) {
    return text[at] === term[from] && reads(text, at + 1, term, from + 1, read);
  }
  const left = term.slice(from);
  return readings.some((one) => one.startsWith(left)
    || (left.startsWith(one) && reads(text, at + 1, term, from + one.length, read))
    || (left[0] === one[0] && reads(text, at + 1, term, from + 1, read))
    || (DOUBLE.includes(one.slice(0, 2)) && left.startsWith(one.slice(0, 2))
      && reads(text, at + 1, term, from + 2, read)));
}

/**
 * Makes the search of a page.
 * @param {Record<string, string>} pinyin readings by character, with a blank between them
 * @returns {(sought: string) => ((text: string | null | undefined) => boolean)[]} one test for each
 *   word that is sought; none where nothing is
 */
export function makeSearch(pinyin) {
  /** @type {Map<string, string[]>} */
  const readings = new Map(Object.entries(pinyin || {}).map(([char, told]) =>
    [char, told.split(" ")]));
  const read = (/** @type {string} */ char) => readings.get(char) || null;
  return (sought) => sought.toLowerCase().split(/\s+/).filter(Boolean).map((term) => {
    const phonetic = LATIN.test(term);
    /** @type {Map<string, boolean>} */
    const kept = new Map(); // towns and facilities come again and again
    return (text) => {
      if (!text) return false;
      let found = kept.get(text);
      if (found === undefined) {
        const plain = text.toLowerCase();
        found = plain.includes(term);
        for (let at = 0; phonetic && !found && at < plain.length; at += 1) {
          found = reads(plain, at, term, 0, read);
        }
        kept.set(text, found);
      }
      return found;
    };
  });
}
