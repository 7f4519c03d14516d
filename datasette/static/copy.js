// A button beside each text that is to be copied, where the browser lets a page write to the clipboard. Everything works without it.
"use strict";

const COPIED = ".cite-text, .citing pre, code.address";

function named(text) {
  const summary = text.closest("details")?.querySelector("summary");
  return summary ? summary.textContent : text.matches("code") ? "the address" : "the citation";
}

function button(text) {
  const made = document.createElement("button");
  const say = (word) => {
    made.textContent = word;
    made.setAttribute("aria-label", `${word}: ${named(text)}`);
  };
  made.type = "button";
  made.className = "copy";
  say("Copy");
  made.addEventListener("click", () => {
    navigator.clipboard.writeText(text.textContent).then(() => say("Copied"), () => say("Select it and copy"));
  });
  return made;
}

if (navigator.clipboard) {
  for (const text of document.querySelectorAll(COPIED)) text.after(button(text));
}
