/* Copy buttons: [data-copy="id of a field"] or [data-copy-text="words"]; says data-copied for two seconds. */
"use strict";
(() => {
  async function write(text, field) {
    if (navigator.clipboard && window.isSecureContext) {
      await navigator.clipboard.writeText(text);
      return;
    }
    // Over plain http on another host the browser offers no clipboard: select and copy the old way.
    const source = field || document.body.appendChild(document.createElement("textarea"));
    if (!field) source.value = text;
    source.select();
    const done = document.execCommand("copy");
    if (!field) source.remove();
    if (!done) throw new Error("refused");
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-text]");
    if (!button) return;
    const field = button.dataset.copy ? document.getElementById(button.dataset.copy) : null;
    const word = button.querySelector("[data-copy-word]") || button;
    const before = button.dataset.copyBefore || word.textContent;
    button.dataset.copyBefore = before;
    const name = button.dataset.copyName || button.getAttribute("aria-label") || "";
    button.dataset.copyName = name;
    try {
      await write(field ? field.value : button.dataset.copyText, field);
    } catch {
      if (field) field.select(); // the person can press Ctrl+C
      return;
    }
    word.textContent = button.dataset.copied;
    word.setAttribute("role", "status");
    if (name) button.setAttribute("aria-label", button.dataset.copied);
    window.setTimeout(() => {
      word.textContent = before;
      if (name) button.setAttribute("aria-label", name);
    }, 2000);
  });
})();
