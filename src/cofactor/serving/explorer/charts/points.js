// The points of a map: in which order, how large and how see-through they are drawn.

import { between } from "./pixels.js";

/** x and y of each row; a row that lacks one has neither. */
export function apart(xy) {
  const [xs, ys] = [new Float32Array(xy.length / 2), new Float32Array(xy.length / 2)];
  for (let row = 0; row < xs.length; row++) {
    const lacks = Number.isNaN(xy[2 * row] + xy[2 * row + 1]);
    xs[row] = lacks ? NaN : xy[2 * row];
    ys[row] = lacks ? NaN : xy[2 * row + 1];
  }
  return [xs, ys];
}

/** Rows with a place in an order that has nothing to do with theirs: drawn one kind after another, the last would hide the others. */
export function shuffled(xs, ys) {
  const rows = Int32Array.from(xs.keys()).filter((row) => !Number.isNaN(xs[row]));
  let state = 1;
  for (let at = rows.length - 1; at > 0; at--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // the same picture every time
    const other = Math.floor((state / 2 ** 32) * (at + 1));
    const kept = rows[at];
    rows[at] = rows[other];
    rows[other] = kept;
  }
  return { n: rows.length, rows, xs: Float32Array.from(rows, (row) => xs[row]), ys: Float32Array.from(rows, (row) => ys[row]) };
}

/** Of the points, in pixels: the more there are the smaller, and larger with zooming. */
export function radiusOf(n, { width, height, zoom }) {
  const fitting = Math.min(4, Math.max(1.3, 0.115 * Math.sqrt((width * height) / Math.max(1, n))));
  return Math.min(7, fitting * Math.max(1, zoom) ** 0.3);
}

/** Many small ones are see-through, so that those beneath count; not more so than `least`. */
export function opacity(n, { width, height, zoom }, radius, least) {
  const covered = (n * Math.PI * radius ** 2) / (width * height * Math.max(1, zoom));
  return Math.min(0.85, Math.max(least, 1 - 1.2 * covered));
}

/** The colours as they look on the ground when see-through; there are few different ones. */
export function paled(colours, ground, share) {
  const known = new Map();
  const pale = (one) => {
    if (!known.has(one)) known.set(one, between(ground, one, share));
    return known.get(one);
  };
  return colours.map(pale);
}
