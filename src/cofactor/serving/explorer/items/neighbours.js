// The items nearest to one, in the full space of the model, by a measure that is chosen.

import { get, newest, part } from "../api.js";
import { choice, loading, trouble } from "../controls.js";
import { h, replace } from "../dom.js";
import { itemLink } from "../links.js";
import { counted, whole } from "../numbers.js";
import { keep } from "../route.js";
import { table, takeAway } from "../table.js";

const SHOWN = 15;
const MEASURES = { cosine: "cosine (direction alone)", dot: "dot product (direction and length)", posterior: "distance of posteriors" };

/** The panel of neighbours; its measure and its filter stand in the address. */
export function neighbours(page, { model, route: { query } }) {
  const asked = { by: measure(model, query.by), where: query.where ?? "", floor: Number(query.floor) || 0 };
  const state = { page, model, ...asked, latest: newest(), results: h("div", { "aria-live": "polite" }) };
  const panel = h("section", { class: "panel" }, h("h2", {}, "Near it"), controls(state), state.results);
  load(state);
  return panel;
}

/** The measures that this model has: none to choose from where its own is the only one. */
function measures({ abilities }) {
  if (!abilities.has_vectors) return [];
  return ["cosine", "dot", ...(abilities.has_row_posterior ? ["posterior"] : [])];
}

const named = (names) => Object.fromEntries(names.map((name) => [name, MEASURES[name]]));

const measure = (model, wanted) => (measures(model).includes(wanted) ? wanted : (measures(model)[0] ?? null));

function controls(state) {
  const names = measures(state.model);
  const { item: attributes } = state.model.attributes;
  const where = h("input", { type: "text", value: state.where, placeholder: "year >= 1990", size: 14 });
  const floor = h("input", { type: "number", value: String(state.floor), min: 0, step: 1 });
  const filter = (event) => {
    event.preventDefault();
    load(Object.assign(state, { where: where.value.trim(), floor: floor.valueAsNumber || 0 }));
  };
  return h("form", { class: "row", onsubmit: filter },
    names.length > 1 && choice("Near by", named(names), state.by, (by) => load(Object.assign(state, { by }))),
    h("label", {}, "Fewest ratings", floor),
    attributes.length > 0 && h("label", { title: `Attributes: ${attributes.join(", ")}` }, "Only where", where),
    h("button", { class: "quiet", type: "submit" }, "Filter"));
}

async function load(state) {
  const { page, model, by, where, floor, results } = state;
  replace(results, loading());
  try {
    const answers = await state.latest((signal) => Promise.all([ask(state, by, signal), other(by) && ask(state, other(by), signal)]));
    if (!answers) return;
    const chosen = by === measures(model)[0] ? null : by;
    if (results.isConnected) keep("items", [page.item], { by: chosen, where, floor: floor || null, model: model.fingerprint });
    replace(results, shown(answers, state));
  } catch (error) {
    replace(results, trouble(error));
  }
}

const ask = ({ page, where, floor }, by, signal) =>
  get(`items/${part(page.item)}/neighbours`, { n: SHOWN, by, where: where || null, min_ratings: floor || null }, signal);

/** The measure beside which this one is shown: the two that popularity sets apart. */
const other = (by) => ({ cosine: "dot", dot: "cosine" })[by] ?? null;

function shown([found, beside], state) {
  const { page, model, by } = state;
  if (!found.rows.length) return h("p", {}, "Nothing is near it.");
  const titled = (row) => [itemLink(row, model), h("div", { class: "small soft" }, counted(row.ratings, "rating"))];
  const ranks = new Map((beside?.rows ?? []).map((row) => [row.item, row.rank]));
  const columns = [
    { key: "rank", label: "#", kind: "whole" },
    { key: "title", label: "Title", cell: titled },
    { key: "similarity", label: by === "posterior" ? "Distance" : "Similarity", kind: "number", decimals: 3 },
    beside && { label: by === "cosine" ? "# by dot" : "# by cosine", kind: "whole", cell: (row) => place(ranks.get(row.item)) },
  ].filter(Boolean);
  return [
    h("p", { class: "small soft" }, found.says),
    table(caption(found.rows, state), columns, found.rows),
    takeAway(`near-${page.item}`, found.rows, { model, python: found.python }),
  ];
}

function caption(rows, { model, where, floor }) {
  const of = where || floor ? "of those that pass the filter" : `of ${counted(model.counts.items - 1, "other item")}`;
  return `${whole(rows.length)} ${of} shown, nearest first, with the ratings that each stands on`;
}

const place = (rank) => (rank === undefined ? `after ${SHOWN}` : rank);
