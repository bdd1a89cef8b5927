// Several saved models side by side on the same split, with intervals and paired differences.

import { get, post } from "../api.js";
import { figure } from "../charts/figure.js";
import { intervals } from "../charts/intervals.js";
import { choice, trouble } from "../controls.js";
import { announce, h, replace, theirs } from "../dom.js";
import { fixed, percent, signed, whole } from "../numbers.js";
import { keep } from "../route.js";
import { table, takeAway } from "../table.js";

const POLLING_MS = 1000;

export async function render(root, { model, route }) {
  const results = h("div", { class: "stack" });
  replace(root, h("h1", {}, "Compare models"), results);
  const comparison = await get("compare");
  if (!results.isConnected) return; // another view was opened meanwhile
  keep("compare", [], { metric: route.query.metric, model: model.fingerprint });
  show(results, comparison, { model, metric: route.query.metric });
}

function show(results, comparison, settings) {
  if (comparison.state === "ready") return replace(results, ready(results, comparison, settings));
  if (comparison.state === "running") return running(results, comparison, settings);
  return replace(results,
    h("p", {}, comparison.says),
    h("button", { type: "button", onclick: () => start(results, settings) }, "Compare them"));
}

async function start(results, settings) {
  try {
    show(results, await post("compare", {}), settings);
  } catch (error) {
    replace(results, trouble(error));
  }
}

function running(results, { progress, says }, settings) {
  const bar = h("progress", { max: "1", "aria-label": "How far the comparison is" });
  if (progress !== null) bar.value = progress;
  replace(results, h("p", { role: "status" }, says), bar);
  setTimeout(() => results.isConnected && poll(results, settings), POLLING_MS);
}

async function poll(results, settings) {
  try {
    const comparison = await get("compare");
    if (comparison.state === "ready") announce("The comparison is ready");
    show(results, comparison, settings);
  } catch (error) {
    replace(results, trouble(error));
  }
}

function ready(results, comparison, settings) {
  const { model } = settings;
  const { metrics, models, pairs, split, says, python } = comparison;
  const metric = metrics.find(({ name }) => name === settings.metric) ?? metrics[0];
  const names = Object.fromEntries(metrics.map(({ name }) => [name, name]));
  const choose = (name) => {
    keep("compare", [], { metric: name, model: model.fingerprint });
    show(results, comparison, { ...settings, metric: name });
    results.querySelector("select").focus();
  };
  return [
    h("div", {}, h("p", {}, says), h("p", { class: "soft small" }, splitSays(split)), choice("Metric", names, metric.name, choose)),
    h("div", { class: "columns" }, chart(models, metric), paired(pairs, metric, model)),
    everything(models, metrics, takeAway("comparison", flat(models), { model, python })),
  ];
}

const splitSays = ({ share, seed, ratings, users }) =>
  `All of them are measured on the same split: ${percent(share, 0)} of the ratings held out (seed ${seed}), ` +
  `${whole(ratings)} ratings of ${whole(users)} people.`;

function chart(models, { name, says, better }) {
  const rows = models.filter((one) => one.metrics[name]).map((one) => ({ label: one.name, ...one.metrics[name] }));
  const label = `${name} of each model. ${rows.map((row) => `${row.label}: ${fixed(row.value, 4)}`).join(", ")}`;
  return h("section", { class: "panel" }, h("h2", {}, `${name}, ${better} is better`),
    h("p", { class: "small" }, says),
    figure({ name: `compare-${name}`, draw: (width) => intervals(rows, { width, label }), caption: "Points, and 95 % intervals over people." }));
}

function paired(pairs, { name }, model) {
  const rows = pairs.filter(({ metric }) => metric === name);
  const columns = [
    { key: "pair", label: "Models", cell: (row) => [theirs(row.first), " − ", theirs(row.second)] },
    { key: "difference", label: "Difference", kind: "number", cell: (row) => within(row.difference, row, signed) },
    { key: "verdict", label: "Verdict" },
  ];
  return h("section", { class: "panel" }, h("h2", {}, "Is the difference real?"),
    h("p", { class: "small" }, "Paired: for each person, one model’s value less the other’s."),
    table(`Differences in ${name}`, columns, rows), takeAway(`differences-${name}`, rows, { model }));
}

function everything(models, metrics, away) {
  const columns = [
    { key: "name", label: "Model" },
    ...metrics.map(({ name, better }) => ({ label: `${name} (${better} is better)`, kind: "number", cell: (row) => measured(row.metrics[name]) })),
  ];
  return h("section", { class: "panel" }, h("h2", {}, "All metrics"), table("Each with its interval", columns, models), away);
}

const measured = (one) => (one ? within(one.value, one, fixed) : "–");

/** A number, and its interval below it. */
const within = (value, { low, high }, written) => [
  written(value, 4), h("div", { class: "small soft" }, `${written(low, 4)} to ${written(high, 4)}`),
];

const flat = (models) => models.flatMap(({ name, folder, fingerprint, metrics }) =>
  Object.entries(metrics).map(([metric, { value, low, high }]) => ({ name, folder, fingerprint, metric, value, low, high })));
