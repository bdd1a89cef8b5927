// A person's list, moved by the options of recommend: what enters, leaves, rises and falls.

import { get, newest, part } from "../api.js";
import { button, trouble } from "../controls.js";
import { h, replace, theirs } from "../dom.js";
import { number } from "../lesson/sliders.js";
import { recommendations } from "../lists/list.js";
import { marksBetween, spoken } from "../lists/marks.js";
import { people, picker } from "../lists/picker.js";
import { keep } from "../route.js";

const SHOWN = 10;

/** Two panels: the list, and the sliders that move it. */
export function beside({ model, route: { query }, overview: { options } }) {
  const plain = Object.fromEntries(options.map((one) => [one.name, one.plain]));
  const state = { model, plain, user: query.user, latest: newest(), moved: { ...plain }, results: h("section", { class: "panel" }) };
  const change = (to) => ask(Object.assign(state, to));
  const sliders = options.map(({ name, label, says: meaning }) => {
    const value = (state.moved[name] = Number(query[name] ?? plain[name]));
    return [name, number({ label, meaning, min: 0, max: 1, step: 0.05, value, oninput: (one) => change({ moved: { ...state.moved, [name]: one } }) })];
  });
  const back = () => {
    sliders.forEach(([name, { set }]) => set(plain[name]));
    change({ moved: plain });
  };
  if (state.user === undefined) get("people", { n: 1 }).then(({ people: [{ user }] }) => change({ user }));
  else ask(state);
  return h("div", { class: "two" }, state.results, h("section", { class: "panel" }, h("h2", {}, "Move a list"),
    h("p", { class: "small" }, "Options of recommend, at ranking time: the model stays as it is, and nothing is kept."),
    picker({ label: "Person", ask: people, onpick: change }), sliders.map(([, { element }]) => element), button("Back to the scores alone", back)));
}

async function ask({ model, plain, user, moved, latest, results }) {
  const changed = Object.fromEntries(Object.entries(moved).filter(([name, value]) => value !== plain[name]));
  results.setAttribute("aria-busy", "true");
  try {
    const lists = await latest((signal) => Promise.all([{}, changed].map((query) => get(`people/${part(user)}/list`, { n: SHOWN, ...query }, signal))));
    if (!lists || !results.isConnected) return;
    const marks = Object.keys(changed).length ? marksBetween(lists[0].rows, lists[1].rows) : null;
    keep("audit", ["lists"], { user, ...changed, model: model.fingerprint });
    replace(results, h("h2", {}, "The list of ", theirs(user)), h("p", { role: "status" }, marks ? `What that does: ${spoken(marks)}.` : "By the scores alone."),
      recommendations(lists[1], { model, marks, name: `moved-${user}` }));
  } catch (error) {
    replace(results, trouble(error));
  } finally {
    results.removeAttribute("aria-busy");
  }
}
