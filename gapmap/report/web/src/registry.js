// What modules add to the page without knowing it: page.js fills these lists, in order.

export const sections = []; // further analyses: { id, after, make, state }, see page.js
export const colourings = []; // what the dots can be coloured by, see colouring.js
export const shown = { page: null }; // the page that is open, for texts that are not handed it
