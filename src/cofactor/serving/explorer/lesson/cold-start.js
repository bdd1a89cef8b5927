// Step 8: the cold-start ladder: the best evidence there is about somebody new, or something new.

import { announce, h, replace } from "../dom.js";
import { fixed, percent } from "../numbers.js";
import { stops } from "./sliders.js";
import { drawing, line, dotMark, plot } from "./drawing.js";
import { term } from "./terms.js";

const COUNTS = [0, 1, 2, 3, 5, 8, 13, 20, 35, 50];
const DAMPING = 5; // ratings at the mean of all that a person is given beforehand
const [OF_ALL, OWN] = [3.6, 4.6]; // stars: the mean of all, and of the person of the example
// where the server names no rungs; the words of coldstart/ladder.py
const LADDER = [
  { rung: "own ratings", says: "What they rated places them among the others; nothing is trained anew." },
  { rung: "attributes", says: "What people with the same attributes tend to like, where the model has learned that." },
  { rung: "group", says: "The mean ratings of their group, drawn towards those of all." },
  { rung: "popularity", says: "The mean ratings of all: the same list for everybody of whom nothing is known." },
];

export const checks = [
  {
    legend: "A shop shows newcomers its most popular items, and new items to nobody. What happens over time?",
    answers: [
      { text: "Both find their place by themselves", why: "Newcomers do: their first clicks lift them off the lowest rung. New items do not." },
      { text: "New items stay without ratings, for they are never shown", right: true, why: "They are not shown because they have no ratings, and have none because they are not shown. Somebody must show them on purpose, or place them by what is known of them." },
      { text: "Newcomers stay newcomers for ever", why: "They see something, click something, and have ratings." },
    ],
  },
  {
    legend: "Which of these helps with a film that nobody has rated?",
    answers: [
      { text: "more factors", why: "Its vector has nothing to be learned from, however long it is." },
      { text: "what is known of it: genres, year, cast", right: true, why: "A model that has learned what such films' vectors are like can place it before the first rating: a hybrid of content and collaboration." },
      { text: "training for longer", why: "No number of epochs makes ratings that are not there." },
    ],
  },
];

export function step({ lesson, query, keep }) {
  const ladder = lesson.ladder?.length ? lesson.ladder : LADDER;
  const state = { n: COUNTS.includes(Number(query.n)) ? Number(query.n) : 0, known: query.known === "1", group: query.group === "1" };
  return {
    opening: [
      h("p", {}, "A new person has no row in U, a new film no column in Vᵀ: the ", term("cold start", "The time in which a person or an item has no ratings yet to learn from."),
        ". The answer is a ", term("ladder", "Kinds of evidence from the best to the weakest; the highest that there is gives the answer."), ": stand on the highest rung that there is evidence for."),
      h("ol", { class: "ladder" }, ladder.map((one) => h("li", {}, h("strong", {}, one.rung)))),
    ],
    guess: {
      legend: "Somebody has rated one single film. Which rung answers?",
      answers: [
        { text: "own ratings", right: true, why: "One rating is evidence. The answer leans on it only as far as one rating goes, and says how large its doubt is." },
        { text: "popularity, until there are enough ratings", why: "Many services do so. But the model's own formula already weighs one rating rightly, and there is no “enough”." },
        { text: "none: the model must be trained anew first", why: "Only one row is new. With the films' vectors as they are it is solved in a moment." },
      ],
    },
    explanation: () => [h("h2", {}, "Climb it"), playground(state, ladder, keep), ownWord(), items()],
  };
}

