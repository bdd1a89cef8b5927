// The long tail on log scales: how few have much and how many have little.

import { h } from "../dom.js";
import { whole } from "../numbers.js";
import { asTable, curves } from "./curves.js";

/**
 * A figure of the long tail: count against rank, both by their logarithm.
 * tails: [{ label, rank: […], count: […] }], at most a few
 */
export function longTail(tails, { name, caption }) {
  const series = tails.map(({ label, rank, count }) => ({ label, x: rank, y: count.map((one) => one || null) })); // 0 has no logarithm
  const x = { label: "rank, from the one with most ratings (log scale)", scale: "log" };
  const y = { label: "ratings", scale: "log" };
  const table = h("div", {}, series.map((one) => asTable([one], x, y)));
  return curves({ series, x, y, said: tails.map(spoken).join(" ") }, { name, caption, table });
}

const spoken = (tail) =>
  `${tail.label}: the first has ${whole(tail.count[0] ?? 0)} ratings, the last ${whole(tail.count.at(-1) ?? 0)}.`;
