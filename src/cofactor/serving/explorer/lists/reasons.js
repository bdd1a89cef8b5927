// Why this item: the parts of a score as bars that add up to it, and the ratings without which it would not be there.

import { figure } from "../charts/figure.js";
import { cumulative, sum, waterfall } from "../charts/waterfall.js";
import { button, loading, trouble } from "../controls.js";
import { h, replace, theirs } from "../dom.js";
import { counted, fixed, whole } from "../numbers.js";
import { table, takeAway } from "../table.js";
import { worded } from "./values.js";

const SHOWN = 10;
const WORDS = {
  base: "Where everybody starts",
  user: "This person's own level",
  item: "This item's own level",
  attributes: "What is known of them",
  jointly: "What the ratings add only together",
  training: "Left over from training",
};

/** The panel of one answer of the API. without: () → the same with a counterfactual, or null where none is asked for */
export function reasonsPanel(reasons, { model, without = null }) {
  const panel = h("div", { class: "reasons" });
  fill(panel, reasons, { model, without, shown: SHOWN });
  return panel;
}

function fill(panel, reasons, settings) {
  const { model, without, shown } = settings;
  const steps = stepsOf(reasons.parts, shown, model);
  const more = reasons.parts.filter((part) => part.reason === "rating").length - shown;
  replace(panel,
    h("p", { class: "small" }, reasons.says, " ", totals(reasons)),
    figure({ name: `reasons-${reasons.item}`, draw: (width) => drawn(reasons, steps, width), table: asTable(steps, reasons) }),
    more > 0 && button(`Show all ${whole(more + shown)} ratings as bars`, () => fill(panel, reasons, { ...settings, shown: Infinity })),
    counterfactual(reasons, without),
    takeAway(`reasons-${reasons.item}`, reasons.parts, { model, python: reasons.python }));
}

/** The rows of the chart: what is no rating, then the ratings that weigh most, then all others as one. */
export function stepsOf(parts, shown, model) {
  const isRating = (part) => part.reason === "rating";
  const ratings = parts.filter(isRating).sort((one, other) => Math.abs(other.part) - Math.abs(one.part));
  const others = ratings.slice(shown);
  const together = (name) => others.reduce((total, one) => total + one[name], 0);
  const rest = { label: `${counted(others.length, "other rating")} together`, part: together("part"), ofScore: together("score_part") };
  const step = (one, label) => ({ label, part: one.part, ofScore: one.score_part });
  return [
    ...parts.filter((one) => !isRating(one)).map((one) => ({ ...step(one, WORDS[one.reason] ?? one.reason), start: one.reason === "base" })),
    ...ratings.slice(0, shown).map((one) => ({ ...step(one, String(one.title ?? one.item)), note: note(one, model) })),
    ...(others.length ? [rest] : []),
  ];
}

const note = ({ rating }, model) => (rating === null || rating === undefined ? "" : `: ${worded(model, rating)}`);

function drawn(reasons, steps, width) {
  const after = reasons.squashed ? [{ label: "after the sigmoid", text: fixed(reasons.score, 3) }] : [];
  const total = reasons.squashed ? "Sum, before the sigmoid" : "Sum, the score";
  const label = `Bars that add up to ${fixed(sum(steps), 3)}; the numbers are in the table below`;
  return waterfall(steps, { width, total, after, label });
}

function totals({ squashed, sum: total, score, approximate, interval }) {
  const said = `The sum is ${fixed(total, 3)}${squashed ? `; the sigmoid makes ${fixed(score, 3)} of it` : ""}.`;
  const doubt = interval ? ` Of such ratings, 8 of 10 lie between ${fixed(interval[0], 2)} and ${fixed(interval[1], 2)}.` : "";
  return [approximate && h("strong", {}, "Approximate. "), said, doubt];
}

function asTable(steps, { squashed }) {
  const rows = cumulative(steps).map((step) => ({ ...step, label: `${step.label}${step.note ?? ""}` }));
  return table("The parts of the score", [
    { key: "label", label: "Reason" },
    { key: "part", label: "Part", kind: "number", decimals: 4 },
    { key: "to", label: "Sum so far", kind: "number", decimals: 4 },
    squashed && { key: "ofScore", label: "Share of the score, after the sigmoid", kind: "number", decimals: 4 },
  ].filter(Boolean), rows);
}

function counterfactual(reasons, without) {
  if (reasons.counterfactual) return found(reasons.counterfactual);
  if (!without) return null;
  const place = h("div", { class: "without" });
  return replace(place, button("Without which ratings would it not be here?", () => answer(place, without)));
}

async function answer(place, without) {
  replace(place, loading("Leaving ratings out and scoring again …"));
  try {
    replace(place, found((await without()).counterfactual));
  } catch (error) {
    replace(place, trouble(error));
  }
}

function found(counterfactual) {
  return h("div", { class: "counterfactual", role: "status" },
    h("p", {}, counterfactual.says, counterfactual.found && " Found by a greedy search, and checked by scoring anew."),
    counterfactual.found && h("ul", {}, counterfactual.without.map((row) => h("li", {}, theirs(row.title)))));
}