function playground(state, ladder, keep) {
  const list = h("ol", { class: "ladder" });
  const result = h("p", { class: "result" });
  const tell = () => {
    const answering = rungOf(state, ladder);
    replace(list, ladder.map((one) => rung(one, one === answering)));
    replace(result, "The answer comes from ", h("strong", { id: "rung" }, answering.rung), ".");
  };
  const go = (changes) => {
    Object.assign(state, changes);
    keep({ n: state.n, known: state.known ? "1" : "", group: state.group ? "1" : "" });
    tell();
    announce(result.textContent);
  };
  const box = (name, label) =>
    h("label", { class: "beside" }, h("input", { type: "checkbox", checked: state[name], onchange: (event) => go({ [name]: event.target.checked }) }), label);
  tell();
  return h("div", {},
    stops({ label: "ratings of this person", meaning: "How many films somebody has rated so far.", values: COUNTS, value: state.n, written: String, oninput: (n) => go({ n }) }),
    h("fieldset", { class: "ways" }, h("legend", {}, "What else is known"), box("known", "their attributes (age, favourite genre)"), box("group", "a group they belong to")),
    result, list);
}

/** The highest rung that the model has and that there is evidence for. */
function rungOf({ n, known, group }, ladder) {
  const evidence = { "own ratings": n > 0, attributes: known, group, popularity: true };
  return ladder.find((one) => one.available !== false && evidence[one.rung]) ?? ladder.at(-1);
}

function rung(one, answers) {
  const share = one.share_of_people;
  return h("li", { class: answers ? "answers" : "", "aria-current": answers && "true" },
    h("strong", {}, one.rung), answers && " ← answers", h("br"), h("span", { class: "soft" }, one.says),
    one.available === false && h("span", { class: "soft" }, " This model has no such answer."),
    one.available !== false && typeof share === "number" && h("span", { class: "soft" }, ` In this model's data it answers for ${percent(share)} of the people.`));
}

/** How much somebody's own ratings count, by the simplest posterior there is. */
function ownWord() {
  const words = h("p", { role: "status" });
  let n = 1;
  const chart = drawing((width) => shrinkage(width, n), "Predicted mean of this person by the number of their ratings.");
  const tell = (now) => {
    n = now;
    replace(words, `(${n} × ${fixed(OWN, 1)} + ${DAMPING} × ${fixed(OF_ALL, 1)}) / (${n} + ${DAMPING}) = `, h("strong", { id: "shrunken" }, fixed(shrunken(n))), ` ★; their own ratings count for ${percent(n / (n + DAMPING), 0)}.`);
    chart.redraw();
  };
  tell(n);
  return h("section", {}, h("h2", {}, "How much one's own word counts"),
    h("p", {}, "There is no step from “new” to “known”. Somebody whose ratings have a mean of 4.6, where all have 3.6: is that generosity, or chance? The more ratings, the less chance. In the simplest case the estimate is the mean of n own ratings and of ",
      term("damping", "A number of ratings at the mean of all that everybody is given beforehand; the prior of the posterior."), ` ${DAMPING} ratings at the mean of all; a vector is estimated in the same way.`),
    stops({ label: "ratings of this person", meaning: "The n of the formula below.", values: COUNTS, value: n, written: String, oninput: tell }), words, chart.element);
}

const shrunken = (n) => (n * OWN + DAMPING * OF_ALL) / (n + DAMPING);

function shrinkage(width, n) {
  const axes = plot({
    width, height: 200, label: `After ${n} ratings the estimate is ${fixed(shrunken(n))} stars`,
    x: { from: 0, to: 50, ticks: [0, 10, 20, 30, 40, 50], label: "ratings of this person" },
    y: { from: 3.4, to: 4.8, ticks: [3.6, 4.1, 4.6], label: "stars", written: (tick) => fixed(tick, 1) },
  });
  const points = Array.from({ length: 51 }, (_, at) => [at, shrunken(at)]);
  axes.add(line(axes, [[0, OWN], [50, OWN]], "dashed"), line(axes, points, "first"), dotMark(axes, n, shrunken(n), fixed(shrunken(n)), "mark", { anchor: n > 40 ? "end" : "start" }));
  return axes.svg;
}

function items() {
  return h("p", {}, "A new film stands on the same ladder, with one difference: nobody asks it questions. Without ratings it has only what is known of it, and whether it is shown at all is decided by people. ",
    "Onboarding, asking a newcomer about a few well-chosen films, is the view ", h("a", { href: "#/newcomer" }, "Newcomer"), ".");
}
