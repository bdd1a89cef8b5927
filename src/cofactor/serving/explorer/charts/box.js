// A box drawn over a canvas by dragging; with a finger, a tap instead, so that dragging still scrolls the page.

import { h } from "../dom.js";

/** The element that shows the box. onbox: two corners [x, y] in shares of the canvas; ontap: one */
export function drawBox(canvas, { onbox, ontap, tap }) {
  const box = h("div", { class: "box", hidden: true });
  let start = null;
  canvas.addEventListener("pointerdown", (event) => {
    start = place(event, canvas);
    if (event.pointerType !== "touch") canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => start && event.pointerType !== "touch" && show(box, start, place(event, canvas)));
  canvas.addEventListener("pointercancel", () => (start = null));
  canvas.addEventListener("pointerup", (event) => {
    if (!start) return;
    const end = place(event, canvas);
    const dragged = far(start, end, canvas, tap);
    if (dragged && event.pointerType !== "touch") onbox(start, end);
    if (!dragged && event.pointerType === "touch") ontap(end);
    start = null;
    box.hidden = true;
  });
  return box;
}

function place(event, canvas) {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return [(event.clientX - left) / width, (event.clientY - top) / height];
}

function far([x, y], [otherX, otherY], canvas, pixels) {
  return Math.hypot((x - otherX) * canvas.clientWidth, (y - otherY) * canvas.clientHeight) > pixels;
}

function show(box, [x, y], [otherX, otherY]) {
  const percent = (share) => `${100 * Math.min(1, Math.max(0, share))}%`;
  box.hidden = false;
  Object.assign(box.style, {
    left: percent(Math.min(x, otherX)), top: percent(Math.min(y, otherY)),
    width: percent(Math.abs(x - otherX)), height: percent(Math.abs(y - otherY)),
  });
}
