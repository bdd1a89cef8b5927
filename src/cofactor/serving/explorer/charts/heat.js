// The rating matrix as a picture: a pixel for one cell or for many, zoomed by box, wheel, tap or button.

import { button } from "../controls.js";
import { colour, h, replace } from "../dom.js";
import { counted, percent, whole } from "../numbers.js";
import { drawBox } from "./box.js";
import { inside, scaled, shifted } from "./window.js";

const WHEEL_MS = 90;
const TAP_PX = 8;

/**
 * A canvas of part of the matrix. load: window → { shape, bytes, most }, or null where a newer one was asked; most: the
 * share of cells filled where the byte is 255     window, everything: { rows: [from, to], columns: [from, to] }
 * what: "filled" | "value"     onwindow: called with each window that is shown
 */
export function heat({ load, window, everything, what, scale, onwindow, onerror }) {
  const canvas = h("canvas", { class: "heat", role: "img", tabindex: "0", "aria-label": "The rating matrix" });
  const state = { canvas, load, everything, what, scale, onwindow, onerror, window, seen: null };
  state.readout = h("p", { class: "small readout", role: "status" });
  const box = drawBox(canvas, {
    onbox: (corner, other) => go(state, inside(state.window, corner, other)),
    ontap: (at) => go(state, scaled(state.window, everything, 0.5, at)),
    tap: TAP_PX,
  });
  canvas.addEventListener("wheel", (event) => wheel(event, state), { passive: false });
  canvas.addEventListener("keydown", (event) => key(event, state));
  canvas.addEventListener("pointermove", (event) => point(event, state));
  go(state, window);
  const element = h("div", {}, h("div", { class: "heat-frame" }, canvas, box), buttons(state), state.readout);
  return { element, redraw: () => paint(state), canvas };
}

async function go(state, window) {
  state.window = window;
  try {
    const seen = await state.load(window);
    if (!seen || !state.canvas.isConnected) return;
    state.seen = { ...seen, window };
    paint(state);
    state.onwindow(window);
    replace(state.readout, summary(state.seen));
  } catch (error) {
    state.onerror(error);
  }
}

function summary({ window: { rows, columns }, shape }) {
  const [down, across] = [rows, columns].map(([from, to], side) => Math.ceil((to - from) / shape[side]));
  const squeezed = down * across > 1 ? ` Each point stands for up to ${whole(down)} × ${whole(across)} cells.` : "";
  return `Shown: people ${range(rows)}, most active first; items ${range(columns)}, most rated first.${squeezed}`;
}

const range = ([from, to]) => (to - from === 1 ? whole(to) : `${whole(from + 1)} to ${whole(to)}`);

/** Draw what was loaded, in the colours of the moment. */
function paint({ canvas, seen, what }) {
  if (!seen) return;
  const [height, width] = seen.shape;
  Object.assign(canvas, { width, height });
  canvas.setAttribute("aria-label", `Rating matrix. ${summary(seen)} Plus and minus zoom, arrows move, 0 shows the whole.`);
  const image = new ImageData(width, height);
  const ramp = colours(what);
  seen.bytes.forEach((value, at) => image.data.set(ramp[value], 4 * at));
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** 256 colours: the ground where nothing is, then an even way between the ends of the scale. */
export function colours(what) {
  const ground = channels(colour("page"));
  const stops = (what === "value" ? ["minus", "ground", "plus"] : ["hover", "accent"]).map((name) => channels(colour(name)));
  return Array.from({ length: 256 }, (_, value) => (value === 0 ? ground : between(stops, (value - 1) / 254)));
}

function between(stops, share) {
  const place = share * (stops.length - 1);
  const first = Math.min(Math.floor(place), stops.length - 2);
  return stops[first].map((from, at) => from + (place - first) * (stops[first + 1][at] - from));
}

const channels = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).concat(255);

function wheel(event, state) {
  event.preventDefault();
  state.window = scaled(state.window, state.everything, event.deltaY > 0 ? 1.25 : 0.8, shareOf(event, state.canvas));
  clearTimeout(state.waiting);
  state.waiting = setTimeout(() => go(state, state.window), WHEEL_MS);
}

const shareOf = (event, canvas) => {
  const box = canvas.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
};

const KEYS = {
  "+": { by: 0.5 }, "=": { by: 0.5 }, "-": { by: 2 }, ArrowLeft: { move: [-0.5, 0] }, ArrowRight: { move: [0.5, 0] },
  ArrowUp: { move: [0, -0.5] }, ArrowDown: { move: [0, 0.5] }, 0: { all: true },
};

function key(event, state) {
  const does = KEYS[event.key];
  if (!does || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act(state, does);
}

function act(state, { by, move, all }) {
  if (all) go(state, state.everything);
  else if (by) go(state, scaled(state.window, state.everything, by, [0.5, 0.5]));
  else go(state, shifted(state.window, state.everything, move));
}

const BUTTONS = [
  ["+", "+ Zoom in", "+"], ["−", "− Zoom out", "-"], ["Whole", "Whole matrix", "0"], ["←", "← Move left", "ArrowLeft"],
  ["→", "→ Move right", "ArrowRight"], ["↑", "↑ Move up", "ArrowUp"], ["↓", "↓ Move down", "ArrowDown"],
];

function buttons(state) {
  const all = BUTTONS.map(([label, name, key]) => button(label, () => act(state, KEYS[key]), { "aria-label": name }));
  return h("div", { class: "row", role: "group", "aria-label": "Zoom and move" }, all);
}

/** What stands under the pointer, in counts only. */
function point(event, { canvas, seen, readout, what, scale }) {
  if (!seen) return;
  const [x, y] = shareOf(event, canvas).map((share) => Math.min(Math.max(share, 0), 0.9999));
  const [height, width] = seen.shape;
  const rows = cell(seen.window.rows, y, height);
  const columns = cell(seen.window.columns, x, width);
  const value = seen.bytes[Math.floor(y * height) * width + Math.floor(x * width)];
  const cells = (rows[1] - rows[0]) * (columns[1] - columns[0]);
  const said = meaning(value, { what, cells, scale, most: seen.most });
  replace(readout, `People ${range(rows)} × items ${range(columns)} (${counted(cells, "cell")}): ${said}.`);
}

function cell([from, to], share, n) {
  const at = Math.floor(share * n);
  const low = from + Math.floor((at * (to - from)) / n);
  return [low, Math.max(low + 1, from + Math.floor(((at + 1) * (to - from)) / n))];
}

function meaning(value, { what, cells, scale, most }) {
  if (value === 0) return "no rating";
  if (what === "value") return `mean rating about ${(scale[0] + ((value - 1) / 254) * (scale[1] - scale[0])).toFixed(1)}`;
  return cells === 1 ? "a rating" : `about ${percent(most * ((value - 1) / 254) ** 2, 1)} filled`;
}
