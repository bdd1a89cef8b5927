// Step 6: the dot product against a small network: shapes, what each can say, and what measuring says.

import { h, replace, s, theirs } from "../dom.js";
import { fixed, signed, whole } from "../numbers.js";
import { dot, mean } from "./arithmetic.js";
import { hint, number, ways } from "./sliders.js";
import { drawing, picture, text } from "./drawing.js";
import { ON_ML_1M, ON_TASTES } from "./measured.js";
import { term } from "./terms.js";

const LAYERS = [128, 64]; // of the lecture's network
const PEOPLE = ["Ann, likes it calm", "Ben, likes it thrilling", "Cleo, likes it brutal"];
const FILMS = ["a calm film", "a thriller", "a brutal film"];
const NEAR = [-1, 0, 1]; // how much tension each wants, or has
const WANTED = NEAR.map((u) => NEAR.map((v) => 5 - 2 * Math.abs(u - v)));
const MIDDLE = 3; // stars, that every product is added to
const ROOT2 = Math.SQRT2;

export const checks = [
  {
    legend: "A network can imitate a dot product and do much else. Why does it not simply win everywhere?",
    answers: [
      { text: "What it can represent is not what it finds", right: true, why: "It has to learn the multiplication from the same few ratings, with more numbers to learn by heart. The dot product has the right shape built in." },
      { text: "Networks cannot multiply", why: "With enough units they come as close to a product as one likes." },
      { text: "It is always a matter of too few epochs", why: "More epochs help until it begins to learn by heart. For the comparison on ml-1m the number of epochs was tuned as well." },
    ],
  },
];

export function step({ lesson, query, keep }) {
  const k = lesson.n_factors || 50;
  return {
    opening: [
      h("p", {}, "Instead of multiplying the two vectors, one can put them side by side and let a small ",
        term("network", "Here an MLP, a multilayer perceptron: layers of weighted sums, each followed by a bend."), " find out how they go together. Bars are as long as the layer has numbers:"),
      h("div", { class: "columns" },
        shapes("Dot product", [[`person ${k} · film ${k}`, k], ["multiply and add: 1", 1]], 0),
        shapes("Neural CF, with the lecture's layers", [[`side by side: ${2 * k}`, 2 * k], ...LAYERS.map((units) => [`linear + ReLU: ${units}`, units]), ["linear: 1", 1]], weights(k))),
      h("p", {}, "Each person below likes films best that are as tense as they want it: 5 stars there, 2 fewer for each step away."),
      starTable("What they give", WANTED),
    ],
    guess: {
      legend: "Give each person one number and each film one number. Can their product, added to 3 stars, give this table?",
      answers: [
        { text: "Yes, with the right numbers", why: "Try it below. A product grows or falls steadily with the film's number: nobody can like the middle best." },
        { text: "No: somebody who likes the middle best is beyond it", right: true, why: "For a given person the product rises all the way or falls all the way as the film's number grows. The middle is never the top." },
        { text: "Only with three numbers each", why: "More numbers do help, but two are enough, as you will see." },
      ],
    },
    explanation: () => [h("h2", {}, "Three ways to combine"), playground(query, keep), measured(lesson)],
  };
}

/** Numbers a network learns beside the vectors: a weight for each pair of units, and a bias for each unit. */
function weights(k) {
  const sizes = [2 * k, ...LAYERS, 1];
  return sizes.slice(1).reduce((total, units, at) => total + units * (sizes[at] + 1), 0);
}

function shapes(name, layers, learned) {
  const longest = Math.max(...LAYERS, ...layers.map(([, units]) => units));
  const draw = (width) => {
    const length = (units) => Math.max(3, (units / longest) * width);
    const layer = ([words, units], at) =>
      s("g", {}, text(0, at * 44 + 14, words), s("rect", { class: "bar layer", x: 0, y: at * 44 + 20, width: length(units), height: 14, rx: 2 }));
    return picture(width, layers.length * 44, `${name}: ${layers.map(([words]) => words).join(", then ")}`, layers.map(layer));
  };
  const after = learned ? `${whole(learned)} weights to learn beside the vectors` : "nothing to learn beside the vectors";
  return h("div", { class: "panel" }, h("h2", {}, name), drawing(draw, `${after}; at the end base and biases, or a sigmoid, make stars of it.`).element);
}

const WAYS = {
  one: { label: "product of one number" },
  two: { label: "dot product of two", U: [[-ROOT2, 0], [0, ROOT2], [ROOT2, 0]], V: [[-ROOT2, 0], [0, ROOT2], [ROOT2, 0]] },
  network: { label: "two ReLU units" },
};

function playground(query, keep) {
  const state = { way: query.way in WAYS ? query.way : "one", u: numbers(query.u), v: numbers(query.v) };
  const controls = h("div", {});
  const out = h("div", {});
  const tell = () => replace(out, result(state));
  const changed = () => {
    keep({ way: state.way, u: state.u.join(","), v: state.v.join(",") });
    tell();
  };
  const choose = (way) => {
    state.way = way;
    replace(controls, way === "one" ? sliders(state, changed) : explained(way));
    tell();
  };
  choose(state.way);
  const options = Object.entries(WAYS).map(([value, { label }]) => ({ value, label }));
  return h("div", {}, ways({ legend: "How the numbers are combined", options, value: state.way, onchange: (way) => (choose(way), changed()) }), controls, out);
}

