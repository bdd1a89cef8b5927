// What is in the table: counts, how empty it is, which values, the matrix as a picture, the long tail.

import { get } from "../api.js";
import { histogram } from "../charts/bars.js";
import { longTail } from "../charts/lines.js";
import { matrixPanel } from "../data/matrix.js";
import { h, replace, s, theirs } from "../dom.js";
import { titleColumn } from "../links.js";
import { counted, fixed, percent, whole } from "../numbers.js";
import { table, takeAway } from "../table.js";

const THOUSAND = { rows: 20, columns: 50 };
const SYNTHETIC = "These ratings are synthetic: made from known tastes, so that it can be checked what a model finds.";

export async function render(root, { model, route }) {
  const data = await get("data");
  replace(root,
    h("h1", {}, "What is in ", theirs(model.data.name)),
    model.data.synthetic && h("p", { class: "soft" }, SYNTHETIC),
    tiles(data),
    h("div", { class: "columns" }, values(data, model), sparsity(data)),
    data.counts.ratings > 0 && matrixPanel(data.counts, model, route),
    h("div", { class: "columns" }, tail(data), most(data, model)));
}

function tiles({ density, facts }) {
  const tile = ([label, text]) => h("div", { class: "tile" }, h("dt", {}, label), h("dd", {}, text));
  return h("dl", { class: "tiles" }, [...facts, ["of all cells filled", share(density)]].map(tile));
}

/** A share of cells, with more decimals where it is tiny. */
const share = (density) => percent(density, Math.min(density, 1 - density) < 0.01 ? 3 : 1);

function values({ histogram: rows, counts }, { kind }) {
  const [what, axis, title] = kind === "ratings"
    ? ["rating", "rating", "Which ratings are given"]
    : ["interaction", "value", "Which values occur"];
  const caption = `All ${counted(counts.ratings, what)} are counted.`;
  return h("section", { class: "panel" }, h("h2", {}, title), histogram(rows, { name: "values", what, axis, caption }));
}

function sparsity({ counts, density }) {
  const cells = counts.users * counts.items;
  const each = counts.ratings / Math.max(1, counts.users);
  return h("section", { class: "panel" }, h("h2", {}, "How empty the table is"),
    h("p", {},
      `${counted(counts.users, "person", "people")} × ${counted(counts.items, "item")} make ${counted(cells, "cell")}. `,
      `${whole(counts.ratings)} of them hold a rating; ${share(1 - density)} are empty. `,
      `A person has rated ${fixed(each, 1)} items on average. An empty cell is no zero: nothing is known there, `,
      "and that is what a model fills in."),
    thousand(density));
}

/** A thousand cells, with as many filled as of a thousand are. */
function thousand(density) {
  const filled = Math.round(1000 * density);
  const said = filled ? `${whole(filled)} hold a rating` : `fewer than one holds a rating: one of ${whole(1 / density)} does`;
  const label = `Of every thousand cells, ${density > 0 ? said : "none holds a rating"}.`;
  const cells = Array.from({ length: 1000 }, (_, at) => cell(at, at < filled));
  return h("figure", {},
    s("svg", { class: "thousand", viewBox: `0 0 ${10 * THOUSAND.columns - 2} ${10 * THOUSAND.rows - 2}`, role: "img", "aria-label": label }, cells),
    h("figcaption", {}, label));
}

function cell(at, filled) {
  const [x, y] = [10 * Math.floor(at / THOUSAND.rows), 10 * (at % THOUSAND.rows)];
  return s("rect", { class: filled ? "cell filled" : "cell", x, y, width: 8, height: 8 });
}

function tail({ tail: items, user_tail: users, head_share: head }) {
  const drawn = (one) => `${whole(one.shown)} of ${whole(one.of)}`;
  const caption = `Points drawn: ${drawn(items)} items, ${drawn(users)} people.`;
  return h("section", { class: "panel" }, h("h2", {}, "The long tail"),
    h("p", {}, `The 20 % most rated items hold ${percent(head, 0)} of all ratings.`),
    longTail([{ ...items, label: "items" }, { ...users, label: "people" }], { name: "long-tail", caption }));
}

function most({ most: rows, counts, python }, model) {
  const columns = [titleColumn(model), { key: "ratings", label: "Ratings", kind: "whole" }];
  return h("section", { class: "panel" }, h("h2", {}, "Most rated"),
    table(`${whole(rows.length)} of ${counted(counts.items, "item")} shown`, columns, rows),
    takeAway("most-rated", rows, { model, python }));
}
