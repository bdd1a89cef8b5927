// Step 9: what a recommender is optimised for, and whom that may harm.

import { ApiError, get } from "../api.js";
import { h, replace, theirs } from "../dom.js";
import { percent, whole } from "../numbers.js";
import { feedback, headShare, interpolated } from "./arithmetic.js";
import { stops } from "./sliders.js";
import { drawing, line, dotMark, plot } from "./drawing.js";
import { BY_WEIGHT } from "./measured.js";
import { term } from "./terms.js";

const PARTS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5];
const STRENGTHS = [0, 0.5, 0.8, 1, 1.2, 1.5, 2];
const N_ROUNDS = 20;
const HEAD = 0.05; // the part of the items that the feedback loop is watched for

export const checks = [
  {
    legend: "A service reports: “Our new model lowers the error by 2 %, so our users are better off.” What follows?",
    answers: [
      { text: "They are: better predictions are better recommendations", why: "The error is that of ratings people chose to give, on films they chose to see. What is shown, and to whom, may be worse." },
      { text: "Nothing yet", right: true, why: "Error of which ratings? Who is shown what now, and what no longer? Who is served worse than before? What do people think of it later? A lower error answers none of these." },
      { text: "They are worse off: every optimisation harms", why: "It may help them. One has to look, with a second measure." },
    ],
  },
  {
    legend: "The names in the table are replaced by numbers. Is it anonymous now?",
    answers: [
      { text: "Yes: nobody is named", why: "A handful of ratings that somebody knows of you, from a chat perhaps, fits hardly anybody else." },
      { text: "No: the ratings themselves are like a fingerprint", right: true, why: "On tastes, five ratings with their stars single out nine people of ten (docs/lecture.ipynb, part 11)." },
      { text: "Yes, if the model only keeps vectors", why: "A vector is made of a person's ratings, and says much of them." },
    ],
  },
];

export async function step({ model, query, keep }) {
  const tail = await tailOf();
  return {
    opening: [
      h("p", {}, "A model gets good at what it is ", term("optimised for", "The quantity that training makes small, or large; nothing else counts for it."), ". This one's objective is:"),
      h("blockquote", {}, theirs(model.objective)),
      tail && h("p", {}, `It learned from ${whole(model.counts.ratings)} ratings of ${whole(model.counts.items)} items, and they are not spread evenly.`),
    ],
    guess: guessed(tail),
    explanation: () => [tail && concentration(tail, query, keep), tail && loop(tail, query, keep), tradeOff(query, keep), duty()],
  };
}

/** The model's own counts by rank, largest first; null where the data cannot be shown. */
async function tailOf() {
  try {
    const { tail } = await get("data");
    return tail.of && { counts: interpolated(tail.rank, tail.count, tail.of), shown: tail.shown, of: tail.of };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return null;
  }
}

function guessed(tail) {
  if (!tail) {
    return { legend: "Who gains most from a list of the most popular items?", answers: [
      { text: "the items that are popular already", right: true, why: "They are shown, so they are rated, so they are shown." },
      { text: "new items", why: "They have no ratings yet, and are not in the list." },
      { text: "everybody alike", why: "A place in a list can be given only once." },
    ] };
  }
  const truth = headShare(tail.counts, 0.2);
  const answers = [0.2, 0.4, 0.6, 0.8, 0.95];
  const nearest = answers.reduce((first, second) => (Math.abs(second - truth) < Math.abs(first - truth) ? second : first));
  return { legend: "Which share of the ratings does the most rated fifth of the items have?",
    answers: answers.map((share) => ({ text: `about ${percent(share, 0)}`, right: share === nearest, why: share === nearest ? `It is ${percent(truth)}.` : "" })), compact: true };
}

const nearestOf = (values, words, usual) => (values.includes(Number(words ?? NaN)) ? Number(words) : usual);

function concentration({ counts, shown, of }, query, keep) {
  let part = nearestOf(PARTS, query.part, 0.2);
  const words = h("p", { class: "result", role: "status" });
  const chart = drawing((width) => lorenz(width, counts, part), `Share of the ratings, from the most rated item on (${whole(shown)} of ${whole(of)} counts, straight lines between them). Dashed: if all had the same.`);
  const tell = () => {
    replace(words, `The most rated ${percent(part, 0)} of the items have `, h("strong", { id: "head-share" }, percent(headShare(counts, part))), " of the ratings.");
    chart.redraw();
  };
  tell();
  return h("section", {}, h("h2", {}, "Popularity"),
    stops({ label: "the most rated", meaning: "Which part of the items, from the most rated on, is looked at.", values: PARTS, value: part, written: (one) => percent(one, 0), oninput: (now) => { part = now; keep({ part }); tell(); } }),
    words, chart.element);
}

