// The catalogue, searched; and the page of one item.

import { get } from "../api.js";
import { h } from "../dom.js";
import { renderItem } from "../items/item.js";
import { titleColumn } from "../links.js";
import { searchView } from "../lists/search.js";
import { counted, whole } from "../numbers.js";
import { table, takeAway } from "../table.js";

const SHOWN = 50;

export async function render(root, { model, route }) {
  const [item] = route.parts;
  if (item !== undefined) return renderItem(root, { model, route, item });
  return searchView(root, {
    view: "items", heading: "Items", placeholder: "part of a title, or an id", model, route,
    ask: (q, signal) => get("items", { q, n: SHOWN }, signal),
    shown: (found, q) => shown(found, q, model),
  });
}

function shown({ items, shown: n, of, python }, q, model) {
  if (!of) return h("p", {}, q ? "No title or id has these words in it." : "The catalogue is empty.");
  const columns = [
    titleColumn(model),
    model.has_titles && { key: "item", label: "Id" },
    { key: "ratings", label: "Ratings", kind: "whole" },
  ].filter(Boolean);
  const caption = `${whole(n)} of ${counted(of, "item")} shown, ${q ? "best match" : "most rated"} first`;
  return [table(caption, columns, items), takeAway("items", items, { model, python })];
}
