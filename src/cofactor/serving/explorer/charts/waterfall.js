// A sum as bars: each starts where the one before ends, so the eye adds them up to the total.

import { s } from "../dom.js";
import { fixed, signed } from "../numbers.js";
import { linear, ticks } from "./scale.js";
import { fitting, isolated, widthOf } from "./text.js";

const ROW = 26; // pixels a row, with its label on the left
const TALL_ROW = 42; // and with its label above
const NARROW = 520;
const NUMBER = 62;
const FOOT = 34;

/**
 * An svg `width` pixels wide of steps [{ label, note, part, start }]; note: stands behind the label and is never cut;
 * start: true where the part is the point that the bars set out from.
 * Below them stands the total, and `after`, [{ label, text }], what is done with it.
 */
export function waterfall(steps, { width, total, after = [], label }) {
  const laid = layout(width, steps, total);
  const height = (steps.length + 1 + after.length) * laid.row + FOOT;
  const rows = [...cumulative(steps), { label: total, from: sum(steps), to: sum(steps), total: true }];
  return s("svg", { class: "waterfall", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label },
    axis(laid, rows.length * laid.row),
    rows.map((row, at) => drawnRow(row, at, laid, rows[at + 1])),
    after.map((row, at) => words(row, (rows.length + at) * laid.row + FOOT, laid)));
}

/** The total of the steps. */
export const sum = (steps) => steps.reduce((total, step) => total + step.part, 0);

/** The steps with where each begins and ends. */
export function cumulative(steps) {
  let total = 0;
  return steps.map((step) => ({ ...step, from: total, to: (total += step.part) }));
}

function layout(width, steps, total) {
  const narrow = width < NARROW;
  const labels = narrow ? 0 : Math.min(0.42 * width, 300);
  const ends = cumulative(steps).flatMap((step) => (step.start ? [step.to] : [step.from, step.to]));
  const [low, high] = [Math.min(...ends, ...(ends.length ? [] : [0])), Math.max(...ends, ...(ends.length ? [] : [1]))];
  const air = 0.06 * (high - low) || 0.5;
  const domain = [low - air, high + air];
  return { width, narrow, labels, row: narrow ? TALL_ROW : ROW, domain, total, x: linear(domain, [labels + 8, width - NUMBER - 6]) };
}

function axis(laid, bottom) {
  const values = ticks(...laid.domain, laid.narrow ? 4 : 6);
  const decimals = Math.max(0, Math.ceil(-Math.log10(values[1] - values[0] || 1) - 1e-9));
  return values.map((value) => s("g", {},
    s("line", { class: "axis", x1: laid.x(value), x2: laid.x(value), y1: 2, y2: bottom }),
    s("text", { class: "soft", x: laid.x(value), y: bottom + 16, "text-anchor": "middle" }, fixed(value, decimals))));
}

function drawnRow(row, at, laid, next) {
  const top = at * laid.row + (laid.narrow ? 18 : 0);
  const middle = top + ROW / 2;
  const text = row.total || row.start ? fixed(row.to, 3) : signed(row.part, 3);
  return s("g", { class: row.total ? "total" : null },
    s("title", {}, `${row.label}${row.note ?? ""}: ${text}`),
    named(row, at * laid.row, laid),
    row.total || row.start ? point(row.to, middle, laid) : bar(row, middle, laid),
    next && s("line", { class: "thread", x1: laid.x(row.to), x2: laid.x(row.to), y1: middle, y2: middle + laid.row }),
    s("text", { x: laid.width, y: middle + 4, "text-anchor": "end" }, text));
}

function bar(row, middle, laid) {
  const [from, to] = [laid.x(row.from), laid.x(row.to)].sort((one, other) => one - other);
  return s("rect", { class: row.part < 0 ? "down" : "up", x: from, width: Math.max(1, to - from), y: middle - 7, height: 14 });
}

const point = (value, middle, laid) => s("circle", { class: "at", cx: laid.x(value), cy: middle, r: 5 });

function named({ label, note = "" }, top, laid) {
  const room = (laid.narrow ? laid.width : laid.labels) - widthOf(note);
  const at = laid.narrow ? { x: 0, y: top + 14 } : { x: laid.labels, y: top + ROW / 2 + 4, "text-anchor": "end" };
  return s("text", at, isolated(fitting(label, room)), note);
}

function words(row, top, laid) {
  return s("g", { class: "total" },
    named(row, top - (laid.narrow ? 0 : 8), laid),
    s("text", { x: laid.width, y: top + (laid.narrow ? 14 : ROW / 2 - 4), "text-anchor": "end" }, row.text));
}
