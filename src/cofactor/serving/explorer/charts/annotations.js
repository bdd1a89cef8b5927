// What is written over the points of a map: lines and rings of a selection, names of clusters, titles.

import { isOnScreen, toScreen } from "./camera.js";
import { placed } from "./labels.js";

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
const PLAIN = { font: `12px ${FONT}`, height: 15 };
const FAINT = { ...PLAIN, opacity: 0.55 }; // titles that a selection has nothing to do with
const STRONG = { font: `600 13px ${FONT}`, height: 17 };
const NAME = { font: `italic 600 14px ${FONT}`, height: 19 };
const PIXELS_PER_LABEL = 12000; // of the picture's area
const MOST_TRIED = 1500; // titles in view that are asked whether they find room
const LONGEST = 36; // letters of a title
const widths = new Map();

/** A title cut to fit; a mark of its own direction goes around it, since titles of any script stand side by side. */
function shortened(title) {
  const letters = [...title];
  return `\u2068${letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}…` : title}\u2069`;
}

function width(context, text, style) {
  const key = style.font + text;
  if (!widths.has(key)) {
    context.font = style.font;
    widths.set(key, Math.ceil(context.measureText(text).width));
  }
  return widths.get(key);
}

/** Draw them. scene: { view, xs, ys, titles, importance, clusters, marks, radius, inks, blocked }; gives the labels drawn. */
export function annotate(context, scene) {
  lines(context, scene);
  rings(context, scene);
  const { width, height } = scene.view;
  const limit = Math.ceil((width * height) / PIXELS_PER_LABEL);
  const chosen = placed(named(context, scene, scene.marks.chosen, STRONG), { width, height, limit, blocked: scene.blocked });
  const blocked = [...scene.blocked, ...chosen, ...marked(scene)];
  const labels = [...chosen, ...placed(candidates(context, scene), { width, height, limit: limit - chosen.length, blocked })];
  for (const label of labels) write(context, label, scene.inks);
  return labels;
}

/** What belongs to a selection first, then clusters, then titles by importance. */
function* candidates(context, scene) {
  const { marks, clusters, titles, importance, view, xs, ys } = scene;
  yield* named(context, scene, marks.rows, PLAIN);
  for (const cluster of clusters) yield name(context, scene, cluster);
  if (!titles) return;
  const taken = new Set([...marks.chosen, ...marks.rows]);
  let tried = 0;
  for (const row of importance) {
    if (taken.has(row) || !isOnScreen(view, xs[row], ys[row])) continue;
    if (++tried > MOST_TRIED) return;
    yield label(context, scene, row, marks.rows.length ? FAINT : PLAIN);
  }
}

/** Labels of these rows, in their order. */
function* named(context, scene, rows, style) {
  if (scene.titles) for (const row of rows) yield label(context, scene, row, style);
}

/** Boxes of the points that stand out: no label may cover them. */
function marked({ view, xs, ys, marks, radius }) {
  return [...marks.chosen, ...marks.rows].map((row) => {
    const [x, y] = toScreen(view, xs[row], ys[row]);
    return { left: x - radius, top: y - radius, width: 2 * radius, height: 2 * radius };
  });
}

function label(context, scene, row, style) {
  const text = shortened(scene.titles[row]);
  const [x, y] = toScreen(scene.view, scene.xs[row], scene.ys[row]);
  return { row, text, style, x, y, width: width(context, text, style), height: style.height, offset: scene.radius + (style === STRONG ? 7 : 4) };
}

function name(context, { view }, cluster) {
  const [x, y] = toScreen(view, cluster.x, cluster.y);
  const text = shortened(cluster.name);
  return { cluster, text, style: NAME, x, y, width: width(context, text, NAME), height: NAME.height, centred: true };
}

/** Text on a halo of the ground's colour, readable over any point. */
function write(context, { text, style, left, top, height }, inks) {
  context.font = style.font;
  context.globalAlpha = style.opacity ?? 1;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = inks.ground;
  context.fillStyle = inks.text;
  context.strokeText(text, left, top + height / 2 + 0.5);
  context.fillText(text, left, top + height / 2 + 0.5);
  context.globalAlpha = 1;
}

function lines(context, { view, xs, ys, marks, inks }) {
  const [from] = marks.chosen;
  if (marks.chosen.length !== 1 || Number.isNaN(xs[from])) return;
  context.strokeStyle = inks.accent;
  context.globalAlpha = 0.45;
  context.lineWidth = 1;
  context.beginPath();
  for (const row of marks.rows.filter((one) => !Number.isNaN(xs[one]))) {
    context.moveTo(...toScreen(view, xs[from], ys[from]));
    context.lineTo(...toScreen(view, xs[row], ys[row]));
  }
  context.stroke();
  context.globalAlpha = 1;
}

function rings(context, scene) {
  for (const row of scene.marks.rows) ring(context, scene, row, scene.radius + 1, 1.5);
  for (const row of scene.marks.chosen) ring(context, scene, row, scene.radius + 3, 3);
}

function ring(context, { view, xs, ys, inks, inkOf }, row, radius, thickness) {
  if (Number.isNaN(xs[row])) return;
  const [x, y] = toScreen(view, xs[row], ys[row]);
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = inkOf(row);
  context.fill();
  context.lineWidth = thickness;
  context.strokeStyle = inks.accent;
  context.stroke();
}
