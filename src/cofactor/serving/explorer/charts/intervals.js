// Values with their intervals: small beside a number, and side by side on one scale.

import { s } from "../dom.js";
import { fixed } from "../numbers.js";
import { linear, ticks } from "./scale.js";
import { fitting, isolated } from "./text.js";

const ROW = 40;
const FOOT = 26;
const SMALL = { width: 96, height: 14 };

/** A mark of a value and its interval on the scale [low, high]; the numbers stand beside it in words. */
export function intervalMark(value, interval, scale) {
  const x = linear(scale, [5, SMALL.width - 5]);
  const within = (one) => x(Math.min(scale[1], Math.max(scale[0], one)));
  const y = SMALL.height / 2;
  return s("svg", { class: "interval", viewBox: `0 0 ${SMALL.width} ${SMALL.height}`, ...SMALL, "aria-hidden": "true" },
    s("line", { class: "axis", x1: 5, x2: SMALL.width - 5, y1: y, y2: y }),
    interval && s("line", { class: "reach", x1: within(interval[0]), x2: within(interval[1]), y1: y, y2: y }),
    s("circle", { class: "at", cx: within(value), cy: y, r: 4 }));
}

/** An svg of rows { label, value, low, high }, one below the other on one scale. */
export function intervals(rows, { width, label }) {
  const domain = padded(rows);
  const x = linear(domain, [20, width - 20]);
  const values = ticks(...domain, width < 480 ? 4 : 7);
  const height = rows.length * ROW + FOOT;
  return s("svg", { class: "intervals", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label },
    named(values, x, rows.length * ROW + 17),
    rows.map((row, at) => drawn(row, at, { x, values, width })));
}

function padded(rows) {
  const ends = rows.flatMap((row) => [row.low ?? row.value, row.value, row.high ?? row.value]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const air = 0.1 * (high - low) || 0.1 * Math.abs(high) || 0.1;
  return [low - air, high + air];
}

function named(values, x, y) {
  const decimals = Math.max(0, Math.ceil(-Math.log10(values[1] - values[0] || 1) - 1e-9));
  return values.map((value) => s("text", { class: "soft", x: x(value), y, "text-anchor": "middle" }, fixed(value, decimals)));
}

function drawn(row, at, { x, values, width }) {
  const y = at * ROW + 27;
  const reach = Number.isFinite(row.low) && Number.isFinite(row.high);
  const text = reach ? `${fixed(row.value, 4)} (${fixed(row.low, 4)} to ${fixed(row.high, 4)})` : fixed(row.value, 4);
  return s("g", {},
    s("title", {}, `${row.label}: ${text}`),
    s("text", { x: 0, y: y - 11 }, isolated(fitting(row.label, width - 170))),
    s("text", { class: "soft", x: width, y: y - 11, "text-anchor": "end" }, text),
    s("line", { class: "axis", x1: 0, x2: width, y1: y, y2: y }),
    values.map((value) => s("line", { class: "axis", x1: x(value), x2: x(value), y1: y - 5, y2: y + 5 })),
    reach && s("line", { class: "reach", x1: x(row.low), x2: x(row.high), y1: y, y2: y }),
    s("circle", { class: "at", cx: x(row.value), cy: y, r: 5 }));
}
