// A chart on the page: drawn anew at each width, with a caption, an equal table, and a way to save it as a picture.

import { button } from "../controls.js";
import { h } from "../dom.js";
import { savePicture } from "./picture.js";

/**
 * A figure. draw: width in pixels → svg     caption: text or nodes     name: of the picture's file
 * table: an element that says the same in words, folded away; null where the chart's own label does
 */
export function figure({ draw, caption = null, name, table = null }) {
  const plot = h("div", { class: "plot" });
  new ResizeObserver(([entry]) => redraw(plot, Math.floor(entry.contentRect.width), draw)).observe(plot);
  return h("figure", {},
    plot,
    caption && h("figcaption", {}, caption),
    h("div", { class: "row take-away" },
      table && h("details", { class: "small" }, h("summary", {}, "As a table"), table),
      pictures(name, () => plot.firstElementChild)));
}

function redraw(plot, width, draw) {
  if (width > 0 && plot.dataset.width !== String(width)) {
    plot.dataset.width = String(width);
    plot.replaceChildren(draw(width));
  }
}

/** The button that saves a chart. of: () → svg or canvas */
export function pictures(name, of) {
  return button("Save picture", () => savePicture(name, of()), { "aria-label": `Save picture: ${name}` });
}
