// What a person rated, with a field beside each for trying another value.

import { button, choice } from "../controls.js";
import { h, replace } from "../dom.js";
import { titleColumn } from "../links.js";
import { changer, worded } from "../lists/values.js";
import { counted, whole } from "../numbers.js";
import { table, takeAway } from "../table.js";

const SHOWN = 12;
const ORDERS = {
  highest: { label: "highest first", by: (one, other) => other.value - one.value },
  lowest: { label: "lowest first", by: (one, other) => one.value - other.value },
  newest: { label: "newest first", by: (one, other) => (other.date ?? "").localeCompare(one.date ?? "") },
};

/** A panel of a person's ratings. onchange: called with item, title and the value to try, null to take it away */
export function ratingsPanel(person, { model, onchange }) {
  const first = model.kind === "clicks" ? null : "highest";
  const state = { person, model, onchange, order: first, all: false, values: new Map(), rows: h("div", {}) };
  draw(state);
  return {
    show: (changes) => show(state, changes),
    element: h("section", { class: "panel" }, h("h2", {}, "Ratings"), order(state), state.rows,
      takeAway(`ratings-${person.user}`, person.ratings, { model, python: person.python })),
  };
}

function order(state) {
  if (!state.order) return null;
  const dated = state.person.ratings.some((row) => row.date !== null);
  const names = Object.keys(ORDERS).filter((name) => dated || name !== "newest");
  const labels = Object.fromEntries(names.map((name) => [name, ORDERS[name].label]));
  return choice("Order", labels, state.order, (name) => draw(Object.assign(state, { order: name })));
}

function draw(state) {
  const { person: { ratings }, order: by, all, rows } = state;
  const sorted = by ? [...ratings].sort(ORDERS[by].by) : ratings;
  const shown = all ? sorted : sorted.slice(0, SHOWN);
  const other = () => draw(Object.assign(state, { all: !all }));
  state.fields = new Map(shown.map((row) => [row.item, field(row, state)]));
  replace(rows,
    table(`${whole(shown.length)} of ${counted(sorted.length, "rating")} shown`, columns(state), shown),
    sorted.length > SHOWN && button(all ? "Show fewer" : "Show all", other));
}

const columns = ({ model, fields }) => [
  titleColumn(model),
  { key: "value", label: "Rating", cell: ({ value, date }) => [worded(model, value), date && h("div", { class: "small soft date" }, date)] },
  { key: "try", label: "What if", cell: (row) => fields.get(row.item) },
];

function field({ item, title, value }, { model, onchange, values }) {
  const made = changer(model, { title, stored: value, onchange: (other) => onchange(item, title, other) });
  return set(made, values.has(item) ? values.get(item) : value, value);
}

/** The fields follow what is tried; they stay the same elements, so that the keyboard stays where it is. */
function show(state, changes) {
  state.values = new Map(changes.map((one) => [one.item, one.value]));
  for (const { item, value } of state.person.ratings) {
    const made = state.fields.get(item);
    if (made) set(made, state.values.has(item) ? state.values.get(item) : value, value);
  }
}

function set(made, value, stored) {
  made.value = value === null ? "" : String(value);
  made.classList.toggle("changed", value !== stored);
  return made;
}
