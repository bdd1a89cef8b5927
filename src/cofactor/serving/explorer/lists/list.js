// A list of recommendations: place, score and what it means, support, where each came from, and why on request.

import { intervalMark } from "../charts/intervals.js";
import { button, loading, trouble } from "../controls.js";
import { h, replace } from "../dom.js";
import { itemLink } from "../links.js";
import { counted, fixed, whole } from "../numbers.js";
import { takeAway } from "../table.js";
import { badge, leaving } from "./marks.js";
import { reasonsPanel } from "./reasons.js";

const REACH = "Below it, the interval in which 8 of 10 such ratings lie. ";

/**
 * A List of the API. marks: of `marksBetween`, or null      why: (row, counterfactual) → Reasons, or null where there are none
 * name: of the files that are taken away     note: what else is said of the scores
 */
export function recommendations(list, { model, name, note = "", marks = null, why = null }) {
  const marked = new Map((marks ?? []).map((mark) => [mark.item, mark]));
  const places = list.rows.map((row) => place(row, { model, why, mark: marked.get(row.item) }));
  return h("div", { class: "recommendations" },
    h("p", { class: "small soft" }, `Score: ${list.says}. `, list.rows.some((row) => row.interval) && REACH, note),
    places.length ? h("ol", { class: "places" }, places) : h("p", {}, "Nothing is left to recommend."),
    marks && leaving(marks),
    h("p", { class: "small" }, around(list)),
    takeAway(name, list.rows.map(flat), { model, python: list.python }));
}

function place(row, { model, why, mark }) {
  const reasons = h("div", { class: "because" });
  const ask = (event) => toggle(event.currentTarget, reasons, row, { model, why });
  return h("li", { "data-item": String(row.item) },
    h("span", { class: "rank" }, row.rank),
    h("div", { class: "what" }, itemLink(row, model), " ", mark && badge(mark)),
    h("p", { class: "about small soft" }, about(row)),
    score(row, model),
    why && button("Why?", ask, { class: "quiet small why", "aria-expanded": "false", "aria-label": `Why? ${row.title}` }),
    reasons);
}

function about(row) {
  const place = `place ${whole(row.rank)} of ${counted(row.candidates, "candidate")}`;
  const parts = [place, `from ${row.source}`, counted(row.ratings, "rating"), row.popular && "on the popular list too", row.value !== null && `value ${fixed(row.value)}`];
  return parts.filter(Boolean).join(" · ");
}

function score(row, model) {
  return h("div", { class: "score" },
    h("span", { class: "value" }, scoreText(model, row.score)),
    row.rating !== null && row.rating !== row.score && h("span", { class: "small soft" }, `predicted rating ${fixed(row.rating, 2)}${model.unit === "stars" ? " ★" : ""}`),
    row.interval && model.scale && intervalMark(row.rating ?? row.score, row.interval, model.scale),
    row.interval && h("span", { class: "small soft" }, `${fixed(row.interval[0], 1)} to ${fixed(row.interval[1], 1)}`));
}

/** A score with its unit, or what it is for. */
function scoreText(model, score) {
  if (model.score.unit === "stars") return `${fixed(score, 2)} ★`;
  return fixed(score, 3);
}

async function toggle(asked, answer, row, { model, why }) {
  const isOpen = () => asked.getAttribute("aria-expanded") === "true";
  asked.setAttribute("aria-expanded", String(!isOpen()));
  if (!isOpen()) return replace(answer);
  replace(answer, loading());
  try {
    const reasons = await why(row, false);
    if (isOpen()) replace(answer, reasonsPanel(reasons, { model, without: () => why(row, true) }));
  } catch (error) {
    replace(answer, trouble(error));
  }
}

/** What is around the list: how popular it is, and what was left out. */
function around({ rows, same_as_popular: same, left_out: out, rung }) {
  const left = out.filter(({ n }) => n).map(({ why, n }) => `${whole(n)} ${why}`).join(", ");
  return [
    rows.length > 0 && `${whole(rows.length)} of ${counted(rows[0].candidates, "candidate")} shown. `,
    `${whole(same)} of them ${same === 1 ? "is" : "are"} also on the list of the most popular. `,
    left && `Left out: ${left}. `,
    `It stands on: ${rung}.`,
  ];
}

/** A row for a spreadsheet: the interval as two columns. */
function flat({ interval, ...row }) {
  return { ...row, low: interval?.[0] ?? null, high: interval?.[1] ?? null };
}
