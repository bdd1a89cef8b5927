// The answers of a newcomer so far, each to be taken back.

import { button } from "../controls.js";
import { h, theirs } from "../dom.js";
import { worded } from "../lists/values.js";
import { counted } from "../numbers.js";

/** A panel of answers [{ item, title, value }], value null where it is not known; null where there are none. */
export function answersPanel(answers, { model, takeBack, startOver }) {
  if (!answers.length) return null;
  const line = ({ item, title, value }) => h("li", {},
    h("span", {}, theirs(title), ": ", value === null ? "not known" : worded(model, value)),
    button("×", () => takeBack(item), { "aria-label": `× take back ${title}` }));
  return h("section", { class: "panel" }, h("h2", {}, `Your ${counted(answers.length, "answer")}`),
    h("ul", { class: "answers small" }, answers.map(line)),
    h("div", { class: "row" }, button("Undo the last answer", () => takeBack(answers.at(-1).item)), button("Start over", startOver)));
}
