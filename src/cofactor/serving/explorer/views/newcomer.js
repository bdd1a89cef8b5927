// Somebody new: rate a few items, and see one's place on the map move and one's list form, answer by answer.

import { newest, post } from "../api.js";
import { trouble } from "../controls.js";
import { announce, h, replace, theirs } from "../dom.js";
import { recommendations } from "../lists/list.js";
import { marksBetween, spoken } from "../lists/marks.js";
import { picker } from "../lists/picker.js";
import { rater } from "../lists/values.js";
import { answersPanel } from "../newcomer/answers.js";
import { placeOnMap } from "../newcomer/place.js";
import { questionPanel } from "../newcomer/question.js";
import { fixed } from "../numbers.js";
import { keep } from "../route.js";

const SHOWN = 10;
const PLANE = { x: 0, y: 1, rotation: "none" };
const SAYS = "Rate a few items as a newcomer would. Nothing is trained anew and nothing is stored: answers stay in this page until you leave it.";

// answers live in this page's memory, so that a look at an item's page and back loses none; a reload forgets them
const given = { model: null, answers: [] };

export async function render(root, { model }) {
  if (given.model !== model.fingerprint) Object.assign(given, { model: model.fingerprint, answers: [] });
  keep("newcomer", [], { model: model.fingerprint });
  const state = { model, latest: newest(), before: null, question: h("div", {}), answers: h("div", {}) };
  state.list = h("section", { class: "panel list", "aria-label": "Your list" });
  state.map = model.axes >= 2 ? placeOnMap(PLANE) : null;
  replace(root,
    h("h1", {}, "Somebody new"), h("p", {}, SAYS),
    h("div", { class: "two question-first" },
      h("div", { class: "ask" }, state.question, searching(state), state.answers),
      state.list,
      state.map && h("div", { class: "place" }, state.map.element)));
  await ask(state);
}

function searching(state) {
  const rating = h("div", { tabindex: "-1" });
  const pick = ({ item, title }) => {
    const onrate = (value) => {
      replace(rating);
      rating.focus();
      answer(state, { item, title, value });
    };
    replace(rating, h("p", {}, theirs(title)), rater(state.model, { title, onrate }));
    rating.querySelector("button, input").focus();
  };
  return h("section", { class: "panel" }, h("h2", {}, "Rate any item"), picker({ label: "Find", onpick: pick }), rating);
}

/** An answer; a later one of the same item takes the place of the earlier. */
function answer(state, one) {
  given.answers = [...given.answers.filter(({ item }) => item !== one.item), one];
  return ask(state);
}

function takeBack(state, item) {
  given.answers = given.answers.filter((one) => one.item !== item);
  return ask(state);
}

function startOver(state) {
  given.answers = [];
  state.before = null; // nothing is left for the list to be compared with
  return ask(state);
}

const sent = () => given.answers.map(({ item, value }) => ({ item, value }));

async function ask(state) {
  const { model, latest, list } = state;
  replace(state.answers, answersPanel(given.answers, { model, takeBack: (item) => takeBack(state, item), startOver: () => startOver(state) }));
  list.setAttribute("aria-busy", "true");
  try {
    const found = await latest((signal) => post("newcomer", { answers: sent(), n: SHOWN, ...PLANE }, signal));
    if (found) show(state, found);
  } catch (error) {
    replace(list, trouble(error));
  } finally {
    list.removeAttribute("aria-busy");
  }
}

function show(state, found) {
  const { model, before, list } = state;
  const marks = before && marksBetween(before, found.list.rows);
  const sure = doubt(found, model);
  state.before = found.list.rows;
  showQuestion(state, found.question);
  state.map?.move(found.place);
  replace(list,
    h("h2", {}, given.answers.length ? "Your list now" : "The list of somebody of whom nothing is known"),
    sure && h("p", {}, sure),
    recommendations(found.list, { model, marks, name: "newcomer", why: model.abilities.gives_reasons ? why : null }));
  if (marks) announce(`${spoken(marks)}. ${sure ?? ""}`);
}

/** How sure the model is, in words; null where it cannot say. */
function doubt({ doubt: deviation }, { unit }) {
  if (deviation === null) return null;
  return `What you would rate is known to about ±\u00a0${fixed(deviation, 2)}${unit && `\u00a0${unit}`}; each answer makes that less.`;
}

const why = ({ item }, counterfactual) => post("newcomer/reasons", { answers: sent(), item, counterfactual });

function showQuestion(state, question) {
  const first = !state.question.hasChildNodes(); // its keys work at once
  const inside = state.question.contains(document.activeElement);
  const last = given.answers.at(-1);
  replace(state.question, questionPanel(question, {
    model: state.model, n: given.answers.length,
    onanswer: (value) => answer(state, { item: question.item, title: question.title, value }),
    onback: last ? () => takeBack(state, last.item) : null,
  }));
  if (first || inside) state.question.firstElementChild?.focus({ preventScroll: true });
}
