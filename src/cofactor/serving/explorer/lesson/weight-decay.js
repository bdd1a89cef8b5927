// Step 7: the number of factors and weight decay: learning by heart, on a tiny table with known tastes.

import { h, replace } from "../dom.js";
import { fixed, percent, whole } from "../numbers.js";
import { mean } from "./arithmetic.js";
import { number, stops } from "./sliders.js";
import { dotMark, drawing, line, plot } from "./drawing.js";
import { BY_DECAY, BY_WIDTH } from "./measured.js";
import { fitted, planted, rootSquaredError } from "./ridge.js";
import { term } from "./terms.js";

const TABLE = { nUsers: 20, nItems: 15, nTastes: 2, noise: 0.5 };
const N_KNOWN = 180; // of 300 cells
const SEEDS = [1, 2, 3];
const WIDTHS = [1, 2, 3, 4, 5, 6, 7, 8];
const DECAYS = [0.01, 0.1, 0.3, 1, 3, 10];
const DECAY = 0.1;
const HIGHEST = 2; // of the drawing's scale

export const checks = [
  {
    legend: "What is n_factors in collab_learner?",
    answers: [
      { text: "the number of people", why: "That is given by the data." },
      { text: "the number of numbers that describe each person and each film", right: true, why: "The k of the vectors. It is yours to choose." },
      { text: "the number of rounds of training", why: "That is the number of epochs." },
      { text: "the number of genres", why: "Tempting, for factors often look like genres afterwards. But nobody has told the model of genres." },
    ],
  },
  {
    legend: "More factors lower the error on known ratings and raise it on unseen ones. What helps?",
    answers: [
      { text: "more weight decay, or fewer factors", right: true, why: "Both take away the room for learning by heart; decay does it softly, so that only what the ratings keep asking for stays large." },
      { text: "even more factors", why: "That gives more room for learning by heart." },
      { text: "nothing: the known ratings are fitted better, so all is well", why: "Predictions are for ratings one does not know yet." },
    ],
  },
];

export function step({ lesson, model, query, keep }) {
  const state = { decay: DECAYS.includes(Number(query.decay)) ? Number(query.decay) : DECAY, k: WIDTHS.includes(Number(query.k)) ? Number(query.k) : 2 };
  return {
    opening: [
      h("p", {}, term("n_factors", "The number k of numbers that describe each person and each film."), " says how much a model can tell apart, ",
        term("weight decay", "At every step all numbers shrink a little, by this share; here: decay · (|u|² + |v|²) is added to what is minimised."), " how strongly its numbers are held back."),
      h("p", {}, `Here is a tiny table of our own, ${TABLE.nUsers} people × ${TABLE.nItems} films, generated from two tastes and some noise, so that the right number of factors is known: 2. The model learns from ${N_KNOWN} cells; the other ${TABLE.nUsers * TABLE.nItems - N_KNOWN} are held out.`),
    ],
    guess: {
      legend: "Without much decay we go from 1 to 8 factors. What does the error on the held-out cells do?",
      answers: [
        { text: "It falls all the way", why: "So does the error on the known cells. On the others the noise that was learned by heart is only in the way." },
        { text: "It falls, then rises", right: true, why: "Up to two factors the model learns the tastes, from there on the noise of the known cells." },
        { text: "It stays the same", why: "One factor is too few for two tastes, and eight are enough to learn noise by heart." },
      ],
    },
    explanation: () => [h("h2", {}, "Turn both"), playground(state, keep), parameters(lesson, model), measured()],
  };
}

/** The errors on known and held-out cells by number of factors, each the mean over a few such tables. */
function errors(decay) {
  const runs = SEEDS.map((seed) => {
    const cells = planted({ ...TABLE, seed });
    const [known, unseen] = [cells.slice(0, N_KNOWN), cells.slice(N_KNOWN)];
    return WIDTHS.map((nFactors) => {
      const { U, V } = fitted(known, { ...TABLE, nFactors, decay });
      return { known: rootSquaredError(known, U, V), unseen: rootSquaredError(unseen, U, V) };
    });
  });
  return WIDTHS.map((k, at) => ({ k, known: mean(runs.map((run) => run[at].known)), unseen: mean(runs.map((run) => run[at].unseen)) }));
}

