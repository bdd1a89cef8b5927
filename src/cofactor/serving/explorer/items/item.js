// One item: what is known of it, who rated it how, which items are near it, who likes it.

import { get, part } from "../api.js";
import { histogram } from "../charts/bars.js";
import { h, replace, theirs } from "../dom.js";
import { personColumn } from "../links.js";
import { worded } from "../lists/values.js";
import { counted, fixed, signed, whole } from "../numbers.js";
import { hashOf } from "../route.js";
import { table, takeAway } from "../table.js";
import { neighbours } from "./neighbours.js";

export async function renderItem(root, { model, route, item }) {
  const page = await get(`items/${part(item)}`);
  const to = (view, query = {}) => hashOf(view, [], { ...query, model: model.fingerprint });
  replace(root,
    h("p", { class: "small" }, h("a", { href: to("items") }, "All items")),
    h("h1", {}, theirs(page.title)),
    h("p", { class: "soft" }, summary(page)),
    known(page.attributes),
    model.axes >= 2 && h("p", {}, h("a", { href: to("map", { item: page.item }) }, "Show it on the map")),
    h("div", { class: "columns" },
      h("div", { class: "stack" }, rated(page, model), page.fans && fans(page, model)),
      model.abilities.compares_items && neighbours(page, { model, route })));
}

function summary({ item, title, ratings, popularity_rank: rank, of_items: all, mean }) {
  return [
    String(item) !== String(title) && ["id ", theirs(item), " · "],
    counted(ratings, "rating"), ` · number ${whole(rank)} of ${whole(all)} by popularity`,
    mean !== null && ` · mean ${fixed(mean, 2)}`,
  ];
}

function known(attributes) {
  const told = Object.entries(attributes).filter(([, value]) => value !== null);
  const chips = (value) => words(value).map((one) => h("span", { class: "chip" }, theirs(one)));
  if (!told.length) return null;
  return h("dl", { class: "known" }, told.map(([name, value]) => h("div", {}, h("dt", {}, theirs(name)), h("dd", {}, chips(value)))));
}

/** The words of an attribute; several stand in one text, parted by a bar. */
const words = (value) => String(value).split("|");

function rated(page, model) {
  const axis = model.kind === "ratings" ? "rating" : "value";
  const caption = `All ${counted(page.ratings, "rating")} are counted.`;
  return h("section", { class: "panel" }, h("h2", {}, "How it is rated"),
    bias(page),
    page.ratings > 0 && histogram(page.histogram, { name: `ratings-${page.item}`, what: "rating", axis, caption }),
    page.ratings === 0 && h("p", {}, "Nobody has rated it."));
}

/** How far its ratings lie from what its raters give anyway. */
function bias({ bias: found }) {
  if (found === null) return null;
  const { value, interval } = found;
  const reach = interval ? ` (by the model’s own doubt, 9 times of 10 between ${signed(interval[0])} and ${signed(interval[1])}; that people choose what they rate is not in it)` : "";
  const meaning = `whatever their taste, people rate it ${value >= 0 ? "higher" : "lower"} than the average item`;
  return h("p", {}, "Bias ", h("strong", {}, signed(value)), reach, `: ${meaning}.`);
}

function fans({ item, fans: rows, ratings }, model) {
  const columns = [personColumn(model), { key: "value", label: "Rating", cell: (row) => worded(model, row.value) }];
  const caption = `${whole(rows.length)} of the ${counted(ratings, "person who rated it", "people who rated it")} shown, the highest ratings first`;
  return h("section", { class: "panel" }, h("h2", {}, "Who likes it"),
    table(caption, columns, rows), takeAway(`fans-${item}`, rows, { model }));
}
