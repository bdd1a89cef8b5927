// A search field whose suggestions the arrow keys reach (the combobox of the ARIA practices).

import { get, newest } from "../api.js";
import { announce, h, replace, theirs } from "../dom.js";
import { counted, whole } from "../numbers.js";

const SHOWN = 8;
const TYPING_MS = 120;
let made = 0;

const found = (what) => async (q, n, signal) => {
  const { of, [what]: rows } = await get(what, { q, n }, signal);
  return { rows, of };
};

/** A question for `picker`: people by their ids. */
export const people = found("people");

/** A field and its suggestions. ask: (text, n, signal) → { rows: [{ title or user, ratings }], of }      onpick: called with a row */
export function picker({ label, ask = found("items"), placeholder = ask === people ? "part of an id" : "title or id", pause = TYPING_MS, onpick }) {
  const id = `picker-${++made}`;
  const list = h("ul", { id, role: "listbox", "aria-label": `${label}: suggestions` });
  const note = h("p", { class: "soft small" });
  const box = h("div", { class: "suggestions", hidden: true, onpointerdown: (event) => event.preventDefault() }, list, note); // the field keeps the focus
  const state = { list, note, box, ask, pause, onpick, rows: [], at: -1, of: "", hasty: false, latest: newest(), waiting: null };
  state.input = h("input", {
    type: "search", role: "combobox", autocomplete: "off", spellcheck: "false", placeholder, "aria-expanded": "false",
    "aria-controls": id, "aria-autocomplete": "list", oninput: () => soon(state), onkeydown: (event) => key(event, state),
    onfocus: () => soon(state), onblur: () => show(state, false),
  });
  return h("div", { class: "picker" }, h("label", {}, label, state.input), box);
}

function soon(state) {
  state.hasty = false;
  clearTimeout(state.waiting);
  state.waiting = setTimeout(() => suggest(state), state.pause);
}

async function suggest(state) {
  const text = state.input.value.trim();
  if (!text) return show(state, false);
  try {
    const answer = await state.latest((signal) => state.ask(text, SHOWN, signal));
    if (answer && document.activeElement === state.input) open(state, text, answer);
  } catch (error) {
    open(state, text, { rows: [], of: 0 });
    announce(error.message);
  }
}

function open(state, text, { rows, of }) {
  const said = of > rows.length ? `${whole(rows.length)} of ${whole(of)} shown` : of ? `${whole(of)} found` : "nothing found";
  const option = (row, at) => h("li", { id: `${state.list.id}-${at}`, role: "option", "aria-selected": "false", onclick: () => choose(state, at) },
    theirs(row.title ?? row.user), h("span", { class: "soft small" }, ` ${counted(row.ratings, "rating")}`));
  Object.assign(state, { rows, of: text });
  if (state.hasty && rows.length) return choose(state, 0);
  replace(state.list, rows.map(option));
  replace(state.note, said);
  show(state, true);
  light(state, rows.length ? 0 : -1);
  announce(said);
}

/** Make a suggestion the one that Enter takes. */
function light(state, at) {
  const options = [...state.list.children];
  state.at = at;
  options.forEach((one, place) => one.setAttribute("aria-selected", String(place === at)));
  if (at < 0) return state.input.removeAttribute("aria-activedescendant");
  state.input.setAttribute("aria-activedescendant", options[at].id);
  options[at].scrollIntoView({ block: "nearest" });
}

function key(event, state) {
  const { rows, at, box, input, of } = state;
  if (event.key === "Escape") return show(state, false);
  if (event.key === "Enter" && input.value.trim() && (box.hidden || of !== input.value.trim())) return hurry(event, state);
  if (box.hidden || !rows.length) return;
  const keys = {
    ArrowDown: () => light(state, (at + 1) % rows.length),
    ArrowUp: () => light(state, (at + rows.length - 1) % rows.length),
    Enter: () => choose(state, at),
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
}

/** Enter came before the suggestions for what is typed: the first of them is taken when they come. */
function hurry(event, state) {
  event.preventDefault();
  clearTimeout(state.waiting);
  state.hasty = true;
  suggest(state);
}

function choose(state, at) {
  state.input.value = state.of = "";
  state.hasty = false;
  show(state, false);
  state.onpick(state.rows[at]);
}

function show({ input, box, waiting }, visible) {
  clearTimeout(waiting);
  box.hidden = !visible;
  input.setAttribute("aria-expanded", String(visible));
  if (!visible) input.removeAttribute("aria-activedescendant");
}
