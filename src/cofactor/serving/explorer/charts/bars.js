// Bars: how often each value occurs.

import { s } from "../dom.js";
import { counted, whole } from "../numbers.js";
import { table } from "../table.js";
import { figure } from "./figure.js";
import { linear, ticks } from "./scale.js";

const HEIGHT = 190;
const EDGE = { left: 8, right: 8, top: 20, bottom: 38 };
const WIDEST_BAR = 64;
const CROWDED = 34; // pixels a bar, below which counts are not written over bars

/** A figure of { value, count } rows, one bar each. what: what is counted, as "rating"; axis: what the values are. */
export function histogram(rows, { name, what, axis, caption = null }) {
  const columns = [{ key: "value", label: axis }, { key: "count", label: `Number of ${what}s`, kind: "whole" }];
  const asTable = table(`Number of ${what}s by ${axis}`, columns, rows);
  return figure({ name, caption, draw: (width) => drawn(rows, width, what, axis), table: asTable });
}

function drawn(rows, width, what, axis) {
  const step = Math.min((width - EDGE.left - EDGE.right) / Math.max(rows.length, 1), WIDEST_BAR * 1.5);
  const y = linear([0, Math.max(1, ...rows.map((row) => row.count))], [HEIGHT - EDGE.bottom, EDGE.top]);
  const place = (at) => EDGE.left + (at + 0.5) * step;
  return s("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img", "aria-label": spoken(rows, what, axis) },
    rows.map((row, at) => bar(row, place(at), step, y, what)),
    s("line", { class: "axis", x1: EDGE.left, x2: EDGE.left + rows.length * step, y1: y(0), y2: y(0) }),
    named(rows, step).map((at) => s("text", { x: place(at), y: y(0) + 15, "text-anchor": "middle" }, rows[at].value)),
    s("text", { class: "soft", x: EDGE.left, y: HEIGHT - 5 }, axis));
}

function bar(row, x, step, y, what) {
  const width = Math.max(1, Math.min(0.8 * step, WIDEST_BAR));
  return s("g", {},
    s("title", {}, `${row.value}: ${counted(row.count, what)}`),
    s("rect", { class: "bar", x: x - width / 2, width, y: y(row.count), height: y(0) - y(row.count) }),
    step >= CROWDED && s("text", { class: "soft", x, y: y(row.count) - 5, "text-anchor": "middle" }, short(row.count)));
}

/** Which bars are named: all, or evenly some where they stand close. */
function named(rows, step) {
  if (step >= 26) return rows.map((_, at) => at);
  return ticks(0, rows.length - 1, Math.max(2, Math.floor((rows.length * step) / 60))).filter(Number.isInteger);
}

const short = (count) => (count < 10_000 ? whole(count) : `${(count / 1000).toPrecision(3).replace(/\.?0+$/, "")}k`);

function spoken(rows, what, axis) {
  if (rows.length > 12) return `Bars: number of ${what}s by ${axis}; the numbers are in the table below`;
  return `Bars: number of ${what}s by ${axis}. ${rows.map((row) => `${row.value}: ${whole(row.count)}`).join(", ")}`;
}