function numbers(words) {
  const own = (words ?? "").split(",").map(Number);
  return own.length === 3 && own.every((one) => Math.abs(one) <= 2) ? own : [-1.4, 0, 1.4];
}

function sliders(state, changed) {
  const side = (legend, meaning, names, values) => {
    const shared = hint(meaning);
    const one = (label, at) => number({ label, describedBy: shared.id, min: -2, max: 2, step: 0.1, value: values[at], oninput: (now) => { values[at] = now; changed(); } });
    return h("fieldset", { class: "panel" }, h("legend", {}, legend), shared, names.map((label, at) => one(label, at).element));
  };
  return h("div", { class: "columns" },
    side("u, of people", "The one number of each person; the prediction is 3 + u · v.", PEOPLE, state.u),
    side("v, of films", "The one number of each film; the prediction is 3 + u · v.", FILMS, state.v));
}

function explained(way) {
  if (way === "two") {
    return h("p", {}, "With two numbers each, the second can stand for “likes the middle”: Ben and the thriller get (0, √2), Ann and the calm film (−√2, 0), Cleo and the brutal film (√2, 0). Each product is then what is missing to the 3.");
  }
  return h("p", {}, "One number each, −1, 0 or 1, and two units of a network: ", h("code", {}, "h₁ = ReLU(u − v)"), ", ", h("code", {}, "h₂ = ReLU(v − u)"), ", ",
    h("code", {}, "r̂ = 5 − 2 h₁ − 2 h₂"), ". ", term("ReLU", "max(0, x): lets what is positive pass and makes the rest 0."), " of both differences, added, is the distance, which no product of single numbers is.");
}

function result({ way, u, v }) {
  const predicted = {
    one: () => u.map((one) => v.map((other) => MIDDLE + one * other)),
    two: () => WAYS.two.U.map((one) => WAYS.two.V.map((other) => MIDDLE + dot(one, other))),
    network: () => NEAR.map((one) => NEAR.map((other) => 5 - 2 * Math.max(0, one - other) - 2 * Math.max(0, other - one))),
  }[way]();
  const off = Math.sqrt(mean(predicted.flatMap((row, at) => row.map((value, other) => (value - WANTED[at][other]) ** 2))));
  const bound = way === "one" ? " No choice of the six numbers brings it under 0.67: the table minus 3 has two directions, and one number each has room for one." : " That is exact.";
  return [starTable("What the numbers say (off by)", predicted, WANTED), h("p", { class: "result", role: "status" }, "Root mean squared error: ", h("strong", { id: "taste-error" }, fixed(off)), " stars.", bound)];
}

function starTable(caption, values, wanted = null) {
  const cell = (value, r, c) => {
    const off = wanted ? value - wanted[r][c] : 0;
    return h("td", { class: "number" }, fixed(value, wanted ? 1 : 0), wanted && Math.abs(off) >= 0.05 && h("span", { class: "minus" }, ` (${signed(off, 1)})`));
  };
  const rows = values.map((row, r) => h("tr", {}, h("th", { scope: "row" }, PEOPLE[r]), row.map((value, c) => cell(value, r, c))));
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h("table", { class: "narrow" }, h("caption", {}, caption), h("thead", {}, h("tr", {}, h("td", {}), FILMS.map((film) => h("th", { scope: "col", class: "number" }, film)))), h("tbody", {}, rows)));
}

function ownComparison({ first, second, metric, difference, low, high, verdict }) {
  const numbers = `${signed(difference, 4)} (${signed(low, 4)} to ${signed(high, 4)})`;
  return h("p", {}, "On this model's own data, ", theirs(first), " against ", theirs(second), `, ${metric}: ${numbers}; `, theirs(verdict), ". ", h("a", { href: "#/compare" }, "See the comparison"), ".");
}

function measured({ comparison }) {
  return h("section", {}, h("h2", {}, "And what does measuring say?"),
    comparison && ownComparison(comparison),
    h("ul", {},
      h("li", {}, `On tastes (generated ratings), three seeds each: the dot product is off by ${ON_TASTES.dot} stars (RMSE), the network by ${ON_TASTES.network}. The network is behind by ${ON_TASTES.behind}, beyond the noise, and small. `, h("span", { class: "soft small" }, "docs/lecture.ipynb, part 9.")),
      h("li", {}, `On MovieLens 1M, one held-out film for each person, ranked among all: ImplicitMF (a dot product) has a share of ${ON_ML_1M.dot} of them among its first ten after ${ON_ML_1M.dotSeconds} s of training, NeuMF (a network beside a dot product) ${ON_ML_1M.network} after ${ON_ML_1M.networkSeconds} s. `, h("span", { class: "soft small" }, "python3 dev.py bench ncf."))),
    h("p", {}, "Rendle and others found the same in 2020: tuned with equal care, the dot product is ahead. With other inputs (texts, pictures, the order of events) a network has something to add."));
}
