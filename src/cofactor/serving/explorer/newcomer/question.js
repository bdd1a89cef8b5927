// One question to a newcomer: rate it, or say that it is not known; by pointer, or by one key.

import { h, theirs } from "../dom.js";
import { choices, rater } from "../lists/values.js";

/** A panel of the question, { item, title, says }, or one that says there is none. n: answers so far */
export function questionPanel(question, { model, n, onanswer, onback }) {
  if (!question) return null;
  const panel = h("section", { class: "panel question", tabindex: "-1", "aria-labelledby": "question" },
    h("p", { class: "small soft" }, `Question ${n + 1}`),
    h("h2", { id: "question" }, theirs(question.title)),
    h("p", { class: "small" }, question.says),
    h("div", { class: "row" }, rater(model, { title: question.title, onrate: onanswer }),
      h("button", { class: "quiet", type: "button", onclick: () => onanswer(null) }, "I don’t know it")),
    h("p", { class: "small soft" }, keys(model)));
  panel.addEventListener("keydown", (event) => pressed(event, { model, onanswer, onback }));
  return panel;
}

/** The values that one key writes: not the halves of stars, and no 10. */
const keyed = (model) => (choices(model) ?? []).filter((one) => String(one).length === 1);

function keys(model) {
  const values = keyed(model);
  const rating = values.length > 0 && (values.length > 1 ? `${values[0]} to ${values.at(-1)} rate it` : "1 says that you have it");
  return `Keys: ${[rating, "n says that you don’t know it", "Backspace takes the last answer back"].filter(Boolean).join("; ")}.`;
}

function pressed(event, { model, onanswer, onback }) {
  if (event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey) return;
  const value = keyed(model).find((one) => String(one) === event.key);
  if (value !== undefined) onanswer(value);
  else if (event.key === "n") onanswer(null);
  else if (event.key === "Backspace" && onback) onback();
  else return;
  event.preventDefault();
}
