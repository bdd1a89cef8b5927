// Windows of a matrix, { rows: [from, to], columns: [from, to] } with whole ends, and how they move.

const LEAST = 8; // rows or columns of the closest window

/** The window zoomed by a factor about a place, [x, y] as shares of what is shown. */
export function scaled(window, whole, factor, [x, y]) {
  return { rows: zoomed(window.rows, whole.rows, factor, y), columns: zoomed(window.columns, whole.columns, factor, x) };
}

/** The window moved by shares of itself. */
export function shifted(window, whole, [x, y]) {
  return { rows: moved(window.rows, whole.rows, y), columns: moved(window.columns, whole.columns, x) };
}

/** The part of the window between two corners, each [x, y] in shares of it. */
export function inside(window, [x, y], [otherX, otherY]) {
  return { rows: cut(window.rows, y, otherY), columns: cut(window.columns, x, otherX) };
}

function zoomed([from, to], [, end], factor, about) {
  const span = Math.min(end, Math.max(Math.min(LEAST, end), Math.round((to - from) * factor)));
  return fitted(Math.round(from + about * (to - from - span)), span, end);
}

function moved([from, to], [, end], share) {
  return fitted(from + Math.round(share * (to - from)), to - from, end);
}

function cut([from, to], one, other) {
  const [low, high] = [Math.min(one, other), Math.max(one, other)].map((share) => Math.min(1, Math.max(0, share)));
  const start = from + Math.floor(low * (to - from));
  const span = Math.max(Math.min(LEAST, to - from), Math.ceil((high - low) * (to - from)));
  return fitted(start, span, to);
}

function fitted(from, span, end) {
  const start = Math.max(0, Math.min(from, end - span));
  return [start, start + span];
}
