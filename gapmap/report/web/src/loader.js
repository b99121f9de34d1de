// The only script that stands in the page as it is: it unpacks the others and the styles, which would be
// a third of a small study's page. The policy of the page names the hash of each, so that no other text can run.

import { tellFailure } from "./failure.js";
import { unpackText } from "./unpack.js";

async function load() {
  for (const block of document.querySelectorAll("script.style, script.code")) {
    const isStyle = block.className === "style";
    const made = document.createElement(isStyle ? "style" : "script");
    made.textContent = await unpackText(block.textContent || "");
    // what print.js adds to the head has to come after the styles; a script runs at once
    (isStyle ? document.head : document.body).appendChild(made);
  }
}

load().catch((failure) => {
  const root = document.getElementById("report");
  if (root) tellFailure(root, failure);
});
