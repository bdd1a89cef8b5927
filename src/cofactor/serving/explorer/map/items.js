// Items as a table beside the map, and as chips: each can be chosen by keyboard.

import { h, theirs } from "../dom.js";
import { table } from "../table.js";
import { picker } from "./picker.js";

/** A table of items rows whose titles show the item on the map, and choose it. more: columns between title and number of ratings */
export function itemTable(context, caption, rows, more = []) {
  const choose = (one) => {
    const point = () => context.map.point(context.list.rows.get(String(one.item)));
    const leave = () => context.map.point(null);
    const onclick = () => context.change({ item: String(one.item) });
    return h("button", { class: "title", type: "button", onclick, onmouseenter: point, onfocus: point, onmouseleave: leave, onblur: leave }, theirs(one.title));
  };
  return table(caption, [
    { key: "title", label: "Title", cell: choose },
    ...more.map((column) => ({ kind: "number", ...column })),
    { key: "ratings", label: "Ratings", kind: "whole" },
  ], rows);
}

/** A named set of items that grows by search and shrinks by its buttons; kept under `key` of the state. */
export function chips(context, label, key) {
  const { state, change } = context;
  const id = (row) => String(context.list.ids[row]);
  const find = picker({ label, ready: context.ready, onpick: (row) => change({ [key]: [...new Set([...state[key], id(row)])] }) });
  const list = h("ul", { class: "chips", "aria-label": label });
  const update = async () => {
    const titles = await context.ready;
    const without = (one) => change({ [key]: state[key].filter((other) => other !== one) });
    const named = (one) => titles.titles[titles.rows.get(one)] ?? one;
    list.replaceChildren(...state[key].map((one) => h("li", {}, theirs(named(one)),
      h("button", { class: "quiet small", type: "button", "aria-label": `Remove ${named(one)}`, onclick: () => without(one) }, "×"))));
  };
  return { element: h("div", {}, find, list), input: find.querySelector("input"), update };
}

/** From items of the catalogue to items rows. */
export function rowsOf({ list }, rows) {
  return rows.map((row) => ({ item: list.ids[row], title: list.titles[row], ratings: list.ratings[row] }));
}
