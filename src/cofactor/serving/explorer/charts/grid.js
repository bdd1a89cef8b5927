// Points in cells of a grid, so that the one nearest to the pointer is found without looking at all of them.

const PER_CELL = 2;

/** An index of the points that have a place. box: their extent (camera.js) */
export function gridOf(xs, ys, box) {
  const side = Math.max(1, Math.floor(Math.sqrt(xs.length / PER_CELL)));
  const cell = Math.max(box.width, box.height, 1e-9) / side;
  const grid = { xs, ys, side, cell, left: box.x - (cell * side) / 2, low: box.y - (cell * side) / 2 };
  return Object.assign(grid, sorted(grid));
}

/** Rows ordered by cell (a counting sort): those of cell c are rows[starts[c]] up to rows[starts[c + 1]]. */
function sorted(grid) {
  const { xs, ys, side } = grid;
  const starts = new Int32Array(side * side + 1);
  const cells = new Int32Array(xs.length).fill(-1);
  for (let row = 0; row < xs.length; row++) {
    if (Number.isNaN(xs[row])) continue;
    cells[row] = across(grid, xs[row]) + side * up(grid, ys[row]);
    starts[cells[row] + 1]++;
  }
  for (let at = 0; at < side * side; at++) starts[at + 1] += starts[at];
  const next = starts.slice();
  const rows = new Int32Array(starts[side * side]);
  for (let row = 0; row < xs.length; row++) if (cells[row] >= 0) rows[next[cells[row]]++] = row;
  return { starts, rows };
}

const clamped = (value, side) => Math.min(side - 1, Math.max(0, Math.floor(value)));
const across = (grid, x) => clamped((x - grid.left) / grid.cell, grid.side);
const up = (grid, y) => clamped((y - grid.low) / grid.cell, grid.side);

/** The row nearest to a place and at most `radius` away, in the data's units; null where there is none. */
export function nearest(grid, x, y, radius) {
  let [best, least] = [null, radius * radius];
  for (let v = up(grid, y - radius); v <= up(grid, y + radius); v++) {
    for (let u = across(grid, x - radius); u <= across(grid, x + radius); u++) {
      const cell = u + grid.side * v;
      for (let at = grid.starts[cell]; at < grid.starts[cell + 1]; at++) {
        const row = grid.rows[at];
        const away = (grid.xs[row] - x) ** 2 + (grid.ys[row] - y) ** 2;
        if (away <= least) [best, least] = [row, away];
      }
    }
  }
  return best;
}
