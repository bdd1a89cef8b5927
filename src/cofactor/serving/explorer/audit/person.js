// One person's ratings, ticked off as they become known: how many people still match. Nothing of it is kept.

import { get, newest, post } from "../api.js";
import { button, choice, trouble } from "../controls.js";
import { h, replace, theirs } from "../dom.js";
import { titleColumn } from "../links.js";
import { people, picker } from "../lists/picker.js";
import { worded } from "../lists/values.js";
import { counted, whole } from "../numbers.js";
import { table, takeAway } from "../table.js";

const SHOWN = 12;

/** A panel of its own, whether the audit was made or not. It begins with the most active person. */
export function beside({ model }) {
  const state = { model, known: [], n: SHOWN, latest: newest(), result: h("p", { class: "readout stay", role: "status" }), rows: h("div", {}) };
  const pick = ({ user }) => ask(Object.assign(state, { user, known: [], n: SHOWN }));
  get("people", { n: 1 }).then(({ people: [first] }) => pick(first));
  return h("section", { class: "panel" }, h("h2", {}, "One person"),
    h("p", {}, "Tick the ratings that somebody knows of a person, from talk or from another site, and see how many people still match."),
    picker({ label: "Person", ask: people, onpick: pick }), state.result, state.rows);
}

async function ask(state) {
  const { latest, user, detail, rows } = state;
  try {
    const found = await latest((signal) => get("audit/person", { user, detail }, signal));
    if (found) draw(Object.assign(state, found));
  } catch (error) {
    replace(rows, trouble(error));
  }
}

function draw(state) {
  const { user, details, detail, ratings, python, model, rows, n } = state;
  const shown = ratings.slice(0, n);
  const change = (to) => draw(Object.assign(state, to));
  replace(rows, h("h3", {}, "Person ", theirs(user)),
    h("div", { class: "row" }, choice("What is known of each rating", Object.fromEntries(details.map((one) => [one, one])), detail, (one) => ask(Object.assign(state, { detail: one }))),
      button("Untick all", () => change({ known: [] }))),
    table(`${whole(shown.length)} of ${counted(ratings.length, "rating")} shown, those that most people share first`, [
      { label: "Known", cell: (row) => tick(state, row) }, titleColumn(model),
      { label: "Rating", cell: ({ value, date }) => [worded(model, value), date && h("div", { class: "small soft date" }, date)] },
      { key: "people", label: "Shared by", kind: "whole" },
    ], shown),
    n < ratings.length && button("Show all", () => change({ n: ratings.length })),
    takeAway(`shared-ratings-${user}`, ratings, { model, python }));
  count(state);
}

function tick(state, { item, title }) {
  const change = ({ target }) => {
    state.known = state.known.filter((one) => one !== item).concat(target.checked ? item : []);
    count(state);
  };
  return h("input", { type: "checkbox", checked: state.known.includes(item), "aria-label": `Known: ${title}`, onchange: change });
}

async function count({ result, latest, user, detail, known: items, people }) {
  try {
    const answer = await latest((signal) => post("audit/person", { user, items, detail }, signal));
    if (answer) replace(result, `${counted(items.length, "rating")} known: of ${whole(people)} people, `, h("strong", {}, says(answer.matching)));
  } catch (error) {
    replace(result, error.message);
  }
}

function says(matching) {
  if (!matching.length) return "it may be any.";
  const left = matching.at(-1);
  const ends = left === 1 ? "one alone matches: the table tells all else about them" : `${whole(left)} match`;
  return `${ends} (${matching.map(whole).join(" → ")}).`;
}
