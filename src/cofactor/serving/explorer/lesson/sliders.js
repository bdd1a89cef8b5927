// Sliders, each with its meaning under it and read with it.

import { h } from "../dom.js";
import { fixed } from "../numbers.js";

let made = 0;

/** A sentence under a control; its id is the control's aria-describedby. */
export function hint(text) {
  return h("small", { class: "hint soft", id: `hint-${++made}` }, text);
}

/**
 * One number, by a slider that is dragged and a field that is typed into. `oninput(value)`; `set(value)` moves both.
 * meaning: one sentence; describedBy: in its place, the id of a hint that several controls share
 */
export function number({ label, meaning, describedBy, min, max, step, value, oninput }) {
  const below = meaning && hint(meaning);
  const shared = { min, max, step, "aria-describedby": describedBy ?? below.id, "aria-label": label };
  const slider = h("input", { type: "range", ...shared, value });
  const field = h("input", { type: "number", inputmode: "decimal", ...shared, value, "aria-label": `${label}, typed` });
  slider.addEventListener("input", () => {
    field.value = slider.value;
    oninput(Number(slider.value));
  });
  field.addEventListener("input", () => {
    if (!field.checkValidity() || field.value === "") return;
    slider.value = field.value;
    oninput(Number(field.value));
  });
  const set = (now) => [slider, field].forEach((input) => (input.value = now));
  return { element: h("div", { class: "number-control" }, h("span", { class: "name" }, label), slider, field, below), set };
}

/** One of a list of values, by a slider with a stop for each. `written(value)`: as it is shown and read out. */
export function stops({ label, meaning, values, value, written = (one) => fixed(one), oninput }) {
  const below = hint(meaning);
  const stop = h("span", { class: "stop", "aria-hidden": "true" }, written(value));
  const slider = h("input", {
    type: "range", min: 0, max: values.length - 1, step: 1, value: values.indexOf(value),
    "aria-label": label, "aria-describedby": below.id, "aria-valuetext": written(value),
  });
  slider.addEventListener("input", () => {
    const now = values[slider.value];
    stop.textContent = written(now);
    slider.setAttribute("aria-valuetext", written(now));
    oninput(now);
  });
  return h("div", { class: "number-control" }, h("span", { class: "name" }, label), slider, stop, below);
}

/** One of a few ways, by radio buttons in a row. ways: [{ value, label }] */
export function ways({ legend, options, value, onchange }) {
  const name = `ways-${++made}`;
  const radio = (one) =>
    h("label", { class: "beside way" },
      h("input", { type: "radio", name, value: one.value, checked: one.value === value, onchange: () => onchange(one.value) }),
      one.label);
  return h("fieldset", { class: "ways" }, h("legend", {}, legend), options.map(radio));
}
