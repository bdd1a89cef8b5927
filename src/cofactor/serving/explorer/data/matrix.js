// The panel of the rating matrix: its picture, what the colours mean, and its window in the address.

import { getBytes, newest } from "../api.js";
import { pictures } from "../charts/figure.js";
import { colours, heat } from "../charts/heat.js";
import { choice, trouble } from "../controls.js";
import { h, replace, whenGone } from "../dom.js";
import { keep } from "../route.js";

const FINEST = 320; // cells of the picture's longer side

export function matrixPanel(counts, model, { query }) {
  const what = query.what === "value" && model.scale ? "value" : "filled";
  const state = { model, what, window: windowOf(query, counts), everything: windowOf({}, counts), frame: h("div", {}) };
  const coloured = (chosen) => draw(Object.assign(state, { what: chosen }));
  draw(state);
  return h("section", { class: "panel matrix" }, h("h2", {}, "The matrix as a picture"), state.frame,
    h("div", {},
      h("p", {}, "A row for each person, the most active on top; a column for each item, the most rated on the left."),
      h("p", {}, "Drag a box or turn the wheel to look closer; tap with a finger. With the keyboard: plus, minus, arrows, 0."),
      model.scale && choice("Colour shows", { filled: "share of cells filled", value: "mean value" }, what, coloured)));
}

function draw(state) {
  const { model: { scale }, what, window, everything, frame } = state;
  const problem = h("div", {});
  const picture = heat({
    load: loader(state), window, everything, what, scale,
    onwindow: (shown) => remember(Object.assign(state, { window: shown })),
    onerror: (error) => replace(problem, trouble(error)),
  });
  const key = legend(what, scale);
  replace(frame, picture.element, key.element, problem, pictures("rating-matrix", () => picture.canvas));
  const again = () => [picture, key].forEach((one) => one.redraw());
  document.addEventListener("themechange", again);
  whenGone(picture.element, () => document.removeEventListener("themechange", again));
}

function loader({ what }) {
  const latest = newest();
  return (window) => latest((signal) => getBytes("data/matrix", { ...asQuery(window), size: FINEST, what }, signal));
}

function remember({ model, what, window }) {
  keep("data", [], { ...asQuery(window), what: what === "value" ? what : null, model: model.fingerprint });
}

const asQuery = ({ rows, columns }) => ({ rows: rows.join(), columns: columns.join() });

/** The window that an address names, or the whole matrix. */
function windowOf({ rows, columns }, { users, items }) {
  return { rows: rangeOf(rows, users), columns: rangeOf(columns, items) };
}

function rangeOf(text, end) {
  const [from, to] = (text ?? "").split(",").map(Number);
  return Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from < to && to <= end ? [from, to] : [0, end];
}

function legend(what, scale) {
  const canvas = h("canvas", { class: "ramp", width: 255, height: 1, "aria-hidden": "true" });
  const redraw = () => {
    const image = new ImageData(255, 1);
    colours(what).slice(1).forEach((one, at) => image.data.set(one, 4 * at));
    canvas.getContext("2d").putImageData(image, 0, 0);
  };
  redraw();
  const [caption, low, high] = what === "value" ? ["mean value", ...scale] : ["share of cells filled (square-root scale)", "few", "most"];
  return { element: h("p", { class: "key small" }, `${caption}: `, String(low), canvas, String(high)), redraw };
}
