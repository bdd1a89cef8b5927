// Find an item by its title or id: a search field whose suggestions the arrow keys reach.

import { get, newest } from "../api.js";
import { announce, h, replace, theirs } from "../dom.js";
import { counted, whole } from "../numbers.js";

const SHOWN = 8;
const TYPING_MS = 120;
let fields = 0;

/** A combobox over the catalogue. onpick: called with { item, title, ratings } */
export function picker({ label, placeholder = "title or id", onpick }) {
  const id = `picker-${++fields}`;
  const list = h("ul", { id, role: "listbox", "aria-label": "Suggestions" });
  const note = h("p", { class: "soft small" });
  const box = h("div", { class: "suggestions", hidden: true }, list, note);
  const input = h("input", {
    type: "search", role: "combobox", autocomplete: "off", placeholder, "aria-expanded": "false",
    "aria-controls": id, "aria-autocomplete": "list",
  });
  const state = { input, list, note, box, onpick, rows: [], at: -1, latest: newest(), waiting: null };
  input.addEventListener("input", () => soon(state));
  input.addEventListener("keydown", (event) => key(event, state));
  input.addEventListener("blur", () => close(state));
  return h("div", { class: "picker" }, h("label", {}, label, input), box);
}

function soon(state) {
  clearTimeout(state.waiting);
  state.waiting = setTimeout(() => suggest(state), TYPING_MS);
}

async function suggest(state) {
  const q = state.input.value.trim();
  if (!q) return close(state);
  try {
    const found = await state.latest((signal) => get("items", { q, n: SHOWN }, signal));
    if (found) open(state, found);
  } catch (error) {
    open(state, { items: [], shown: 0, of: 0 });
    announce(error.message);
  }
}

function open(state, { items, shown, of }) {
  state.rows = items;
  state.at = -1;
  const said = shown < of ? `${whole(shown)} of ${counted(of, "item")} shown` : of ? counted(of, "item") : "nothing found";
  replace(state.list, items.map((row, at) => option(state, row, at)));
  replace(state.note, said);
  show(state, true);
  announce(said);
}

function option(state, row, at) {
  const pick = (event) => (event.preventDefault(), choose(state, row)); // before blur closes the list
  return h("li", { id: `${state.list.id}-${at}`, role: "option", "aria-selected": "false", onpointerdown: pick },
    theirs(row.title), h("span", { class: "soft small" }, ` ${counted(row.ratings, "rating")}`));
}

const KEYS = {
  ArrowDown: (state) => move(state, 1),
  ArrowUp: (state) => move(state, -1),
  Enter: (state) => choose(state, state.rows[Math.max(0, state.at)]),
  Escape: (state) => close(state),
};

function key(event, state) {
  const does = KEYS[event.key];
  if (!does || state.box.hidden) return;
  event.preventDefault();
  does(state);
}

function move(state, by) {
  if (!state.rows.length) return;
  state.at = (state.at + by + state.rows.length) % state.rows.length;
  const options = state.list.querySelectorAll("[role=option]");
  options.forEach((one, at) => one.setAttribute("aria-selected", String(at === state.at)));
  options[state.at].scrollIntoView({ block: "nearest" });
  state.input.setAttribute("aria-activedescendant", options[state.at].id);
}

function choose(state, row) {
  if (!row) return;
  state.input.value = "";
  close(state);
  state.onpick(row);
}

function close(state) {
  clearTimeout(state.waiting);
  show(state, false);
}

function show({ input, box }, visible) {
  box.hidden = !visible;
  input.setAttribute("aria-expanded", String(visible));
  input.removeAttribute("aria-activedescendant");
}
