// Draws dependencies as strings between cards, from the table of dependencies below the board.
"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const element = (name, attributes) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  const curve = (from, to, origin) => {
    const forwards = to.left >= from.right;
    const x1 = (forwards ? from.right : from.left + from.width / 2) - origin.left;
    const x2 = (forwards ? to.left - 6 : to.left + to.width / 2) - origin.left;
    const below = to.top > from.top;
    const y1 = (forwards ? from.top + from.height / 2 : below ? from.bottom : from.top) - origin.top;
    const y2 = (forwards ? to.top + to.height / 2 : below ? to.top - 6 : to.bottom + 6) - origin.top;
    if (forwards) {
      const bend = Math.max(24, (x2 - x1) / 2);
      return `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`;
    }
    const bend = Math.max(24, Math.abs(y2 - y1) / 2) * (below ? 1 : -1);
    return `M${x1},${y1} C${x1},${y1 + bend} ${x2},${y2 - bend} ${x2},${y2}`;
  };

  const draw = () => {
    const drawing = document.querySelector("[data-strings]");
    if (!drawing) return;
    const ground = drawing.parentElement;
    const origin = ground.getBoundingClientRect();
    drawing.replaceChildren();
    drawing.setAttribute("width", ground.offsetWidth);
    drawing.setAttribute("height", ground.offsetHeight);
    const definitions = element("defs", {});
    for (const order of ["pass", "warning", "fail", "not_checked"]) {
      const marker = element("marker", {
        id: `head-${order}`, viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto",
      });
      marker.append(element("path", { d: "M0,0 L8,4 L0,8 z", class: `head head-${order}` }));
      definitions.append(marker);
    }
    drawing.append(definitions);
    for (const row of document.querySelectorAll("[data-string]")) {
      const { source, target, order } = row.dataset;
      const ends = [source, target].map((id) => document.getElementById(`card-${id}`)?.getBoundingClientRect());
      if (!ends[0] || !ends[1]) continue;
      drawing.append(element("path", {
        d: curve(ends[0], ends[1], origin), class: `string string-${order}`,
        "data-from": source, "data-to": target, "marker-end": `url(#head-${order})`,
      }));
    }
  };

  const light = (event) => {
    const card = event.target.closest?.("[data-card]");
    for (const string of document.querySelectorAll(".string")) {
      const mine = card && (string.dataset.from === card.dataset.card || string.dataset.to === card.dataset.card);
      string.classList.toggle("lit", Boolean(mine));
    }
    const drawing = document.querySelector("[data-strings]");
    drawing?.classList.toggle("lit", Boolean(drawing.querySelector(".string.lit")));
  };

  let waiting = 0;
  const soon = () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(draw); };
  draw();
  addEventListener("resize", soon);
  document.body.addEventListener("htmx:afterSettle", soon);
  document.addEventListener("mouseover", light);
  document.addEventListener("focusin", light);
})();
