// All axes: how much each explains, what it is called, and whether the name is more than chance.

import { h, replace, theirs } from "../dom.js";
import { fixed, percent, whole } from "../numbers.js";
import { table } from "../table.js";

const SHOWN = 8;

/** The table of axes; onpick(axis) when one is chosen. */
export function axisList(axes, chosen, onpick) {
  const place = h("div");
  const show = (n) => {
    const rest = axes.length - n;
    const more = rest > 0 && h("button", { class: "quiet small", type: "button", onclick: () => show(axes.length) }, `Show ${whole(rest)} more`);
    replace(place, tableOf(axes.slice(0, n), axes.length, chosen, onpick), more);
  };
  show(Math.max(Math.min(SHOWN, axes.length), chosen + 1));
  return place;
}

function tableOf(axes, of, chosen, onpick) {
  const most = Math.max(...axes.map((axis) => axis.share), 1e-9);
  return table(`${axes.length} of the ${of} axes that explain most, in their order`, [
    { key: "axis", label: "Axis", cell: (axis) => choice(axis, chosen, onpick) },
    { key: "share", label: "Share of variance", cell: (axis) => share(axis.share, most) },
    { key: "name", label: "Suggested name, and its evidence", cell: (axis) => [nameOf(axis), evidence(axis)] },
  ], axes);
}

const choice = ({ axis }, chosen, onpick) =>
  h("button", { type: "button", class: axis === chosen ? "small" : "quiet small", "aria-pressed": String(axis === chosen), onclick: () => onpick(axis) }, `${axis + 1}`);

function share(value, most) {
  const bar = h("span", { class: "share-bar", "aria-hidden": "true" });
  bar.style.width = `${(100 * value) / most}%`;
  return h("span", { class: "share" }, h("span", { class: "share-track" }, bar), h("span", { class: "number" }, percent(value)));
}

/** Both ends; a name that chance would often give is called noise. */
export function nameOf(axis) {
  if (!axis.named) return h("span", { class: "soft" }, "noise: no name is better than chance");
  return h("span", {}, theirs(axis.low || "…"), " ↔ ", theirs(axis.high || "…"));
}

/** How strongly the ends differ, and how often shuffled attributes would differ as much. */
const evidence = ({ strength, p }) =>
  strength !== null && p !== null && h("div", { class: "soft small" }, `strength ${fixed(strength)}, p = ${fixed(p, 3)}`);
