// Step 5: gradient descent, one rating and one step at a time, on the lecture's table.

import { announce, h, replace } from "../dom.js";
import { fixed, whole } from "../numbers.js";
import { descend, dot } from "./arithmetic.js";
import { stops } from "./sliders.js";
import { dotMark, drawing, line, plot } from "./drawing.js";
import { FILMS, PEOPLE, RATINGS, TABLE } from "./lecture.js";
import { term } from "./terms.js";

const RATES = [0.002, 0.01, 0.03, 0.1, 0.2];
const RATE = 0.03;
const MOST_STEPS = 2000; // the address can ask for no more
const START = {
  U: [[0.8, 0.3], [0.4, 0.9], [0.6, 0.7], [0.9, 0.5]],
  V: [[0.9, 0.2], [0.3, 0.8], [0.7, 0.4], [0.2, 0.9], [0.8, 0.3]],
};

export const checks = [
  {
    legend: "The loss rises from step to step until it is no number any more. What do you change?",
    answers: [
      { text: "more steps", why: "It runs away; more steps take it further." },
      { text: "a lower learning rate", right: true, why: "Each step leaps past the goal and lands higher up on the other side. Shorter steps do not." },
      { text: "more factors", why: "That gives the model more room, but the steps are still too long." },
    ],
  },
  {
    legend: "The loss on the training ratings falls from epoch to epoch, and on ratings it has not seen it has begun to rise. Which decides when to stop?",
    answers: [
      { text: "the training loss: it still improves", why: "It improves because the model learns those very ratings by heart, their noise included." },
      { text: "the loss on unseen ratings", right: true, why: "That is what predictions are for. Fewer epochs, fewer factors or more weight decay are the remedies." },
    ],
  },
];

export function step({ query, keep }) {
  const state = { rate: RATES.includes(Number(query.rate)) ? Number(query.rate) : RATE, steps: stepsOf(query.steps) };
  const { prediction, error } = descend(RATINGS, START, state.rate, 1).last.step;
  return {
    opening: [
      h("p", {}, "Nobody writes down numbers for Alice. They start anyhow and are moved, a little at a time, so that the ",
        term("loss", "The mean squared distance of predictions from the known ratings: (1/N) Σ (r̂ − r)²."), " gets smaller. The ",
        term("gradient", "For each number: how fast the loss rises if that number grows. So one steps against it."), " says which way, the ",
        term("learning rate", "How far one step goes: the gradient is multiplied by it."), " how far."),
      h("p", {}, "Here is the lecture's table, four people, five films, eleven ratings, with k = 2. At the start Alice is (0.8, 0.3) and Inception (0.9, 0.2): the model says ",
        `${fixed(prediction)} stars. Alice gave 5, so the error is ${fixed(error)}.`),
    ],
    guess: {
      legend: "Which way will a step of gradient descent move their numbers?",
      answers: [
        { text: "so that their dot product grows", right: true, why: "The prediction is too low, so each number moves towards a larger product, by more where its partner is larger." },
        { text: "so that their dot product shrinks", why: "That would take the prediction further from 5." },
        { text: "at random", why: "Only the start is anyhow. The gradient knows the way down." },
      ],
    },
    explanation: () => [h("h2", {}, "Take the steps"), playground(state, keep), closing()],
  };
}

function stepsOf(text) {
  const steps = Number(text ?? 0);
  return Number.isInteger(steps) && steps >= 0 ? Math.min(MOST_STEPS, steps) : 0;
}

function playground(state, keep) {
  let run = descend(RATINGS, START, state.rate, state.steps);
  const [tables, lines] = [h("div", {}), h("div", { class: "arithmetic" })];
  const loss = h("p", { class: "result" });
  const curve = drawing((width) => lossCurve(width, run.losses), "The loss after each step, on a scale that is a factor of ten a line.");
  const tell = () => {
    replace(tables, predictions(run), numbersLearned(run));
    replace(lines, arithmetic(run, state.rate));
    replace(loss, lossSentence(run));
    curve.redraw();
  };
  const go = (changes) => {
    Object.assign(state, changes);
    run = descend(RATINGS, START, state.rate, state.steps);
    keep(state);
    tell();
    announce(loss.textContent);
  };
  const button = (n) => h("button", { type: "button", onclick: () => go({ steps: Math.min(MOST_STEPS, state.steps + n) }) }, n === 1 ? "1 step" : `${n} steps`);
  tell();
  return h("div", {},
    stops({ label: "learning rate", meaning: "How far a step goes. A new rate begins again from the start.", values: RATES, value: state.rate, written: String, oninput: (rate) => go({ rate, steps: 0 }) }),
    h("div", { class: "row" }, [1, 10, 100].map(button), h("button", { type: "button", class: "quiet", onclick: () => go({ steps: 0 }) }, "Start again")),
    loss, lines, curve.element, tables);
}

