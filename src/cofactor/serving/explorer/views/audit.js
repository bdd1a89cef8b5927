// What the model's lists do to items and people: each audit is made on request, in the background.

import { cancel, get, post } from "../api.js";
import { button, choice, loading, trouble } from "../controls.js";
import { announce, h, replace } from "../dom.js";
import { fixed } from "../numbers.js";
import { panels } from "../panels.js";
import { hashOf, keep } from "../route.js";
import { takeAway } from "../table.js";

const POLLING_MS = 700;
// the parts of the view by their addresses: a name, the audit that is shown, and a file of what else is there
const PARTS = {
  exposure: ["Exposure", "popularity"],
  groups: ["Who is served worse", "popularity"],
  bubble: ["Round by round", "bubble"],
  reidentification: ["Singled out", "reidentification", "person"],
  lists: ["Move a list", null, "lists"], // a person's, so it is not there where none are shown
};

export async function render(root, { model, route }) {
  const part = PARTS[route.parts[0]]?.[model.people ? 0 : 1] ? route.parts[0] : "exposure";
  const [, name, file] = PARTS[part];
  const state = { model, route, part, name, nav: h("nav", { "aria-label": "Audits" }), body: h("div", { class: "stack" }, loading()) };
  replace(root, h("h1", {}, "Audit"), state.nav, state.body);
  const [overview, more] = await Promise.all([get("audit"), file && import(`../audit/${file}.js`)]);
  if (!root.isConnected) return; // another view was opened meanwhile
  keep("audit", [part], { ...route.query, model: model.fingerprint });
  links(Object.assign(state, { overview }));
  if (more?.beside && model.people) root.append(more.beside(state));
  if (name) await look(state);
  else replace(state.body);
}

/** The parts, each with its light: what was not measured is grey. */
function links({ nav, part, overview, model }) {
  const one = ([address, [label, name]]) => h("li", {},
    h("a", { href: hashOf("audit", [address], { model: model.fingerprint }), "aria-current": address === part && "page" }, label),
    name && light(overview.audits.find((audit) => audit.name === name).light[address]));
  replace(nav, h("ul", { class: "parts" }, Object.entries(PARTS).filter(([, [, name]]) => name || model.people).map(one)));
}

const light = ({ light: name, word }) => h("span", { class: `light ${name}` }, word);

/** Show how far the audit is, and look again in a moment while it is being made. */
async function look(state, asked = get(`audit/${state.name}`)) {
  const { body, was } = state;
  try {
    const answer = await asked;
    if (!body.isConnected) return;
    const { about } = answer;
    const runs = about.state === "running" || about.state === "waiting";
    if (runs) setTimeout(() => body.isConnected && look(state), POLLING_MS);
    if (runs !== was?.runs || !runs) show(state, answer, runs);
    state.step?.(about);
    state.was = { runs };
    if (was?.runs && !runs) {
      announce(`${about.title}: ${about.state === "ready" ? "it is measured" : "it has ended"}`);
      links(Object.assign(state, { overview: await get("audit") }));
    }
  } catch (error) {
    body.querySelector(".error, .loading")?.remove();
    body.prepend(trouble(error));
  }
}

function show(state, { about, found }, runs) {
  const { body, model, part, route } = state;
  const pressed = body.contains(document.activeElement) && state.was;
  state.step = null;
  replace(body,
    h("div", {}, h("h2", {}, about.title), h("p", {}, about.says),
      about.state === "failed" && trouble({ message: `It could not be measured. ${about.step}` }),
      about.cannot ? h("p", {}, about.cannot) : runs ? progress(state) : begin(state, about.settings, found)),
    h("ul", { class: "lights" }, about.lights[part].map(finding)),
    found && panels(found.views[part], { address: ["audit", part], model, route }),
    found && h("details", { class: "small" }, h("summary", {}, "How it was measured"), found.notes.map((one) => h("p", {}, one))),
    found && takeAway(state.name, found.rows, { model, python: found.python }),
    found && h("p", { class: "soft small" }, `Measured in ${fixed(about.seconds, 1)} s, of this model (${model.fingerprint}).`));
  if (pressed) body.querySelector(".act")?.focus();
}

/** What can be set, and the button that begins. */
function begin(state, settings, found) {
  const set = (state.set ??= Object.fromEntries(settings.map(({ name, value }) => [name, value])));
  const field = ({ name, label, low: min, high: max, choices }) => choices
    ? choice(label, choices, set[name], (one) => (set[name] = one))
    : h("label", {}, label, h("input", { type: "number", min, max, value: set[name], oninput: ({ target }) => (set[name] = target.valueAsNumber) }));
  const start = () => look(state, post(`audit/${state.name}`, set));
  return h("div", { class: "row" }, settings.map(field), h("button", { type: "button", class: "act", onclick: start }, found ? "Measure again" : "Measure"));
}

/** How far it is, and the button that ends it. */
function progress(state) {
  const [bar, says] = [h("progress", { max: "1", "aria-label": "How far it is" }), h("p", { role: "status" })];
  state.step = (about) => {
    bar.value = about.progress ?? 0;
    replace(says, about.state === "waiting" ? "It begins when what runs has ended …" : about.step);
  };
  return h("div", {}, says, bar, h("p", {}, button("Cancel", () => look(state, cancel(`audit/${state.name}`)), { class: "quiet act" })));
}

const finding = (one) => h("li", {}, light(one), h("strong", {}, ` ${one.title}: ${one.value}. `), one.sentence,
  h("span", { class: "soft small" }, ` ${one.threshold} ${one.note}`));
