// Tables, and the ways to take what they show away: CSV, the line of Python, the address of the view.

import { h, theirs } from "./dom.js";
import { fixed, whole } from "./numbers.js";

/**
 * A table of rows. columns: [{ key, label, kind: "text" | "whole" | "number" | "signed", link: row => hash, decimals,
 * cell: row => node }]
 */
export function table(caption, columns, rows) {
  const head = h("tr", {}, columns.map((column) => h("th", { scope: "col", class: isNumber(column) && "number" }, column.label)));
  const body = rows.map((row) => h("tr", {}, columns.map((column) => h("td", { class: isNumber(column) && "number" }, cell(column, row)))));
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h("table", {}, h("caption", {}, caption), h("thead", {}, head), h("tbody", {}, body)));
}

const isNumber = (column) => column.kind === "whole" || column.kind === "number";

function cell(column, row) {
  if (column.cell) return column.cell(row);
  const value = row[column.key];
  if (value === null || value === undefined) return "–";
  if (column.kind === "whole") return whole(value);
  if (column.kind === "number") return fixed(value, column.decimals ?? 2);
  return column.link ? h("a", { href: column.link(row) }, theirs(value)) : theirs(value);
}

/**
 * Buttons under a list: its rows as CSV with the model's fingerprint, and the line of Python that makes it.
 * python: as the server gave it with the rows
 */
export function takeAway(name, rows, { model, python = null }) {
  const save = () => download(`${name}.csv`, csv(rows, model.fingerprint), "text/csv");
  return h("div", { class: "row take-away" },
    h("button", { class: "quiet small", type: "button", onclick: save }, "Save as CSV"),
    python && h("details", { class: "small" }, h("summary", {}, "In Python"), h("pre", { tabindex: "0" }, python)));
}

/** Rows as CSV text; a last column holds the fingerprint of the model they are of. */
export function csv(rows, fingerprint) {
  const names = [...new Set(rows.flatMap(Object.keys))];
  const lines = rows.map((row) => [...names.map((name) => row[name]), fingerprint].map(quoted).join(","));
  return [[...names, "model"].map(quoted).join(","), ...lines, ""].join("\r\n");
}

/** A cell; a text that a spreadsheet would run as a formula is marked as text. */
function quoted(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = String(value).replace(/^(?=[=+\-@\t\r])/, "'");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Save text, or a blob, as a file of the reader's. */
export function download(name, content, type) {
  const link = h("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
