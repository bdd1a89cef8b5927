// The persons nearest to one, with how much each of them rated.

import { get, part } from "../api.js";
import { loading, trouble } from "../controls.js";
import { h, replace } from "../dom.js";
import { personColumn } from "../links.js";
import { counted, whole } from "../numbers.js";
import { table, takeAway } from "../table.js";

const SHOWN = 15;

/** A panel that fills itself. */
export function similarPeople({ user }, model) {
  const results = h("div", {}, loading());
  fill(results, user, model);
  return h("section", { class: "panel" }, h("h2", {}, "Similar people"), results);
}

async function fill(results, user, model) {
  try {
    const { rows, says, python } = await get(`people/${part(user)}/neighbours`, { n: SHOWN });
    replace(results,
      h("p", { class: "small soft" }, says),
      table(caption(rows, model), columns(model), rows),
      takeAway(`similar-to-${user}`, rows, { model, python }));
  } catch (error) {
    replace(results, trouble(error));
  }
}

const caption = (rows, { counts }) =>
  `${whole(rows.length)} of ${counted(counts.users - 1, "other person", "other people")} shown, nearest first`;

const columns = (model) => [
  { key: "rank", label: "#", kind: "whole" },
  personColumn(model),
  { key: "similarity", label: "Similarity", kind: "number", decimals: 3 },
  { key: "ratings", label: "Ratings", kind: "whole" },
];
