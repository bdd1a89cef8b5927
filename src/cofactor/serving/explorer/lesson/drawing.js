// Small drawings of the lesson: SVG of their own, as wide as there is room for, so that their text keeps its size.

import { h, replace, s } from "../dom.js";
import { fixed } from "../numbers.js";

const WIDEST = 736; // pixels

/** A figure that is drawn by `draw(width)` whenever its width changes, and by `redraw()` when what it shows does. */
export function drawing(draw, caption = null) {
  const frame = h("div", { class: "drawing" });
  let width = 0;
  const redraw = () => width && replace(frame, draw(width));
  const measure = ([entry]) => {
    const now = Math.floor(Math.min(WIDEST, entry.contentRect.width));
    if (now === width) return;
    width = now;
    redraw();
  };
  new ResizeObserver(measure).observe(frame);
  return { element: h("figure", {}, frame, caption && h("figcaption", {}, caption)), redraw };
}

/** An SVG of that size with a sentence for those who cannot see it. */
export function picture(width, height, label, ...children) {
  return s("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, ...children);
}

/**
 * Axes and what is drawn between them.
 * x, y: { from, to, ticks, label, written }; `plot.at(x, y)` is a point in pixels; `plot.add(…)` draws over the axes
 */
export function plot({ width, height = 240, label, x, y }) {
  const edge = { left: 46, right: 24, top: 22, bottom: 40 };
  const across = (value) => edge.left + ((value - x.from) / (x.to - x.from)) * (width - edge.left - edge.right);
  const up = (value) => height - edge.bottom - ((value - y.from) / (y.to - y.from)) * (height - edge.top - edge.bottom);
  const svg = picture(width, height, label,
    x.ticks.map((tick) => s("g", {}, upright(across(tick), up(y.from), up(y.to)), text(across(tick), height - edge.bottom + 16, written(x, tick), "middle"))),
    y.ticks.map((tick) => s("g", {}, level(across(x.from), across(x.to), up(tick)), text(edge.left - 6, up(tick) + 4, written(y, tick), "end"))),
    text((edge.left + width - edge.right) / 2, height - 6, x.label, "middle", "soft"),
    text(6, 12, y.label, "start", "soft"));
  return { svg, at: (px, py) => [across(px), up(py)], add: (...children) => svg.append(...children.flat(Infinity)) };
}

const written = (axis, tick) => (axis.written ? axis.written(tick) : String(tick).replace("-", "−"));
const upright = (x, from, to) => s("line", { class: "axis", x1: x, x2: x, y1: from, y2: to });
const level = (from, to, y) => s("line", { class: "axis", x1: from, x2: to, y1: y, y2: y });

export function text(x, y, words, anchor = "start", kind = "") {
  return s("text", { x, y, "text-anchor": anchor, class: kind }, String(words));
}

/** A line through points [[x, y]] of a plot; kind: a class of lesson.css. */
export function line(plot, points, kind) {
  const path = points.map(([x, y]) => plot.at(x, y).map((one) => one.toFixed(1)).join(" ")).join("L");
  return s("path", { d: `M${path}h0`, class: `line ${kind}` }); // the last step makes of one point a dot
}

/** A dot with what it is: words to its right or left ("end"), so many pixels below it. */
export function dotMark(plot, x, y, words, kind, { anchor = "start", below = 18 } = {}) {
  const [px, py] = plot.at(x, y);
  const beside = anchor === "start" ? 9 : -9;
  return s("g", { class: kind }, s("circle", { cx: px, cy: py, r: 5 }), text(px + beside, py + below, words, anchor));
}

/**
 * Parts that add up: a bar for each from where the one before ends, and the sum.
 * parts: [{ label, value }]; from, to: ends of the scale; unit is written after the sum
 */
export function waterfall({ width, parts, total, from, to, label, decimals = 2 }) {
  const row = 30;
  const left = 16 + 7 * Math.max(...[...parts.map((part) => part.label), total].map((words) => words.length));
  const across = (value) => left + ((Math.min(to, Math.max(from, value)) - from) / (to - from)) * (width - left - 56);
  let reached = 0;
  const bars = parts.map((part, at) => {
    const start = reached;
    reached += part.value;
    return bar(across(start), across(reached), at * row, part, left, decimals);
  });
  const sumRow = parts.length * row;
  return picture(width, sumRow + row + 6, label,
    s("line", { class: "axis", x1: across(0), x2: across(0), y1: 0, y2: sumRow + row }),
    bars,
    bar(across(0), across(reached), sumRow + 4, { label: total, value: reached, kind: "total" }, left, decimals));
}

function bar(start, end, y, part, left, decimals) {
  const kind = part.kind ?? (part.value < 0 ? "negative" : "positive");
  const value = part.kind ? fixed(part.value, decimals) : `${part.value < 0 ? "" : "+"}${fixed(part.value, decimals)}`;
  return s("g", {},
    text(left - 8, y + 19, part.label, "end"),
    s("rect", { class: `bar ${kind}`, x: Math.min(start, end), y: y + 5, width: Math.max(1, Math.abs(end - start)), height: 20, rx: 2 }),
    text(Math.max(start, end) + 6, y + 19, value));
}
