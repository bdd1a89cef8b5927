// The controls and notices that views are made of.

import { h } from "./dom.js";

/** A button of little weight; properties as of `h`. */
export function button(label, onclick, properties = {}) {
  return h("button", { class: "quiet small", type: "button", onclick, ...properties }, label);
}

/** A labelled choice among { value: text }. onchange: called with the value chosen */
export function choice(label, options, value, onchange) {
  const field = h("select", { onchange: () => onchange(field.value) },
    Object.entries(options).map(([one, text]) => h("option", { value: one }, text)));
  field.value = value;
  return h("label", {}, label, field);
}

/** What went wrong, said where it did. */
export const trouble = (error) => h("p", { class: "error", role: "alert" }, error.message);

/** That an answer is on its way. */
export const loading = (text = "Loading …") => h("p", { class: "loading", role: "status" }, text);
