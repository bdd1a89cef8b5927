// Lines on log scales: how few have much and how many have little.

import { h, s } from "../dom.js";
import { whole } from "../numbers.js";
import { table } from "../table.js";
import { figure } from "./figure.js";
import { decades, logarithmic } from "./scale.js";

const HEIGHT = 260;
const EDGE = { left: 52, right: 12, top: 12, bottom: 44 };

/**
 * A figure of the long tail: count against rank, both by their logarithm.
 * tails: [{ label, rank: […], count: […], shown, of }], at most a few; each is drawn with its own dashes and colour
 */
export function longTail(tails, { name, caption }) {
  const key = h("p", { class: "key small" }, tails.map((tail, at) => h("span", {}, swatch(at), ` ${tail.label}`)));
  return h("div", {}, key, figure({ name, caption, draw: (width) => drawn(tails, width), table: h("div", {}, tails.map(asTable)) }));
}

function drawn(tails, width) {
  const x = logarithmic([1, Math.max(2, ...tails.map((tail) => tail.rank.at(-1) ?? 1))], [EDGE.left, width - EDGE.right]);
  const y = logarithmic([1, Math.max(2, ...tails.map((tail) => tail.count[0] ?? 1))], [HEIGHT - EDGE.bottom, EDGE.top]);
  return s("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img", "aria-label": tails.map(spoken).join(" ") },
    grid(x, y, tails, width),
    tails.map((tail, at) => s("path", { class: `line line-${at}`, d: path(tail, x, y) })));
}

function grid(x, y, tails, width) {
  const last = Math.max(2, ...tails.map((tail) => tail.rank.at(-1) ?? 1));
  const most = Math.max(2, ...tails.map((tail) => tail.count[0] ?? 1));
  const bottom = HEIGHT - EDGE.bottom;
  return [
    decades(1, most).map((value) => [
      s("line", { class: "axis", x1: EDGE.left, x2: width - EDGE.right, y1: y(value), y2: y(value) }),
      s("text", { class: "soft", x: EDGE.left - 6, y: y(value) + 4, "text-anchor": "end" }, whole(value)),
    ]),
    decades(1, last).map((value) => [
      s("line", { class: "axis", x1: x(value), x2: x(value), y1: EDGE.top, y2: bottom }),
      s("text", { class: "soft", x: x(value), y: bottom + 16, "text-anchor": "middle" }, whole(value)),
    ]),
    s("text", { class: "soft", x: EDGE.left, y: HEIGHT - 6 }, "rank, from the one with most ratings (log scale)"),
  ];
}

/** The line through the points; counts of 0 have no logarithm and end it. */
function path(tail, x, y) {
  const points = tail.rank.map((rank, at) => [rank, tail.count[at]]).filter(([, count]) => count > 0);
  const words = points.map(([rank, count], at) => `${at ? "L" : "M"}${x(rank).toFixed(1)},${y(count).toFixed(1)}`);
  return [...words, points.length > 0 && "h0"].filter(Boolean).join(""); // the last step makes of one point a dot
}

const swatch = (at) => s("svg", { class: "swatch", viewBox: "0 0 28 10", width: 28, height: 10, "aria-hidden": "true" },
  s("path", { class: `line line-${at}`, d: "M0,5H28" }));

const spoken = (tail) =>
  `${tail.label}: the first has ${whole(tail.count[0] ?? 0)} ratings, the last ${whole(tail.count.at(-1) ?? 0)}.`;

/** Some points of the line, a few to each factor of ten. */
function asTable(tail) {
  const wanted = decades(1, tail.rank.at(-1) ?? 1).flatMap((power) => [power, 2 * power, 5 * power]);
  const rows = wanted.map((rank) => tail.rank.findIndex((one) => one >= rank)).filter((at) => at >= 0);
  const points = [...new Set([...rows, tail.rank.length - 1])].map((at) => ({ rank: tail.rank[at], count: tail.count[at] }));
  const columns = [{ key: "rank", label: "Rank", kind: "whole" }, { key: "count", label: "Ratings", kind: "whole" }];
  return table(`${tail.label}: ${whole(points.length)} of ${whole(tail.of)} ranks shown`, columns, points);
}
