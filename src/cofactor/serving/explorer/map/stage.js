// The canvas and what stands around it: buttons, the words at the ends, which items are placed and how faithful that is.

import { get, getFloats } from "../api.js";
import { PointMap } from "../charts/map.js";
import { h, replace, theirs } from "../dom.js";
import { counted, fixed, percent, whole } from "../numbers.js";
import { filler } from "./filling.js";
import { itemTable, rowsOf } from "./items.js";

const LISTED = 20;
const KEYS = "Drag or use the arrow keys to move, the wheel or + and − to zoom, 0 to see all. Lists beside it hold the same.";

/** The element that a map is made in. */
export function stageOf(context, ends) {
  const host = h("div", { class: "stage" }, ends.low, ends.high);
  const tip = (row) => [
    theirs(context.list?.titles[row] ?? `item ${row + 1}`),
    context.list && h("span", { class: "soft" }, ` ${counted(context.list.ratings[row], "rating")}`),
    valueNode(context.valueOf?.(row)),
  ];
  const onpick = (row) => context.change({ item: row === null || !context.list ? null : String(context.list.ids[row]) });
  const onview = (at) => {
    context.change({ at: at.zoom === 1 && isMiddle(at, context.map) ? null : at });
    context.rested();
  };
  context.map = new PointMap(host, { label: `Map of ${counted(context.model.counts.items, "item")}. ${KEYS}`, onpick, onview, tip });
  host.append(buttons(context.map));
  return host;
}

const valueNode = (value) => value !== null && value !== undefined && h("span", { class: "soft" }, " · ", theirs(value));

const isMiddle = (at, map) => at.x === map.box.x && at.y === map.box.y;

function buttons(map) {
  const button = (text, label, act) => h("button", { class: "quiet", type: "button", "aria-label": label, title: label, onclick: act }, text);
  return h("div", { class: "over zoom", role: "group", "aria-label": "Zoom" },
    button("+", "Zoom in", () => map.zoomBy(1.6)),
    button("−", "Zoom out", () => map.zoomBy(1 / 1.6)),
    button("⤢", "See all", () => map.fit()));
}

/** Coordinates of the plane, and the sentence of how many have some. */
export function placesPart(context) {
  const [placed, written] = [h("span"), h("span")];
  const fill = filler(placed);
  context.map.canvas.addEventListener("drawn", ({ detail }) => {
    const n = detail.labels.filter((one) => one.row !== undefined).length;
    if (detail.detail === "full") replace(written, ` ${n === 1 ? "1 title is" : `${whole(n)} titles are`} written; more come with zooming.`);
  });
  const show = (xy) => {
    if (context.model.axes < 2 && context.state.x !== "own") for (let at = 1; at < xy.length; at += 2) xy[at] *= 0;
    context.map.setPlaces(xy, context.state.at);
    const of = xy.length / 2;
    const n = xy.filter((value, at) => at % 2 === 0 && !Number.isNaN(value + xy[at + 1])).length;
    replace(placed, `${whole(n)} of ${counted(of, "item")} shown${n < of ? `; ${whole(of - n)} without ratings have no place` : ""}.`);
  };
  const update = () => fill((signal) => getFloats("map", context.plane(), signal), show);
  return { element: h("p", { class: "small soft" }, placed, written), update, parts: [{ keys: ["plane"], update }] };
}

/** How many of the true neighbours the plane keeps. */
export function faithPart(context) {
  const element = h("p", { class: "small" });
  const fill = filler(element);
  const show = ({ of, whole: share, items_counted: n, items }) =>
    replace(element, `Of an item's ${of} true neighbours, ${percent(share, 0)} are among its ${of} nearest on this map`,
      n < items ? `, by ${whole(n)} of ${whole(items)} items` : "", ". Lists hold the neighbours of the full space.");
  const update = () => fill((signal) => get("map/kept", context.plane(), signal), show);
  return { element, parts: [{ keys: ["plane"], update }] };
}

/** The items in view as a table, for those who do not look at the canvas. */
export function inViewPart(context) {
  const list = h("div");
  const element = h("details", { class: "panel", ontoggle: () => update() }, h("summary", {}, "Items in view"), list);
  let before = "";
  const update = async () => {
    if (!element.open) return;
    await context.ready;
    const rows = context.map.inView();
    const shown = rows.slice(0, LISTED);
    const now = `${shown} of ${rows.length} at ${shown.map(context.map.placeOf, context.map)}`;
    if (now === before) return; // the same table again would lose the keyboard's place in it
    before = now;
    const at = (axis) => (one) => fixed(context.map.placeOf(context.list.rows.get(String(one.item)))[axis]);
    replace(list, itemTable(context, `The most rated in view, ${shown.length} of ${whole(rows.length)} shown`, rowsOf(context, shown),
      [{ key: "x", label: "Across", cell: at(0) }, { key: "y", label: "Up", cell: at(1) }]));
  };
  context.rested = update;
  return { element };
}
