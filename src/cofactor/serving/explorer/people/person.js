// One person: what they rated, what they are recommended and why, who is like them, and what if they had rated otherwise.

import { get, newest, part, post } from "../api.js";
import { trouble } from "../controls.js";
import { announce, h, replace, theirs } from "../dom.js";
import { recommendations } from "../lists/list.js";
import { marksBetween, spoken } from "../lists/marks.js";
import { counted, fixed, signed } from "../numbers.js";
import { hashOf, keep } from "../route.js";
import { whatIfPanel } from "./panel.js";
import { ratingsPanel } from "./ratings.js";
import { similarPeople } from "./similar.js";
import { WhatIf } from "./whatif.js";

const SHOWN = 10;

export async function renderPerson(root, { model, route, user }) {
  const where = route.query.where ?? "";
  const [person, stored] = await Promise.all([get(`people/${part(user)}`), listOf(user, where)]);
  if (!root.isConnected) return; // another view was opened meanwhile
  const state = { model, person, where, stored, whatIf: new WhatIf(person.ratings), latest: newest() };
  state.results = h("section", { class: "panel" });
  state.panel = whatIfPanel(state.whatIf, { model, onchange: () => tried(state) });
  state.ratings = ratingsPanel(person, { model, onchange: (item, title, value) => state.panel.change({ item, title, value }) });
  replace(root, heading(person, model), h("div", { class: "two" }, state.results, h("div", {},
    state.panel.element, state.ratings.element, model.abilities.compares_users && similarPeople(person, model))));
  keep("people", [user], { where, model: model.fingerprint });
  show(state, stored);
}

const listOf = (user, where, signal) => get(`people/${part(user)}/list`, { n: SHOWN, where: where || null }, signal);

function heading({ user, n, mean, bias, attributes }, model) {
  const known = Object.entries(attributes).filter(([, value]) => value !== null);
  return [
    h("p", { class: "small" }, h("a", { href: hashOf("people", [], { model: model.fingerprint }) }, "All people")),
    h("h1", {}, "Person ", theirs(user)),
    h("p", { class: "soft" },
      counted(n, "rating"),
      mean !== null && ` · mean ${fixed(mean, 2)}`,
      bias !== null && ` · bias ${signed(bias.value)}: ${bias.value >= 0 ? "more generous" : "harsher"} than the average person`,
      known.map(([name, value]) => [" · ", theirs(name), " ", theirs(value)])),
  ];
}

/** Show what the list would be with the changes, and what those that are tried do to the list before them. */
async function tried(state) {
  const { whatIf, latest, results } = state;
  state.ratings.show(whatIf.all);
  if (!whatIf.all.length) return latest(async () => show(state, state.stored)); // and no late answer after it
  results.setAttribute("aria-busy", "true");
  try {
    const asked = [whatIf.all, whatIf.keptAlone];
    const answer = await latest((signal) => Promise.all(asked.map((changes) => listWith(state, changes, signal))));
    if (!answer) return;
    const [after, before] = answer;
    show(state, after, whatIf.tried.length ? marksBetween(before.rows, after.rows) : null);
  } catch (error) {
    replace(results, filter(state), trouble(error));
  } finally {
    results.removeAttribute("aria-busy");
  }
}

/** The list with some changes. Without any it is worked out from the ratings too, so that nothing but a change tells. */
async function listWith({ person, where }, changes, signal) {
  const { after, says } = await post("whatif", { user: person.user, changes, n: SHOWN, where: where || null }, signal);
  return { ...after, note: says };
}

function show(state, list, marks = null) {
  const { model, person, whatIf, results, panel } = state;
  const altered = whatIf.all.length > 0;
  const why = model.abilities.gives_reasons ? (row, deep) => reasons(state, row, deep) : null;
  replace(results,
    h("h2", {}, altered ? "Recommended, with the changes" : "Recommended"),
    filter(state),
    recommendations(list, { model, marks, note: list.note, name: `recommended-${person.user}`, why }));
  panel.say(marks && `What that does to the list: ${spoken(marks)}.`);
  if (marks) announce(spoken(marks));
}

function reasons({ person, whatIf }, { item }, counterfactual) {
  if (whatIf.all.length) return post("whatif/reasons", { user: person.user, changes: whatIf.all, item, counterfactual });
  return get(`people/${part(person.user)}/reasons/${part(item)}`, counterfactual ? { counterfactual } : {});
}

function filter(state) {
  const { item: attributes } = state.model.attributes;
  if (!attributes.length) return null;
  const where = h("input", { type: "text", value: state.where, placeholder: "year >= 1990" });
  const submit = (event) => {
    event.preventDefault();
    filtered(Object.assign(state, { where: where.value.trim() }));
  };
  return h("form", { class: "row", onsubmit: submit },
    h("label", { title: `Attributes: ${attributes.join(", ")}` }, "Only where", where),
    h("button", { class: "quiet", type: "submit" }, "Filter"));
}

async function filtered(state) {
  const { person, where, model, latest, results } = state;
  try {
    const list = await latest((signal) => listOf(person.user, where, signal));
    if (!list || !results.isConnected) return;
    keep("people", [person.user], { where, model: model.fingerprint });
    state.stored = list;
    await tried(state);
  } catch (error) {
    replace(results, filter(state), trouble(error));
  }
}
