// What was measured, drawn as the server describes it: panels of charts, tables and sentences, of a chosen measure.

import { curves } from "./charts/curves.js";
import { figure } from "./charts/figure.js";
import { intervals } from "./charts/intervals.js";
import { choice } from "./controls.js";
import { h, replace, theirs } from "./dom.js";
import { itemLink } from "./links.js";
import { fixed } from "./numbers.js";
import { keep } from "./route.js";
import { table } from "./table.js";

const WIDE = 4; // columns of a table, beyond which it has the whole width

/** The panels of a measure, with a choice among views where there are several; it stands in the address of the view, under `key`. */
export function panels(views, { address: [view, ...parts], key = "measure", model, route: { query } }) {
  const shown = h("div", { class: "stack" });
  const draw = (name) => {
    const one = views.find((other) => other.name === name) ?? views[0];
    query[key] = one.name;
    keep(view, parts, { ...query, model: model.fingerprint });
    const drawn = one.panels.map((panel, at) => [panel, section(panel, [view, ...parts, one.name, at].filter((word) => word !== "").join("-"), model)]);
    const of = (wide) => drawn.filter(([{ table: rows }]) => rows?.columns.length > WIDE === wide).map(([, element]) => element);
    replace(shown, h("div", { class: "columns" }, of(false)), of(true));
  };
  draw(query[key]);
  return [views.length > 1 && h("div", {}, choice(key[0].toUpperCase() + key.slice(1), Object.fromEntries(views.map((one) => [one.name, one.label])), query[key], draw)), shown];
}

function section({ title, says, curves: chart, intervals: bars, table: of, sentences }, name, model) {
  const label = `${title}. ${bars.map((row) => `${row.label}: ${fixed(row.value, 4)}`).join(", ")}`;
  return h("section", { class: "panel" }, h("h2", {}, title), says && h("p", { class: "small" }, says),
    chart && curves(chart, { name }),
    bars.length > 0 && figure({ name, draw: (width) => intervals(bars, { width, label }), caption: "Points, and 95 % intervals over people." }),
    of && table(of.caption, of.columns.map((column, at) => ({ label: column.label, kind: column.number ? "number" : "text", cell: (row) => cell(row[at], model) })), of.rows),
    sentences.length > 0 && h("ul", {}, sentences.map((one) => h("li", {}, one))));
}

const cell = ({ text, small, item }, model) => [
  item === null ? theirs(text) : itemLink({ item, title: text }, model), small && h("div", { class: "small soft" }, small),
];
