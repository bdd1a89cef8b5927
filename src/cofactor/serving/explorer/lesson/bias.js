// Step 3: what a bias does.

import { h, replace } from "../dom.js";
import { fixed, signed } from "../numbers.js";
import { squash } from "./arithmetic.js";
import { hint, number } from "./sliders.js";
import { drawing, waterfall } from "./drawing.js";
import { term } from "./terms.js";

const BASE = 3.6; // stars, where the model has no biases of its own
const ROOM = 1.5; // how far a slider goes at least, in either direction

export const checks = [
  {
    legend: "Bob gives 2 to nearly everything. How would a model without biases have to explain that?",
    answers: [
      { text: "by leaving Bob out", why: "His ratings are in the loss like all the others, so the model must fit them somehow." },
      { text: "by a vector that points against every film", right: true, why: "Its numbers are then no longer free to say what he likes more and what less, and whoever is like Bob inherits his temper. One bias takes it out." },
      { text: "by giving every film a worse vector", why: "That would spoil the films for everybody else." },
    ],
  },
  {
    legend: "A film has a high mean rating but a bias near 0. How can that be?",
    answers: [
      { text: "It was rated mostly by generous people, or by those whose taste it meets", right: true, why: "A mean also depends on who came to see it. The bias is what is left once people's generosity and tastes are taken out." },
      { text: "The model has not been trained long enough", why: "It may be so, but it need not: mean and bias are two different things." },
      { text: "That is impossible", why: "Mean and bias go together, but not wholly: a film for fans only has a high mean and need not please the others." },
    ],
  },
];

export function step({ lesson, query, keep }) {
  const own = lesson.bias ?? null;
  const usual = { base: own?.base ?? BASE, user: firstOf(own?.users) ?? -0.8, item: firstOf(own?.items) ?? 0.6, taste: 0 };
  const parts = Object.fromEntries(Object.entries(usual).map(([name, value]) => [name, finite(query[name], value)]));
  return {
    opening: [
      h("p", {}, "Some people give fours where others give threes, and some films nearly everybody likes. Neither is a matter of taste, so each person and each film gets one number of its own, a ",
        term("bias", "How far a person's ratings, or a film's, lie above or below the others', whatever the taste."), ":"),
      h("p", { class: "formula" }, term("r̂", "The predicted rating."), " = ", term("μ", "The base: what the average person gives the average film."), " + ",
        term("bᵤ", "The user bias: how generous this person is."), " + ", term("bᵢ", "The item bias: how well liked this film is, whatever the taste."), " + ",
        term("u · v", "The dot product of the two vectors: what is left for taste.")),
    ],
    guess: {
      legend: "The base is 3.6. A harsh person gives 0.8 less than others, a loved film gets 0.6 more. Without knowing tastes, what do you predict?",
      answers: [
        { text: "2.8", why: "The film counts as well." },
        { text: "3.4", right: true, why: "3.6 − 0.8 + 0.6. Biases simply add up." },
        { text: "3.6", why: "That is everybody's mean; here something is known of both." },
        { text: "4.2", why: "The person counts as well." },
      ],
    },
    explanation: () => [h("h2", {}, "Add them up"), playground(parts, own, lesson, keep), closing(own)],
  };
}

const rounded = (value) => Math.round(value * 100) / 100;

/** The first bias that is known, as the sliders have it. */
function firstOf(biases) {
  const known = (biases ?? []).find((one) => one !== null);
  return known === undefined ? undefined : rounded(known);
}

const finite = (text, usual) => (text !== undefined && Number.isFinite(Number(text)) ? Number(text) : usual);

function playground(parts, own, lesson, keep) {
  const range = own ? lesson.y_range : null;
  const result = h("p", { class: "result", role: "status" });
  const bars = drawing((width) => chart(width, parts, range), "Each part is a bar that begins where the one before ends.");
  const tell = () => {
    replace(result, sentence(parts, range));
    bars.redraw();
  };
  const changed = () => {
    keep(parts);
    tell();
  };
  const sliders = CONTROLS.map(([name, label, meaning]) => [name, slider(name, label, meaning, parts, own, changed)]);
  const put = (name, value) => {
    parts[name] = value;
    sliders.find(([one]) => one === name)[1].set(value);
    changed();
  };
  tell();
  return h("div", {}, h("div", { class: "columns" }, sliders.map(([name, one]) => h("div", {}, own && picker(name, own, lesson, put), one.element))), bars.element, result);
}

const CONTROLS = [
  ["user", "user bias, bᵤ", "How generous the person is; below 0 they are harsher than the average person."],
  ["item", "item bias, bᵢ", "How well liked the film is by all; below 0 it is liked less than the average film."],
  ["taste", "taste, u · v", "What the two vectors add: whether this film is one for this person."],
];

function slider(name, label, meaning, parts, own, changed) {
  const known = [...(own?.users ?? []), ...(own?.items ?? [])].filter((one) => one !== null).map(Math.abs);
  const room = Math.ceil(Math.max(ROOM, ...known) * 10) / 10;
  return number({ label, meaning, min: -room, max: room, step: 0.01, value: parts[name], oninput: (now) => { parts[name] = now; changed(); } });
}

/** A choice among the people, or the items, of the model, whose own bias the slider takes. */
function picker(name, own, lesson, put) {
  const [label, names, biases] = { user: ["a person of this model", lesson.people, own.users], item: ["an item of this model", lesson.items, own.items] }[name] ?? [];
  const known = (names ?? []).flatMap((one, at) => (typeof biases?.[at] === "number" ? [[one, rounded(biases[at])]] : []));
  if (!known.length) return null;
  const below = hint("Its bias as this model has learned it; choosing moves the slider.");
  const option = ([one, bias], at) => h("option", { value: String(at), dir: "auto" }, `${one} (${signed(bias)})`);
  const select = h("select", { "aria-describedby": below.id, onchange: () => put(name, known[select.value][1]) }, known.map(option));
  return h("div", { class: "picker" }, h("label", {}, label, select), below);
}

function chart(width, { base, user, item, taste }, range) {
  const end = range ? 2 : 5.5; // scores before a sigmoid, or stars
  const parts = [
    { label: "base, μ", value: base },
    { label: "user, bᵤ", value: user },
    { label: "item, bᵢ", value: item },
    { label: "taste, u · v", value: taste },
  ];
  const reached = [base, base + user, base + user + item, base + user + item + taste];
  const total = reached.at(-1);
  return waterfall({ width, parts, total: "sum", from: Math.min(0, ...reached), to: Math.max(end, ...reached), label: `Base and biases add up to ${fixed(total)}` });
}

const plus = (value) => (value < 0 ? ` − ${fixed(-value)}` : ` + ${fixed(value)}`);

function sentence({ base, user, item, taste }, range) {
  const total = base + user + item + taste;
  const added = [`${fixed(base)}${plus(user)}${plus(item)}${plus(taste)} = `, h("strong", { id: "bias-sum" }, fixed(total))];
  if (!range) return [...added, " ★"];
  return [...added, `, which this model's sigmoid of (${range[0]}, ${range[1]}) turns into `, h("strong", {}, `${fixed(squash(total, range))} ★`)];
}

function closing(own) {
  return h("p", {}, own ? "The base and the choices above are what this model has learned. " : "This model has no biases of its own; the base above is an example. ",
    "Without biases a generous person would need abnormally large vectors just to account for their habit, and the taste would be lost in it. ",
    "What people give and what they prefer are two things: a bias changes the predicted stars, but a user bias never changes the order of that person's list.");
}
