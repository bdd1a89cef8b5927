// The panel of a what-if: add a rating, what was changed in words, and the ways to undo and to keep it.

import { button } from "../controls.js";
import { h, replace, theirs } from "../dom.js";
import { picker } from "../lists/picker.js";
import { rater, worded } from "../lists/values.js";

const SAYS = "Change a rating below, take one away, or add one here, and see what the list would be. Nothing is stored.";

/** { element, change(one), say(text) }. onchange: called after each step, whatever it was */
export function whatIfPanel(whatIf, { model, onchange }) {
  const state = { whatIf, model, adding: h("div", { tabindex: "-1" }), changes: h("div", {}), effect: h("p", { class: "small" }) };
  state.step = (action) => {
    action();
    showChanges(state);
    onchange();
  };
  const change = (one) => state.step(() => whatIf.change(one));
  const element = h("section", { class: "panel", "aria-label": "What if" }, h("h2", {}, "What if"), h("p", { class: "small" }, SAYS),
    picker({ label: "Add a rating of", onpick: (row) => ask(state, row, change) }), state.adding, state.changes);
  return { element, change, say: (text) => replace(state.effect, text) };
}

function ask({ adding, model }, { item, title }, change) {
  const onrate = (value) => {
    replace(adding);
    adding.focus();
    change({ item, title, value });
  };
  replace(adding, h("p", {}, theirs(title)), rater(model, { title, onrate }));
  adding.querySelector("button, input").focus();
}

/** The changes in words; the keyboard stays on the button that it pressed. */
function showChanges({ whatIf, model, step, adding, changes, effect }) {
  const pressed = changes.contains(document.activeElement) && document.activeElement.dataset.action;
  const any = whatIf.tried.length > 0 || whatIf.kept.length > 0;
  replace(changes, any && [
    lines("Tried", whatIf.tried, model), lines("Kept on this page", whatIf.kept, model), effect,
    h("div", { class: "row" },
      button("Undo the last change", () => step(() => whatIf.undo()), { "data-action": "undo" }),
      whatIf.tried.length > 0 && button("Keep on this page", () => step(() => whatIf.keep()), { class: "small", "data-action": "keep" }),
      button("Back to what is stored", () => step(() => whatIf.clear()), { "data-action": "stored" })),
  ]);
  if (pressed) (changes.querySelector(`[data-action=${pressed}]`) ?? changes.querySelector("button") ?? adding).focus();
}

function lines(label, changes, model) {
  if (!changes.length) return null;
  const said = ({ title, from, value }) => h("li", {}, theirs(title), ": ", worded(model, from), " → ", worded(model, value));
  return [h("h3", {}, label), h("ul", { class: "small changes" }, changes.map(said))];
}
