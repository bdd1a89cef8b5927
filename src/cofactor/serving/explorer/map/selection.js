// The chosen item: its true neighbours, how many of them the map keeps, what to do with it.

import { get, part } from "../api.js";
import { announce, h, replace, theirs } from "../dom.js";
import { counted, fixed, whole } from "../numbers.js";
import { hashOf } from "../route.js";
import { takeAway } from "../table.js";
import { filler } from "./filling.js";
import { itemTable } from "./items.js";
import { picker } from "./picker.js";

const N = 15;
const MEASURES = [["cosine", "cosine"], ["dot", "dot product"], ["posterior", "posterior distance"]];

export function selectionPart(context) {
  const { state, ready, change } = context;
  const find = picker({ label: "Find", ready, onpick: (row) => change({ item: String(context.list.ids[row]) }) });
  const [head, kept, list] = [h("div", { class: "chosen" }), h("div", { class: "small" }), h("div")];
  const [by, where] = [measureSelect(context), whereField(context)];
  const tools = h("div", { class: "row" }, by.element, where?.element);
  const [fill, fillKept] = [filler(list), filler(kept)];
  const update = async () => {
    const row = await context.rowOf(state.item);
    by.input.value = state.by ?? MEASURES[0][0];
    tools.hidden = row === undefined;
    const walked = list.contains(document.activeElement);
    replace(head, row === undefined ? invitation(state.item) : heading(context, row));
    if (walked) head.querySelector("h2")?.focus();
    context.light("item", row === undefined ? [] : [row], []);
    if (row === undefined) return replace(list);
    return fill((signal) => neighbours(context, signal), (answers) => show(context, list, row, answers));
  };
  const updateKept = async () => {
    if ((await context.rowOf(state.item)) === undefined) return replace(kept);
    const query = { ...context.plane(), item: state.item };
    return fillKept((signal) => get("map/kept", query, signal), ({ item }) => replace(kept, item && h("p", {}, keptOf(item))));
  };
  return {
    find: h("div", { class: "find" }, find),
    element: h("section", { class: "panel", "aria-label": "Selection" }, head, kept, tools, list),
    parts: [
      { keys: ["item", "by", "where"], update },
      { keys: ["item", "plane"], update: updateKept },
    ],
  };
}

/** What to do while nothing is chosen. */
function invitation(unknown) {
  if (unknown) return h("p", { role: "alert" }, "There is no item ", theirs(unknown), " in this catalogue.");
  return h("p", { class: "soft" }, "Choose a point of the map, or find one by its title: its nearest neighbours light up.");
}

const keptOf = ({ kept, of }) => `${kept} of its ${of} true neighbours are among its ${of} nearest on this map.`;

function heading(context, row) {
  const { ids, titles, ratings } = context.list;
  const id = String(ids[row]);
  const lacks = Number.isNaN(context.map.placeOf(row)[0]) && h("p", { class: "small" }, "It has no ratings, and so no place on the map.");
  const button = (label, title, patch) => h("button", { class: "quiet small", type: "button", title, onclick: () => context.change(patch) }, label);
  const added = (key) => ({ [key]: [...new Set([...context.state[key], id])] });
  return [
    h("h2", { tabindex: "-1" }, h("a", { href: hashOf("items", [id]) }, theirs(titles[row]))),
    h("p", { class: "small soft" }, counted(ratings[row], "rating")),
    lacks,
    h("div", { class: "row" },
      button("More like it", "Add to the mix below", added("like")),
      button("Less like it", "Add to the mix below, subtracted", added("unlike")),
      button("Axis from here", "Let your own axis begin here", { ...added("from"), ...(context.state.to.length && { x: "own" }) }),
      button("Axis to here", "Let your own axis end here", { ...added("to"), ...(context.state.from.length && { x: "own" }) }),
      button("Let go", "Choose nothing", { item: null })),
  ];
}

/** Those by the chosen measure, and those by the other one that vectors have, to be told apart. */
async function neighbours({ state }, signal) {
  const by = state.by ?? MEASURES[0][0];
  const ask = (measure) => get(`items/${part(state.item)}/neighbours`, { n: N, by: measure, where: state.where }, signal);
  const other = by === "dot" ? "cosine" : "dot";
  const [answer, beside] = await Promise.all([ask(by), ask(other).catch(() => null)]);
  return { answer, other, beside };
}

function show(context, list, row, { answer, other, beside }) {
  const rows = answer.rows.map((one) => context.list.rows.get(String(one.item)));
  context.light("item", [row], rows);
  const { where } = context.state;
  const of = where ? "of those that match" : `of ${whole(context.list.n - 1)} shown`;
  replace(list,
    itemTable(context, `Nearest in the full space, ${rows.length} ${of}`, answer.rows,
      [{ key: "similarity", label: answer.by === "posterior" ? "Distance" : "Similarity", cell: (one) => fixed(one.similarity, 3) }]),
    h("p", { class: "small soft" }, answer.says),
    beside && h("p", { class: "small soft" }, shared(answer, beside, other)),
    takeAway(`neighbours-${context.state.item}`, answer.rows, { model: context.model, python: answer.python }));
  announce(`${context.list.titles[row]}: ${counted(rows.length, "neighbour")} listed`);
}

function shared(answer, beside, other) {
  const besides = new Set(beside.rows.map((one) => String(one.item)));
  const n = answer.rows.filter((one) => besides.has(String(one.item))).length;
  return `${n} of these ${answer.rows.length} are also its nearest by ${MEASURES.find(([name]) => name === other)[1]}.`;
}

function measureSelect({ change, model }) {
  const measures = MEASURES.filter(([name]) => name !== "posterior" || model.abilities.has_posterior);
  const input = h("select", { onchange: () => change({ by: input.value }) }, measures.map(([value, label]) => h("option", { value }, label)));
  return { input, element: h("label", {}, "Nearest by", input) };
}

/** A condition on the attributes of items, such as year >= 1990; null where items have none. */
function whereField({ state, change, model }) {
  const [first] = model.attributes?.item ?? [];
  if (!first) return null;
  const placeholder = model.attributes.item.includes("year") ? "year >= 1990" : `${first} has '…'`;
  const onchange = (event) => change({ where: event.target.value.trim() || null });
  return { element: h("label", {}, "Only where", h("input", { type: "text", value: state.where ?? "", placeholder, size: "16", onchange })) };
}
