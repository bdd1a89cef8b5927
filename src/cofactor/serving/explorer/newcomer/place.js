// A small map: all items as points, and the newcomer's own dot with the way it came.

import { get, getFloats } from "../api.js";
import { pictures } from "../charts/figure.js";
import { colour, h, replace, whenGone } from "../dom.js";
import { counted, fixed, whole } from "../numbers.js";

const SIDE = 300; // pixels
const EDGE = 12;

/** { element, move(place) } of the plane of two axes; move takes [x, y], or null where nothing is known. */
export function placeOnMap(plane) {
  const canvas = h("canvas", { class: "small-map", role: "img", "aria-label": "A small map of the items" });
  const state = { canvas, points: null, way: [], note: h("span", {}), caption: h("span", {}) };
  const redraw = () => paint(state);
  document.addEventListener("themechange", redraw);
  whenGone(state.canvas, () => document.removeEventListener("themechange", redraw));
  load(state, plane);
  const element = h("section", { class: "panel" }, h("h2", {}, "Your place among the items"),
    h("figure", {}, state.canvas, h("figcaption", {}, state.note, state.caption)),
    pictures("newcomer-place", () => state.canvas));
  return { element, move: (place) => move(state, place) };
}

async function load(state, { x, y, rotation }) {
  try {
    const [points, { axes }] = await Promise.all([getFloats("map", { x, y, rotation }), get("axes", { rotation })]);
    state.points = points;
    replace(state.caption, ends(axes[x], "Left", "right"), ends(axes[y], "Bottom", "top"), drawn(points));
    paint(state);
  } catch (error) {
    replace(state.caption, h("span", { role: "alert" }, error.message));
  }
}

const ends = (axis, low, high) => (axis?.low && axis?.high ? `${low}: ${axis.low}; ${high}: ${axis.high}. ` : null);

function drawn(points) {
  const shown = points.filter((one, at) => at % 2 === 0 && Number.isFinite(one)).length;
  const all = points.length / 2;
  return `${whole(shown)} of ${counted(all, "item")} drawn${shown < all ? "; the others have no ratings" : ""}.`;
}

function move(state, place) {
  if (place) state.way = [...state.way, place];
  const said = place ? `You stand at ${fixed(place[0])}, ${fixed(place[1])}. ` : "";
  replace(state.note, said);
  state.canvas.setAttribute("aria-label", `A small map of the items. ${said}`);
  paint(state);
}

function paint({ canvas, points, way }) {
  if (!points) return;
  const sharp = window.devicePixelRatio || 1;
  Object.assign(canvas, { width: SIDE * sharp, height: SIDE * sharp });
  const pen = canvas.getContext("2d");
  pen.scale(sharp, sharp);
  const at = placing(points, way);
  pen.fillStyle = colour("point");
  pen.globalAlpha = points.length > 10_000 ? 0.25 : 0.5;
  for (let one = 0; one < points.length; one += 2) {
    if (Number.isFinite(points[one])) pen.fillRect(...at([points[one], points[one + 1]]).map((pixel) => pixel - 1), 2, 2);
  }
  pen.globalAlpha = 1;
  if (way.length) dot(pen, way.map(at));
}

/** Coordinates → pixels; one scale for both axes, with room for the dot wherever it stands. */
function placing(points, way) {
  const [x, y] = [0, 1].map((side) => extent(points, way, side));
  const span = Math.max(x[1] - x[0], y[1] - y[0]) || 1;
  const scale = (SIDE - 2 * EDGE) / span;
  const middle = [x, y].map(([low, high]) => (low + high) / 2);
  return ([one, other]) => [SIDE / 2 + (one - middle[0]) * scale, SIDE / 2 - (other - middle[1]) * scale];
}

function extent(points, way, side) {
  let [low, high] = [Infinity, -Infinity];
  const widen = (value) => {
    if (value < low) low = value;
    if (value > high) high = value;
  };
  for (let at = side; at < points.length; at += 2) widen(points[at]);
  for (const place of way) widen(place[side]);
  return low <= high ? [low, high] : [0, 1];
}

function dot(pen, way) {
  pen.strokeStyle = pen.fillStyle = colour("mark");
  pen.lineWidth = 2;
  pen.beginPath();
  way.forEach((place) => pen.lineTo(...place));
  pen.stroke();
  pen.beginPath();
  pen.arc(...way.at(-1), 6, 0, 2 * Math.PI);
  pen.fill();
  pen.strokeStyle = colour("text");
  pen.stroke();
}
