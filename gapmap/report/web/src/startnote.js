// Says of what a what-if does not change that it is as at the start.

import { el } from "./text.js";

/** @type {(page: Page, word: string) => HTMLElement} */
export const startNote = (page, word) => el("p", { class: "start-note" }, page.voice.say(word));
