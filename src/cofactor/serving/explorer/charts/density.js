// Shading of the ground where many points share a place, so that a crowd can be told from a few.

import { between } from "./pixels.js";

const SHADES = 64;
const MOST_SHADE = 0.35; // of the points' colour, where they lie most densely

/** How many points lie in each square cell of the picture, smoothed over the cells around it. */
export function density({ n, xs, ys }, view, cell) {
  const columns = Math.ceil(view.width / cell) + 1;
  const lines = Math.ceil(view.height / cell) + 1;
  const counts = new Float32Array(columns * lines);
  for (let at = 0; at < n; at++) {
    const u = ((xs[at] - view.x) * view.scale + view.width / 2) / cell;
    const v = (view.height / 2 - (ys[at] - view.y) * view.scale) / cell;
    if (u >= 0 && v >= 0 && u < columns && v < lines) counts[(v | 0) * columns + (u | 0)]++;
  }
  return { counts: smoothed(smoothed(counts, columns, lines), columns, lines), columns, lines, cell };
}

/** Each cell the mean of the three by three around it. */
function smoothed(counts, columns, lines) {
  const wide = new Float32Array(counts.length);
  const both = new Float32Array(counts.length);
  for (let at = 1; at < counts.length - 1; at++) wide[at] = (counts[at - 1] + counts[at] + counts[at + 1]) / 3;
  for (let at = columns; at < columns * (lines - 1); at++) both[at] = (wide[at - columns] + wide[at] + wide[at + columns]) / 3;
  return both;
}

/** Fill a frame with the ground's pixel, shaded towards `colour` where more than `few` points share a cell. */
export function paintGround(frame, ground, colour, grid, few) {
  const most = grid.counts.reduce((one, other) => Math.max(one, other), 0);
  if (most <= few) return frame.pixels.fill(ground);
  const shades = Uint32Array.from({ length: SHADES + 1 }, (_, at) => between(ground, colour, (MOST_SHADE * at) / SHADES));
  const unit = SHADES / Math.log(most / few);
  const levels = grid.counts.map((count) => (count > few ? unit * Math.log(count / few) : 0));
  return shade(frame, shades, { ...grid, levels });
}

/** Between the middles of cells the levels go on in straight lines. */
function shade({ pixels, stride, rows, margin }, shades, { levels, columns, lines, cell }) {
  const [lefts, rights] = steps(stride, margin, columns, cell);
  const [tops, downs] = steps(rows, margin, lines, cell);
  for (let v = 0, at = 0; v < rows; v++) {
    const above = tops[v] * columns;
    for (let u = 0; u < stride; u++, at++) {
      const from = above + lefts[u];
      const upper = levels[from] + (levels[from + 1] - levels[from]) * rights[u];
      const lower = levels[from + columns] + (levels[from + columns + 1] - levels[from + columns]) * rights[u];
      pixels[at] = shades[(upper + (lower - upper) * downs[v]) | 0];
    }
  }
}

/** For each pixel of a side the cell before it, and how far it is on the way to the next. */
function steps(length, margin, cells, cell) {
  const before = new Int32Array(length);
  const share = new Float32Array(length);
  for (let at = 0; at < length; at++) {
    const place = Math.min(cells - 1.001, Math.max(0, (at - margin) / cell - 0.5));
    before[at] = place | 0;
    share[at] = place - before[at];
  }
  return [before, share];
}
