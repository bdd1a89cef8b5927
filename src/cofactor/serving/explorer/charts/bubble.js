// What stands beside the pointer: a ring around a point and its title.

import { h, replace } from "../dom.js";

const APART = 14; // pixels between the point and the words

/** { elements, show(nodes, left, top, width), hide() }; width is that of the picture, which the words stay inside. */
export function bubble() {
  const ring = h("div", { class: "map-ring", hidden: true });
  const words = h("div", { class: "map-tip", hidden: true, "aria-hidden": "true" });
  const show = (nodes, left, top, width) => {
    ring.hidden = words.hidden = false;
    replace(words, nodes);
    ring.style.transform = `translate(${left}px, ${top}px)`;
    const fits = left + APART + words.offsetWidth < width;
    const x = Math.max(0, fits ? left + APART : left - APART - words.offsetWidth);
    words.style.transform = `translate(${x}px, ${Math.max(0, top - words.offsetHeight - 8)}px)`;
  };
  const hide = () => {
    ring.hidden = words.hidden = true;
  };
  return { elements: [ring, words], show, hide };
}
