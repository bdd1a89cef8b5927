// Step 2: two vectors whose numbers can be moved, and the dot product that follows.

import { h, replace } from "../dom.js";
import { fixed } from "../numbers.js";
import { dot, products, squash } from "./arithmetic.js";
import { hint, number } from "./sliders.js";
import { drawing, waterfall } from "./drawing.js";
import { term } from "./terms.js";

const ALICE = [0.8, -0.3, 0.6];
const INCEPTION = [0.7, 0.5, 0.9];
const Y_RANGE = [0, 5.5]; // of the lecture's learner
const FACTORS = ["science fiction ↔ family", "dark ↔ light-hearted", "a third, unnamed"];

export const checks = [
  {
    legend: "Alice's second number is −0.3 and Inception's 0.5. What changes if both get the other sign?",
    answers: [
      { text: "The predicted rating rises by 0.30", why: "It would if only one of the two were turned: −0.15 would become +0.15." },
      { text: "Nothing: the pair still takes 0.15 away", right: true, why: "(+0.3) · (−0.5) is −0.15 again. Only products count, so a factor's sign, and its name, mean nothing by themselves." },
      { text: "Alice and Inception go together less well", why: "What Alice is against, Inception still has some of. That is all the pair says, before and after." },
    ],
  },
  {
    legend: "Alice's vector is twice as long, in the same direction. Her products …",
    answers: [
      { text: "stay as they are: only the direction counts", why: "So it is for the cosine, the angle alone. The dot product counts the lengths as well." },
      { text: "all double, and their order stays", right: true, why: "Each product is twice as far from 0. Her list keeps its order; the predicted ratings become more extreme." },
      { text: "change their order", why: "All of them are multiplied by the same 2, so what was larger stays larger." },
    ],
  },
];

export function step({ query, keep }) {
  const vectors = { u: numbers(query.u, ALICE), v: numbers(query.v, INCEPTION) };
  return {
    opening: [
      h("p", {}, "A model gives each person and each film a ", term("vector", "A short list of numbers, one for each factor: how much this person wants of it, or how much this film has of it."),
        " of ", term("k", "The number of factors, n_factors in the code: how many numbers describe each person and each film."), " numbers. To predict, multiply what belongs together and add up: the ",
        term("dot product", "The sum of the products of two vectors' numbers, pair by pair: u · v = Σ uₖ vₖ."), ". This is the lecture's example, with k = 3."),
      exampleTable(),
    ],
    guess: {
      legend: "What is the dot product of the two?",
      answers: [
        { text: "1.25", why: "0.56 + 0.15 + 0.54: the minus of −0.3 was lost." },
        { text: "0.95", right: true, why: "0.56 − 0.15 + 0.54." },
        { text: "3.20", why: "That is all six numbers added up; multiply in pairs first." },
        { text: "3", why: "That is k, the number of pairs." },
      ],
    },
    explanation: () => [h("h2", {}, "Move the numbers"), playground(vectors, keep), meaning()],
  };
}

/** Numbers of an address, "0.8,-0.3,0.6"; those of the lecture where it has none that can be used. */
function numbers(text, usual) {
  const own = (text ?? "").split(",").map(Number);
  return own.length === usual.length && own.every((one) => Math.abs(one) <= 2) ? own : [...usual];
}

function exampleTable() {
  const row = (name, values) => h("tr", {}, h("th", { scope: "row" }, name), values.map((one) => h("td", { class: "number" }, fixed(one, 1))));
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "The two vectors" },
    h("table", { class: "vectors" },
      h("thead", {}, h("tr", {}, h("td", {}), FACTORS.map((name) => h("th", { scope: "col", class: "number" }, name)))),
      h("tbody", {}, row("Alice, u", ALICE), row("Inception, v", INCEPTION))));
}

function playground(vectors, keep) {
  const result = h("div", { class: "result", role: "status" });
  const bars = drawing((width) => sumOfProducts(width, vectors), "Each product is a bar that begins where the one before ends; the last bar is their sum.");
  const tell = () => {
    replace(result, readings(dot(vectors.u, vectors.v)));
    bars.redraw();
  };
  const u = sliders("Alice, u", "How much Alice wants of each factor; below 0 she is against it.", vectors.u, changed);
  const v = sliders("Inception, v", "How much Inception has of each factor; below 0 it has the opposite.", vectors.v, changed);
  function changed() {
    keep({ u: vectors.u.join(","), v: vectors.v.join(",") });
    tell();
  }
  const put = (newU, newV) => {
    u.set(newU);
    v.set(newV);
    changed();
  };
  const turned = (vector) => vector.map((one, at) => (at === 1 ? -one || 0 : one));
  tell();
  return h("div", {}, h("div", { class: "columns" }, u.element, v.element),
    h("div", { class: "row" },
      h("button", { type: "button", class: "quiet", onclick: () => put(turned(vectors.u), turned(vectors.v)) }, "Turn both second signs"),
      h("button", { type: "button", class: "quiet", onclick: () => put(ALICE, INCEPTION) }, "As in the lecture")),
    bars.element, result);
}

function sliders(legend, meaning, vector, changed) {
  const shared = hint(meaning);
  const controls = vector.map((value, at) =>
    number({ label: FACTORS[at], describedBy: shared.id, min: -1, max: 1, step: 0.1, value, oninput: (now) => { vector[at] = now; changed(); } }));
  const set = (values) => values.forEach((value, at) => { vector[at] = value; controls[at].set(value); });
  return { element: h("fieldset", { class: "panel" }, h("legend", {}, legend), shared, controls.map((one) => one.element)), set };
}

function sumOfProducts(width, { u, v }) {
  const parts = products(u, v).map((value, k) => ({ label: `${fixed(u[k], 1)} × ${fixed(v[k], 1)}`, value }));
  const reached = parts.map((_, at) => dot(u.slice(0, at + 1), v.slice(0, at + 1)));
  const label = `The products ${parts.map((part) => fixed(part.value)).join(", ")} add up to ${fixed(dot(u, v))}`;
  return waterfall({ width, parts, total: "u · v", from: Math.min(-1, ...reached), to: Math.max(2, ...reached), label });
}

function readings(product) {
  const row = (words, value) => h("div", {}, h("dt", {}, words), h("dd", { class: "number" }, value));
  return h("dl", { class: "readings" },
    row("dot product, u · v", h("strong", { id: "dot-product" }, fixed(product))),
    row("on the lecture's slide, 5 × the product", h("strong", { id: "times-five" }, `${fixed(5 * product)} ★`)),
    row(["by its learner, the ", term("sigmoid", "A curve that bends any number into a range: close to its lower end for large negative ones, close to its upper end for large ones."), " of (0, 5.5)"],
      h("strong", { id: "by-sigmoid" }, `${fixed(squash(product, Y_RANGE))} ★`)));
}

function meaning() {
  return h("p", {}, "“Five times” is handy on a slide. But a product of 1.3 would be 6.50 stars, and one of −0.4 would be −2.00. The sigmoid bends before it leaves the scale: 4.32 and 2.21. A later step comes back to it. ",
    "Vectors that point the same way have a large product, those at a right angle 0, opposite ones a negative one.");
}