function lorenz(width, counts, part) {
  const axes = plot({
    width, height: 230, label: `The most rated ${percent(part, 0)} of the items have ${percent(headShare(counts, part))} of the ratings`,
    x: { from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1], label: "share of the items, most rated first", written: (tick) => percent(tick, 0) },
    y: { from: 0, to: 1, ticks: [0, 0.5, 1], label: "share of the ratings", written: (tick) => percent(tick, 0) },
  });
  const total = counts.reduce((sum, one) => sum + one, 0);
  const every = Math.max(1, Math.floor(counts.length / 200));
  let reached = 0;
  const points = [[0, 0]];
  counts.forEach((count, at) => {
    reached += count / total;
    if (at % every === 0 || at === counts.length - 1) points.push([(at + 1) / counts.length, reached]);
  });
  axes.add(line(axes, [[0, 0], [1, 1]], "dashed"), line(axes, points, "first"), dotMark(axes, part, headShare(counts, part), percent(headShare(counts, part)), "mark"));
  return axes.svg;
}

function loop({ counts }, query, keep) {
  let strength = nearestOf(STRENGTHS, query.strength, 1.2);
  const words = h("p", { class: "result", role: "status" });
  const shares = () => feedback(counts, strength, N_ROUNDS).map((round) => headShare(round, HEAD));
  let now = shares();
  const chart = drawing((width) => rounds(width, now), `What the most rated ${percent(HEAD, 0)} of the items have after each round.`);
  const tell = () => {
    replace(words, `After ${N_ROUNDS} rounds the most rated ${percent(HEAD, 0)} have `, h("strong", { id: "loop-share" }, percent(now.at(-1))), `, at the start ${percent(now[0])}.`);
    chart.redraw();
  };
  tell();
  return h("section", {}, h("h2", {}, "The loop"),
    h("p", {}, "What is shown gets rated, and what is rated gets shown. In every round a tenth more ratings are dealt out in proportion to countˢ. At ", term("s", "How strongly the lists prefer what is popular: 0 shows all alike, 1 in proportion, more than 1 prefers the popular."),
      " = 1 the shares stay; above, the famous grow at the others' cost. A caricature, on this model's own counts."),
    stops({ label: "strength s", meaning: "How strongly lists prefer what is popular already.", values: STRENGTHS, value: strength, written: String, oninput: (value) => { strength = value; now = shares(); keep({ strength }); tell(); } }),
    words, chart.element);
}

function rounds(width, shares) {
  const axes = plot({
    width, height: 200, label: `The share goes from ${percent(shares[0])} to ${percent(shares.at(-1))} in ${N_ROUNDS} rounds`,
    x: { from: 0, to: N_ROUNDS, ticks: [0, 5, 10, 15, 20], label: "round" },
    y: { from: 0, to: 1, ticks: [0, 0.5, 1], label: "share of the ratings", written: (tick) => percent(tick, 0) },
  });
  axes.add(line(axes, shares.map((share, at) => [at, share]), "first"), dotMark(axes, N_ROUNDS, shares.at(-1), percent(shares.at(-1)), "mark", { anchor: "end", below: -10 }));
  return axes.svg;
}

function tradeOff(query, keep) {
  const weights = BY_WEIGHT.map((one) => one.weight);
  const usual = weights.includes(query.weight) ? query.weight : "0.2";
  const out = h("div", { role: "status" });
  const row = (words, value) => h("div", {}, h("dt", {}, words), h("dd", { class: "number" }, h("strong", {}, value)));
  const tell = (weight) => {
    const { found, regret, bait } = BY_WEIGHT.find((one) => one.weight === weight);
    replace(out, h("dl", { class: "readings" }, row("of what they watch, regretted", percent(Number(regret))), row("places that bait has", percent(Number(bait))), row("what they would click, found (nDCG)", found)));
  };
  tell(usual);
  return h("section", {}, h("h2", {}, "One objective against another"),
    h("p", {}, "Clicks are not gladness. In regrets, a generated set, some clips are bait: they lure, and most who watched them regret it. 400 people were asked; the weight of what they said moves lists from clicks to that:"),
    stops({ label: "weight of regret", meaning: "0: lists by what people will click; 1: lists by how few regret it.", values: weights, value: usual, written: String, oninput: (weight) => { keep({ weight }); tell(weight); } }),
    out, h("p", { class: "soft small" }, "Computed by python3 dev.py bench objective."));
}

function duty() {
  return h("section", {}, h("h2", {}, "Whom it may harm"),
    h("ul", {},
      h("li", {}, h("strong", {}, "Makers of niche items: "), "fewer ratings, worse vectors, fewer places."),
      h("li", {}, h("strong", {}, "People with rare tastes: "), "the mean error is that of the many."),
      h("li", {}, h("strong", {}, "Whoever is drawn along: "), "lists that amplify what somebody leans to; clicks are not wellbeing."),
      h("li", {}, h("strong", {}, "Everybody in the table: "), "it holds who watched what, and a saved model holds much of it.")),
    h("p", {}, "The lecture's last word: always document what your recommendation objective optimises, and what harms may result from that choice."));
}
