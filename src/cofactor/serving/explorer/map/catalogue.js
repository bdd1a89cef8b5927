// All items in the order of the map's coordinates, and the search over their titles, without asking the server.

import { get } from "../api.js";

/** The catalogue: { ids, titles, ratings, byRatings: rows, the most rated first, n }. */
export async function catalogue() {
  const { items, titles, ratings } = await get("catalogue");
  const names = items.map((id, row) => String(titles?.[row] ?? id));
  const byRatings = Int32Array.from(items.keys()).sort((one, other) => ratings[other] - ratings[one] || one - other);
  return { ids: items, titles: names, ratings, byRatings, n: items.length, rows: rowsOf(items) };
}

/** From the text of an id to its row. */
const rowsOf = (ids) => new Map(ids.map((id, row) => [String(id), row]));

/** Text as it is compared: without case and accents. */
export const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** The n best rows for a text in titles and ids, and how many match: { rows, of }. Most rated first among equals. */
export function search(list, text, n) {
  const wanted = plain(text.trim());
  if (!wanted) return { rows: [], of: 0 };
  list.plain ??= list.titles.map(plain);
  const ranks = [[], [], []];
  for (const row of list.byRatings) {
    const rank = rankOf(list.plain[row], String(list.ids[row]), wanted);
    if (rank !== null) ranks[rank].push(row);
  }
  const found = ranks.flat();
  return { rows: found.slice(0, n), of: found.length };
}

/** 0: the title begins with it, or it is the id; 1: a word does; 2: it stands inside one; null: nowhere. */
function rankOf(title, id, wanted) {
  const at = title.indexOf(wanted);
  if (at === 0 || id === wanted) return 0;
  if (at < 0) return null;
  return title.includes(` ${wanted}`) ? 1 : 2;
}
