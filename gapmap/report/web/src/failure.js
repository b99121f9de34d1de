// What stands on the page instead of half of one.

import { el } from "./text.js";

// A page that cannot be drawn says so: half of one, or an empty one, would be taken for a result.
/** @type {(root: HTMLElement, failure: unknown) => void} */
export function tellFailure(root, failure) {
  root.replaceChildren(el("p", { class: "banner failed", role: "alert" },
    el("b", {}, "此页无法显示 / this page cannot be shown"), " ",
    "文件可能不完整,或浏览器过旧:请重新复制文件,或用 Chrome、Edge 86 以上版本打开。 ",
    "The file may be incomplete or the browser too old: copy the file again, or open it with ",
    "Chrome or Edge 86 or later. ", el("code", {}, String(failure))));
  document.documentElement.dataset.ready = "failed";
}
