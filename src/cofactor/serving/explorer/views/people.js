// The persons of the table, searched; and the page of one.

import { get } from "../api.js";
import { h } from "../dom.js";
import { personColumn } from "../links.js";
import { searchView } from "../lists/search.js";
import { counted, whole } from "../numbers.js";
import { renderPerson } from "../people/person.js";
import { table, takeAway } from "../table.js";

const SHOWN = 50;

export async function render(root, { model, route }) {
  const [user] = route.parts;
  if (user !== undefined) return renderPerson(root, { model, route, user });
  return searchView(root, {
    view: "people", heading: "People", placeholder: "part of an id", model, route,
    ask: (q, signal) => get("people", { q, n: SHOWN }, signal),
    shown: (found) => shown(found, model),
  });
}

function shown({ people, shown: n, of, python }, model) {
  if (!of) return h("p", {}, "No id has that in it.");
  const columns = [personColumn(model), { key: "ratings", label: "Ratings", kind: "whole" }];
  const caption = `${whole(n)} of ${counted(of, "person", "people")} shown, most active first`;
  return [table(caption, columns, people), takeAway("people", people, { model, python })];
}
