// What modules add to the page without knowing it: page.js fills these lists, in order.

/** @type {Section[]} further analyses, see page.js */
export const sections = [];
/** @type {Colouring[]} what the dots can be coloured by, see colouring.js */
export const colourings = [];
/** @type {{ page: Page | null }} the page that is open, for texts that are not handed it */
export const shown = { page: null };
