// The values that a person can give an item: stars, numbers, or that they have it.

import { button } from "../controls.js";
import { h } from "../dom.js";

const MOST_BUTTONS = 11;

/** The values from which a person chooses; null where any number of the scale goes. */
export function choices({ kind, scale, step }) {
  if (kind === "clicks") return [1];
  if (!scale || !step) return null;
  const n = Math.round((scale[1] - scale[0]) / step) + 1;
  return n <= MOST_BUTTONS ? Array.from({ length: n }, (_, at) => scale[0] + at * step) : null;
}

/** A value in words: "4 stars", "has it", "17". */
export function worded(model, value) {
  if (value === null) return "no rating";
  if (model.kind === "clicks") return "has it";
  return model.unit === "stars" ? `${value} ${value === 1 ? "star" : "stars"}` : String(value);
}

/** Buttons (or a number field) that rate one item. onrate: called with the value */
export function rater(model, { title, onrate }) {
  const values = choices(model);
  if (!values) return numberField(model, title, onrate);
  const starred = model.unit === "stars" && model.step === 1;
  const face = (value) => (model.kind === "clicks" ? "Has it" : starred ? "★" : String(value));
  const one = (value) => {
    const name = worded(model, value);
    return button(face(value), () => onrate(value), { class: "quiet", "aria-label": name, title: name });
  };
  return h("div", { class: starred ? "rater stars" : "rater", role: "group", "aria-label": `Rate ${title}` }, values.map(one));
}

function numberField(model, title, onrate) {
  const [low, high] = model.scale ?? [0, null];
  const field = h("input", { type: "number", required: true, min: low, max: high, step: "any", "aria-label": `Your value of ${title}` });
  const submit = (event) => {
    event.preventDefault();
    onrate(field.valueAsNumber);
  };
  return h("form", { class: "row rater", onsubmit: submit }, field, h("button", { type: "submit" }, "Rate"));
}

/** A small field with which a rating that stands is changed or taken away (empty). onchange: called with the value, or null */
export function changer(model, { title, stored, onchange }) {
  const values = choices(model);
  const change = () => onchange(field.value === "" ? null : Number(field.value));
  const name = { class: "small", "aria-label": `What if: ${title}`, onchange: change };
  const [low, high] = model.scale ?? [0, null];
  const field = values
    ? h("select", name, options(model, values, stored))
    : h("input", { ...name, type: "number", step: "any", min: low, max: high, placeholder: "without it" });
  return field;
}

function options(model, values, stored) {
  const all = values.includes(stored) ? values : [...values, stored].sort((one, other) => one - other);
  const rated = all.map((one) => h("option", { value: String(one) }, worded(model, one)));
  return [...rated, h("option", { value: "" }, "without it")];
}
