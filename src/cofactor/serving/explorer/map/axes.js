// Which two axes span the map: their choice, and how their ends are called.

import { get } from "../api.js";
import { h, replace, theirs } from "../dom.js";
import { percent } from "../numbers.js";
import { filler } from "./filling.js";

const LIST = new Intl.ListFormat("en");
const ROTATIONS = [["none", "Principal components"], ["varimax", "Varimax rotation"]];

/** The two selects, the rotation, and the words at the ends of the map. */
export function axesPart(context) {
  const [x, y] = [select("Left to right", context, "x"), select("Bottom to top", context, "y")];
  const rotation = h("select", { onchange: () => context.change({ rotation: rotation.value }) },
    ROTATIONS.map(([value, label]) => h("option", { value }, label)));
  rotation.value = context.state.rotation;
  const notes = h("div", { class: "small soft axis-notes" });
  const ends = { left: h("span"), right: h("span"), low: h("span", { class: "over end low" }), high: h("span", { class: "over end high" }) };
  const elements = { x, y, notes, ends, axes: numbered(context.model.axes), own: null };
  const fill = filler(notes);
  const update = () => fill((signal) => get("axes", { rotation: context.state.rotation }, signal), ({ axes, python }) => {
    elements.axes = axes;
    context.python = python;
    show(elements, context);
  });
  show(elements, context);
  return {
    controls: [x.element, y.element, h("label", {}, "Rotation", rotation)],
    notes, ends,
    below: h("p", { class: "ends small" }, ends.left, ends.right),
    words: () => `${ends.left.textContent} … ${ends.right.textContent},   ${ends.low.textContent} … ${ends.high.textContent}`,
    parts: [{ keys: ["rotation"], update }, { keys: ["x", "y"], update: () => show(elements, context) }],
    setOwn: (own) => {
      elements.own = own;
      show(elements, context);
    },
  };
}

/** Axes before their names are known. */
const numbered = (n) => Array.from({ length: n }, (_, axis) => ({ axis, share: null, low: null, high: null, interchangeable: [] }));

function select(label, context, key) {
  const choose = () => {
    const isOwn = input.value === "own";
    context.change({ [key]: isOwn ? "own" : Number(input.value) });
    if (isOwn) context.askOwnAxis();
  };
  const input = h("select", { onchange: choose });
  return { input, element: h("label", { class: "axis-choice" }, label, input) };
}

function show(elements, { state, model, map }) {
  const { x, y, ends, axes, own } = elements;
  replace(x.input, axes.map(option), h("option", { value: "own" }, "Your own axis …"));
  replace(y.input, axes.map(option));
  x.input.value = String(state.x);
  y.input.value = String(state.y);
  const [across, up] = [state.x === "own" ? own : axes[state.x], axes[state.y]];
  replace(ends.left, "← ", endName(across, "low"));
  replace(ends.right, endName(across, "high"), " →");
  replace(ends.low, "↓ ", endName(up, "low"));
  replace(ends.high, "↑ ", endName(up, "high"));
  ends.low.hidden = ends.high.hidden = model.axes < 2;
  replace(elements.notes, sentences(across, up, own));
  map?.draw(); // labels keep away from the names at the ends
}

function option(axis) {
  const name = axis.named ? `${axis.low || "…"} ↔ ${axis.high || "…"}` : axis.share === null ? "" : "noise";
  const words = [`${axis.axis + 1}`, name, axis.share === null ? "" : percent(axis.share, 0)];
  return h("option", { value: String(axis.axis) }, words.filter(Boolean).join(" · "));
}

function endName(axis, end) {
  if (!axis) return end === "low" ? "where your axis begins" : "where it ends";
  if (axis[end]) return theirs(axis[end]);
  return `axis ${axis.axis + 1} ${end === "low" ? "−" : "+"}`;
}

/** What is known of both, and whether another fit may have turned them. */
function sentences(across, up, own) {
  const chosen = [across, up].filter((axis, at, all) => axis && axis !== own && all.indexOf(axis) === at && axis.share !== null);
  return chosen.map((axis) => h("p", {}, axis.says, " ", turned(axis)));
}

/** Axes that explain nearly as much. */
export function turned(axis) {
  if (!axis.interchangeable?.length) return "";
  const others = axis.interchangeable.map((one) => String(one + 1));
  return `Interchangeable with ${others.length > 1 ? "axes" : "axis"} ${LIST.format(others)}: they explain nearly the same, and another fit may turn them into each other.`;
}
