// A walk along one axis: a slider, the films at each point, and those at both ends.

import { get, getFloats } from "../api.js";
import { announce, h, replace, s, theirs } from "../dom.js";
import { filler } from "../map/filling.js";
import { turned } from "../map/axes.js";
import { percent } from "../numbers.js";
import { hashOf } from "../route.js";
import { table, takeAway } from "../table.js";
import { nameOf } from "./list.js";

const STEPS = 200; // of the slider
const BINS = 60;
const N = 10;

/** The walk along an axis from a place (0 to 1); onmove(place) as it goes. */
export function walk(axis, { model, rotation, place, onmove }) {
  const [here, ends, drawing] = [h("div"), h("div"), h("div", { class: "along" })];
  const [low, high] = [axis.low || "low end", axis.high || "high end"];
  const input = h("input", { type: "range", min: "0", max: String(STEPS), step: "1", id: "walk", value: String(Math.round(place * STEPS)) });
  const step = follower({ axis, rotation, input, here, low, high });
  input.addEventListener("input", () => {
    onmove(input.value / STEPS);
    step();
  });
  step();
  fillEnds(ends, axis, { model, rotation, low, high });
  outline(drawing, axis.axis, rotation);
  return h("section", { class: "panel walk" },
    h("h2", {}, `Axis ${axis.axis + 1}: `, nameOf(axis)),
    h("p", { class: "small" }, axis.says, " ", turned(axis)),
    h("label", { for: "walk" }, "Walk along it"),
    drawing, input,
    h("p", { class: "ends small" }, h("span", {}, "← ", theirs(low)), h("span", {}, theirs(high), " →")),
    here, ends,
    h("p", {}, h("a", { href: hashOf("map", [], { x: axis.axis, y: axis.axis === 0 ? 1 : 0, rotation: rotation === "none" ? null : rotation }) }, "See it on the map")));
}

/** Films where the slider stands; only the newest place counts. */
function follower({ axis, rotation, input, here, low, high }) {
  const fill = filler(here);
  return () => {
    const place = input.value / STEPS;
    input.setAttribute("aria-valuetext", `${percent(place, 0)} of the way from ${low} to ${high}`);
    return fill((signal) => get(`axes/${axis.axis}/at`, { place, n: N, rotation }, signal), ({ items }) => {
      replace(here, h("ol", { class: "films" }, items.map(film)));
      announce(items.slice(0, 3).map((one) => one.title).join(", "));
    });
  };
}

const film = (one) => h("li", {}, h("a", { href: hashOf("items", [one.item]) }, theirs(one.title)), h("span", { class: "soft small" }, ` ${percent(one.place, 0)}`));

async function fillEnds(element, axis, { model, rotation, low, high }) {
  const link = (row) => hashOf("items", [row.item]);
  const of = (name, rows) => h("div", {}, table(`The ${rows.length} outermost towards ${name}`, [
    { key: "title", label: "Title", link }, { key: "place", label: "Place", kind: "number", cell: (row) => percent(row.place, 0) },
    { key: "ratings", label: "Ratings", kind: "whole" },
  ], rows));
  await filler(element)((signal) => get(`axes/${axis.axis}/ends`, { n: N, rotation }, signal), (answer) =>
    replace(element, h("div", { class: "both-ends" }, of(low, answer.low), of(high, answer.high)),
      takeAway(`axis-${axis.axis + 1}`, [...answer.low, ...answer.high], { model, python: answer.python })));
}

/** How many items stand where, above the slider. */
async function outline(element, axis, rotation) {
  await filler(element)((signal) => getFloats("map", { x: axis, y: axis, rotation }, signal), (places) =>
    replace(element, silhouette(places.filter((value, at) => at % 2 === 0 && !Number.isNaN(value)))));
}

function silhouette(values) {
  const [low, high] = values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
  const counts = new Array(BINS).fill(0);
  for (const value of values) counts[Math.min(BINS - 1, Math.floor(((value - low) / (high - low || 1)) * BINS))]++;
  const most = Math.max(...counts);
  const heights = counts.map((count) => 40 - (38 * count) / most);
  const path = `M0,40 ${heights.map((y, at) => `L${at + 0.5},${y.toFixed(2)}`).join(" ")} L${BINS},40 Z`;
  return s("svg", { viewBox: `0 0 ${BINS} 40`, preserveAspectRatio: "none", role: "img", "aria-label": `Where ${values.length} items stand along the axis` },
    s("path", { d: path, class: "outline" }));
}