function playground(state, keep) {
  let curve = errors(state.decay);
  const chart = drawing((width) => curves(width, curve, state.k), "Error (RMSE, drawn up to 2) by number of factors, the mean of three such tables. The noise alone has 0.5.");
  const result = h("p", { class: "result", role: "status" });
  const tell = () => {
    const best = curve.reduce((first, second) => (second.unseen < first.unseen ? second : first));
    const at = curve[state.k - 1];
    replace(result, `With ${state.k} ${state.k === 1 ? "factor" : "factors"} and decay ${state.decay}: `, h("strong", { id: "known-error" }, fixed(at.known)), " on known cells, ",
      h("strong", { id: "unseen-error" }, fixed(at.unseen)), ` on unseen ones. At this decay ${best.k} ${best.k === 1 ? "is" : "are"} best, with ${fixed(best.unseen)}.`);
    chart.redraw();
  };
  const go = (changes) => {
    if ("decay" in changes) curve = errors(changes.decay);
    Object.assign(state, changes);
    keep(state);
    tell();
  };
  tell();
  return h("div", {}, h("div", { class: "columns" },
    stops({ label: "weight decay", meaning: "How strongly large numbers are held back; too much, and nothing can be learned.", values: DECAYS, value: state.decay, written: String, oninput: (decay) => go({ decay }) }),
    stops({ label: "n_factors, k", meaning: "How many numbers each person and each film gets.", values: WIDTHS, value: state.k, written: String, oninput: (k) => go({ k }) })),
  chart.element, result);
}

function curves(width, curve, k) {
  const axes = plot({
    width, height: 240, label: `Known and unseen errors for 1 to 8 factors; unseen from ${fixed(curve[0].unseen)} by ${fixed(curve[1].unseen)} at two factors to ${fixed(curve.at(-1).unseen)}`,
    x: { from: 1, to: 8, ticks: WIDTHS, label: "n_factors" },
    y: { from: 0, to: HIGHEST, ticks: [0, 0.5, 1, 1.5, 2], label: "error" },
  });
  const points = (which) => curve.map((one) => [one.k, Math.min(HIGHEST, one[which])]);
  axes.add(line(axes, points("known"), "second"), line(axes, points("unseen"), "first"));
  const at = curve[k - 1];
  const anchor = k > 5 ? "end" : "start";
  axes.add(dotMark(axes, k, Math.min(HIGHEST, at.unseen), "unseen", "first", { anchor }), dotMark(axes, k, at.known, "known", "second", { anchor, below: -8 }));
  return axes.svg;
}

/** n · k + m · k numbers, against the ratings there are to learn them from. */
function parameters({ counts }, model) {
  const { users, items, ratings } = counts ?? model.counts;
  const count = h("p", { role: "status" });
  const tell = (k) => {
    const numbers = (users + items) * (k + 1);
    replace(count, `Here: (${whole(users)} + ${whole(items)}) × (${whole(k)} + 1 for the bias) = `, h("strong", {}, whole(numbers)),
      ` numbers, learned from ${whole(ratings)} ratings: ${percent(numbers / ratings, 0)} of them. `, numbers > ratings ? "A model of that size could learn them all by heart; decay keeps it from doing so." : "");
  };
  tell(50);
  return h("section", {}, h("h2", {}, "On this model's own table"),
    h("p", {}, "n people and m films with k numbers each are n × k + m × k numbers; the lecture counts 1,000 people, 500 films and k = 50: 75,000."),
    number({ label: "k", meaning: "The number of factors that the count is made for.", min: 1, max: 200, step: 1, value: 50, oninput: tell }).element, count);
}

function measured() {
  return h("section", {}, h("h2", {}, "And what does measuring say?"),
    h("p", {}, `On tastes, with 50 factors: without decay a squared error of ${BY_DECAY.none.known} on known and ${BY_DECAY.none.unseen} on unseen ratings. Best on unseen ones is a decay of ${BY_DECAY.best.decay}, with ${BY_DECAY.best.unseen}; the lecture's ${BY_DECAY.lecture.decay} has ${BY_DECAY.lecture.unseen}. By number of factors the lowest error is ${BY_WIDTH.error} with ${BY_WIDTH.best}; ${BY_WIDTH.within} cannot be told from it. `,
      h("span", { class: "soft small" }, "docs/lecture.ipynb, parts 5 and 7.")));
}
