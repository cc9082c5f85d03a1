// Keeps the board fresh while somebody looks at it, and moves cards by dragging or by a dialog.
// Without it the same links and forms open as pages.
"use strict";
(() => {
  const LOOK_EVERY = 1000; // ms; the server answers 204 while nothing happened
  const cells = () => document.getElementById("cells");
  if (!cells()) return;
  const dialog = document.getElementById("move-dialog");
  const said = document.getElementById("board-said");
  let dragged = null;
  let kept = null; // what a swap must not lose: focus and scroll
  let moved = ""; // what to say after the next swap

  const busy = () => document.hidden || dragged || (dialog && dialog.open);
  let pace = LOOK_EVERY;
  let asked = 0;
  const look = () => { if (!busy()) { asked = performance.now(); htmx.trigger(cells(), "board:look"); } };
  // A board that takes long to show is asked for less often, so that one person cannot keep a server busy.
  const again = () => { look(); setTimeout(again, pace); };
  setTimeout(again, pace);
  document.body.addEventListener("htmx:afterSettle", () => {
    if (asked) pace = Math.max(LOOK_EVERY, 4 * (performance.now() - asked));
    asked = 0;
  });
  document.addEventListener("visibilitychange", look);

  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "cells") return;
    // What was asked for before a card was taken up must not take the card away under the hand.
    if (dragged && !moved) event.detail.shouldSwap = false;
    if (!event.detail.shouldSwap) { asked = 0; return; } // 204: nothing happened
    const scroll = cells().querySelector(".board-scroll");
    const focused = cells().contains(document.activeElement) ? document.activeElement.id : "";
    kept = { focus: kept?.focus || focused, left: scroll?.scrollLeft || 0, top: scroll?.scrollTop || 0 };
  });
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id !== "cells" && event.target.id !== "cells") return;
    const scroll = cells().querySelector(".board-scroll");
    if (scroll && kept) scroll.scrollTo(kept.left, kept.top);
    if (kept?.focus) document.getElementById(kept.focus)?.focus({ preventScroll: true });
    kept = null;
    const refusal = cells().querySelector("[role=alert]");
    if (moved) said.textContent = refusal ? refusal.textContent : moved;
    moved = "";
  });

  const send = (address, values, words) => {
    moved = words;
    asked = 0;
    htmx.ajax("POST", `${address}?${cells().dataset.query}`, {
      source: cells(), target: "#cells", swap: "outerHTML", values,
    });
  };

  // Dragging ------------------------------------------------------------------------------------
  // The whole table cell counts: beside a tall neighbour its cards fill only the top of it.
  const cellOf = (event) => event.target.closest?.("[data-cell]")
    || event.target.closest?.("td")?.querySelector("[data-cell]");
  const clear = () => cells().querySelectorAll(".drop-here").forEach((one) => one.classList.remove("drop-here"));
  document.addEventListener("dragstart", (event) => {
    const card = event.target.closest?.("[data-card]");
    if (!card || !card.draggable) return;
    dragged = card;
    card.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.card);
  });
  document.addEventListener("dragover", (event) => {
    const cell = cellOf(event);
    if (!dragged || !cell) return;
    event.preventDefault();
    if (!cell.classList.contains("drop-here")) { clear(); cell.classList.add("drop-here"); }
  });
  document.addEventListener("drop", (event) => {
    const cell = cellOf(event);
    if (!dragged || !cell) return;
    event.preventDefault();
    const card = dragged;
    const values = { team: cell.dataset.team, iteration: cell.dataset.iteration, version: card.dataset.version };
    if (cell.contains(card)) { // within a cell, the place counts
      const others = [...cell.querySelectorAll("[data-card]")].filter((one) => one !== card);
      const below = others.find((one) => {
        const box = one.getBoundingClientRect();
        return event.clientY < box.top + box.height / 2;
      });
      if (!others.length || below === card.nextElementSibling && below) return;
      if (below) values.before = below.dataset.card;
      else if (card === cell.querySelector("[data-card]:last-child")) return;
      else values.after = others[others.length - 1].dataset.card;
    }
    kept = { focus: `open-${card.dataset.card}` };
    const name = card.querySelector(".card-summary").textContent;
    send(card.querySelector("[data-move-link]").pathname, values, `${name}: ${cell.dataset.name}`);
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged");
    dragged = null;
    clear();
  });

  // The dialog ----------------------------------------------------------------------------------
  if (!dialog) return;
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-move-link]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      dialog.dataset.focus = link.id;
      htmx.ajax("GET", link.href, { target: "#move-body", swap: "innerHTML", select: "#move-part" })
        .then(() => dialog.showModal());
    } else if (dialog.contains(event.target) && event.target.closest("[data-close]")) {
      event.preventDefault();
      dialog.close();
    }
  });
  dialog.addEventListener("close", () => document.getElementById(dialog.dataset.focus)?.focus());
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    const chosen = [...form.querySelectorAll("select")].map((one) => one.selectedOptions[0].textContent);
    const name = dialog.querySelector("[data-move-name]").textContent;
    kept = { focus: dialog.dataset.focus };
    dialog.close();
    send(form.getAttribute("action"), Object.fromEntries(new FormData(form)), `${name}: ${chosen.join(", ")}`);
  });
})();
