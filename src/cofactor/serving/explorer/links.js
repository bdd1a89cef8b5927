// Links to the pages of items and people; each address says which model it is of.

import { h, theirs } from "./dom.js";
import { hashOf } from "./route.js";

/** An item's title, linked to its page. */
export const itemLink = ({ item, title }, model) =>
  h("a", { href: hashOf("items", [item], { model: model.fingerprint }) }, theirs(title));

/** A person's id, linked to their page. */
export const personLink = ({ user }, model) =>
  h("a", { href: hashOf("people", [user], { model: model.fingerprint }) }, theirs(user));

/** A column of a table: titles, linked. */
export const titleColumn = (model) => ({ key: "title", label: "Title", cell: (row) => itemLink(row, model) });

/** A column of a table: persons, linked. */
export const personColumn = (model) => ({ key: "user", label: "Person", cell: (row) => personLink(row, model) });
