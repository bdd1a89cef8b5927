// A search field with suggestions, for keyboard, pointer and screen reader (the combobox of the ARIA practices).

import { announce, h, replace, theirs } from "../dom.js";
import { counted, whole } from "../numbers.js";
import { search } from "./catalogue.js";

const SHOWN = 8;
let made = 0;

/** { element, input }. label: of the field; ready: promise of the catalogue; onpick(row) */
export function picker({ label, ready, onpick }) {
  const id = `picker-${++made}`;
  const input = h("input", {
    type: "search", id, role: "combobox", autocomplete: "off", spellcheck: "false", placeholder: "Type a title",
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-list`,
  });
  const list = h("ul", { id: `${id}-list`, role: "listbox", "aria-label": `${label}: suggestions` });
  const note = h("p", { class: "soft small" });
  const box = h("div", { class: "suggestions", hidden: true }, list, note);
  const element = h("div", { class: "picker" }, h("label", { for: id }, label), input, box);
  behave({ input, box, list, note, ready, onpick, rows: [], active: -1 });
  return { element, input };
}

function behave(state) {
  const { input, list, box } = state;
  input.addEventListener("input", () => suggest(state));
  input.addEventListener("focus", () => input.value && suggest(state));
  input.addEventListener("blur", () => close(state));
  input.addEventListener("keydown", (event) => key(event, state));
  box.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const at = Array.from(list.querySelectorAll("[role=option]")).indexOf(event.target.closest("[role=option]"));
    if (at >= 0) pick(state, at);
  });
}

async function suggest(state) {
  const { input, list, box } = state;
  const titles = await state.ready;
  const { rows, of } = search(titles, input.value, SHOWN);
  state.rows = rows;
  const options = rows.map((row, at) => h("li", { role: "option", id: `${list.id}-${at}`, "aria-selected": "false" },
    theirs(titles.titles[row]), h("span", { class: "soft small" }, ` ${counted(titles.ratings[row], "rating")}`)));
  replace(list, options);
  state.note.textContent = of > rows.length ? `${rows.length} of ${whole(of)} shown` : of ? "" : "Nothing found";
  box.hidden = !input.value.trim();
  input.setAttribute("aria-expanded", String(!box.hidden));
  if (input.value.trim()) announce(of ? `${counted(of, "title")} found, ${rows.length} shown` : "Nothing found");
  light(state, rows.length ? 0 : -1);
}

/** Make a suggestion the one that Enter takes. */
function light(state, at) {
  state.active = at;
  const options = Array.from(state.list.querySelectorAll("[role=option]"));
  for (const [place, option] of options.entries()) option.setAttribute("aria-selected", String(place === at));
  if (at < 0) return state.input.removeAttribute("aria-activedescendant");
  state.input.setAttribute("aria-activedescendant", options[at].id);
  options[at].scrollIntoView({ block: "nearest" });
}

function key(event, state) {
  const { rows, active } = state;
  if (event.key === "Escape") return close(state);
  if (!rows.length || state.box.hidden) return;
  const keys = {
    ArrowDown: () => light(state, (active + 1) % rows.length),
    ArrowUp: () => light(state, (active + rows.length - 1) % rows.length),
    Enter: () => pick(state, active),
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
}

function pick(state, at) {
  const row = state.rows[at];
  state.input.value = "";
  close(state);
  state.onpick(row);
}

function close(state) {
  state.rows = [];
  state.box.hidden = true;
  state.input.setAttribute("aria-expanded", "false");
  state.input.removeAttribute("aria-activedescendant");
}
