// What changed between two lists: a sign and a word for each row, never a colour alone.

import { h, theirs } from "../dom.js";

const SIGNS = { enters: "+", rises: "▲", falls: "▼", stays: "=", leaves: "−" };

/** [{ item, title, mark, from, to }] of the later list's rows, then of those that left it. */
export function marksBetween(before, after) {
  const earlier = new Map(before.map((row) => [row.item, row]));
  const later = new Set(after.map((row) => row.item));
  const kept = after.map((row) => ({ was: row.was, ...marked(row, earlier.get(row.item)?.rank ?? null, row.rank) }));
  return [...kept, ...before.filter((row) => !later.has(row.item)).map((row) => marked(row, row.rank, null))];
}

function marked({ item, title }, from, to) {
  return { item, title, from, to, mark: word(from, to) };
}

function word(from, to) {
  if (from === null) return "enters";
  if (to === null) return "leaves";
  if (from === to) return "stays";
  return to < from ? "rises" : "falls";
}

/** The mark as a badge: "▲ rises from 7"; of what enters from where, if the list says it. */
export function badge({ mark, from, was }) {
  const of = mark === "rises" || mark === "falls" ? ` from ${from}` : mark === "enters" && was ? ` from ${was}` : "";
  return h("span", { class: `badge ${mark}` }, h("span", { "aria-hidden": "true" }, `${SIGNS[mark]} `), `${mark}${of}`);
}

/** The rows that left, as a sentence; null where none did. */
export function leaving(marks) {
  const gone = marks.filter((one) => one.mark === "leaves");
  if (!gone.length) return null;
  return h("p", { class: "small gone" }, badge(gone[0]), " ",
    gone.map((one, at) => [at ? ", " : "", theirs(one.title), ` (was ${one.from})`]));
}

/** All that changed, for those who listen: "2 enter, 1 leaves, 4 rise". */
export function spoken(marks) {
  const counts = ["enters", "leaves", "rises", "falls"].map((mark) => [mark, marks.filter((one) => one.mark === mark).length]);
  const said = counts.filter(([, n]) => n).map(([mark, n]) => `${n} ${n === 1 ? mark : mark.slice(0, -1)}`);
  return said.length ? said.join(", ") : "the list stays as it was";
}
