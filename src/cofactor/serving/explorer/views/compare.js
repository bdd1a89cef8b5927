// Several saved models side by side on the same split, with intervals and paired differences.

import { get, post } from "../api.js";
import { trouble } from "../controls.js";
import { announce, h, replace } from "../dom.js";
import { percent, whole } from "../numbers.js";
import { panels } from "../panels.js";
import { keep } from "../route.js";
import { takeAway } from "../table.js";

const POLLING_MS = 1000;

export async function render(root, { model, route }) {
  const results = h("div", { class: "stack" });
  replace(root, h("h1", {}, "Compare models"), results);
  const comparison = await get("compare");
  if (!results.isConnected) return; // another view was opened meanwhile
  keep("compare", [], { metric: route.query.metric, model: model.fingerprint });
  show(results, comparison, { model, route });
}

/** Show how far the comparison is, and look again in a moment while it runs. */
async function look(results, asked, settings) {
  try {
    show(results, await asked, settings);
  } catch (error) {
    replace(results, trouble(error));
  }
}

function show(results, comparison, settings) {
  const { state, says, progress } = comparison;
  if (state === "none") return replace(results, h("p", {}, says), h("button", { type: "button", onclick: () => look(results, post("compare", {}), settings) }, "Compare them"));
  if (state === "ready") {
    if (results.querySelector("progress")) announce("The comparison is ready");
    return replace(results, ready(comparison, settings));
  }
  replace(results, h("p", { role: "status" }, says), h("progress", { max: "1", value: progress ?? undefined, "aria-label": "How far the comparison is" }));
  setTimeout(() => results.isConnected && look(results, get("compare"), settings), POLLING_MS);
}

function ready({ models, split, says, python, views }, { model, route }) {
  return [
    h("div", {}, h("p", {}, says), h("p", { class: "soft small" }, splitSays(split))),
    panels(views, { address: ["compare"], key: "metric", model, route }),
    takeAway("comparison", flat(models), { model, python }),
  ];
}

const splitSays = ({ share, seed, ratings, users }) =>
  `All of them are measured on the same split: ${percent(share, 0)} of the ratings held out (seed ${seed}), ` +
  `${whole(ratings)} ratings of ${whole(users)} people.`;

const flat = (models) => models.flatMap(({ name, folder, fingerprint, metrics }) =>
  Object.entries(metrics).map(([metric, { value, low, high }]) => ({ name, folder, fingerprint, metric, value, low, high })));