function lossSentence({ losses }) {
  const [steps, now] = [losses.length - 1, losses.at(-1)];
  const where = steps === 0 ? "At the start the loss is " : `After ${whole(steps)} ${steps === 1 ? "step" : "steps"} the loss is `;
  const grown = !(now < 1e6) ? ". It has run away: the steps are too long." : now > losses[0] ? `, more than the ${fixed(losses[0], 3)} at the start: the steps are too long.` : ".";
  return [where, h("strong", { id: "loss" }, written(now)), grown];
}

const written = (loss) => (Number.isFinite(loss) && loss < 1e6 ? fixed(loss, 3) : Number.isFinite(loss) ? loss.toExponential(1) : "no number any more");

/** The last step with all its numbers. */
function arithmetic({ last, losses }, rate) {
  if (!last) return h("p", { class: "soft" }, "Press “1 step”: the numbers of the step are then written out here.");
  const { rating, before, step } = last;
  if (!step.u.every(Number.isFinite)) return h("p", { class: "soft" }, "The numbers are too large to be written.");
  const n = (value) => fixed(value, 3);
  const vector = (values) => `(${values.map(n).join(", ")})`;
  const row = (name, value) => h("div", {}, h("dt", {}, name), h("dd", {}, h("code", {}, value)));
  return h("section", {}, h("h3", {}, `Step ${whole(losses.length - 1)}: ${PEOPLE[rating.user]}, ${FILMS[rating.item]}`),
    h("dl", { class: "readings" },
      row("prediction, u · v", `${vector(before.u)} · ${vector(before.v)} = ${n(step.prediction)}`),
      row("error, r̂ − r", `${n(step.prediction)} − ${rating.value} = ${n(step.error)}`),
      row("gradient for u, 2 · error · v", vector(step.gradientU)),
      row("gradient for v, 2 · error · u", vector(step.gradientV)),
      row("u − rate · gradient", `${vector(before.u)} − ${rate} · ${vector(step.gradientU)} = ${vector(step.u)}`),
      row("v − rate · gradient", `${vector(before.v)} − ${rate} · ${vector(step.gradientV)} = ${vector(step.v)}`)));
}

function lossCurve(width, losses) {
  const finite = losses.map((loss, at) => [at, Math.log10(Math.min(1e6, Math.max(1e-3, loss)))]).filter(([, log]) => Number.isFinite(log));
  const logs = finite.map(([, log]) => log);
  const [from, to] = [Math.min(-1, Math.floor(Math.min(...logs))), Math.max(2, Math.ceil(Math.max(...logs)))];
  const end = Math.max(10, losses.length - 1);
  const axes = plot({
    width, height: 220, label: `Loss after each of ${losses.length - 1} steps, ${written(losses.at(-1))} at the end`,
    x: { from: 0, to: end, ticks: [0, end / 2, end], label: "step", written: (tick) => whole(Math.round(tick)) },
    y: { from, to, ticks: Array.from({ length: to - from + 1 }, (_, at) => from + at), label: "loss", written: (tick) => String(Number(`1e${tick}`)) },
  });
  axes.add(line(axes, finite, "first"), dotMark(axes, ...finite.at(-1), "", "mark"));
  return axes.svg;
}

function predictions({ U, V }) {
  const cell = (value, prediction) =>
    value === null ? h("td", { class: "number hole" }, short(prediction)) : h("td", { class: "number" }, h("strong", {}, String(value)), h("br"), short(prediction));
  const rows = TABLE.map((row, user) => h("tr", {}, h("th", { scope: "row" }, PEOPLE[user]), row.map((value, item) => cell(value, dot(U[user], V[item])))));
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Ratings and predictions" },
    h("table", {}, h("caption", {}, "Ratings in bold, under each what the model says now; where there was a hole, only that."),
      h("thead", {}, h("tr", {}, h("td", {}), FILMS.map((film) => h("th", { scope: "col", class: "number" }, film)))), h("tbody", {}, rows)));
}

const short = (value) => (Math.abs(value) < 1000 ? fixed(value) : "far off");

function numbersLearned({ U, V }) {
  const vector = (values) => `(${values.map(short).join(", ")})`;
  const list = (names, rows) => names.map((name, at) => h("li", {}, `${name} `, h("code", {}, vector(rows[at]))));
  return h("div", { class: "columns" },
    h("div", {}, h("h3", {}, "What is learned: U"), h("ul", { class: "plain" }, list(PEOPLE, U))),
    h("div", {}, h("h3", {}, "and V"), h("ul", { class: "plain" }, list(FILMS, V))));
}

function closing() {
  return h("p", {}, "Each step takes one rating in turn; eleven steps are an ",
    term("epoch", "Once through all the training ratings."), ". A real fit does the same with thousands of ratings, a batch of them at a time, with biases, a sigmoid, and a little weight decay. ",
    "Too small a rate hardly moves; too large a one leaps past the goal, and with 0.2 it never comes back.");
}
