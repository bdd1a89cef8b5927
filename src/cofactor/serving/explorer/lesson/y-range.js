// Step 4: what y_range does, and why 5.5 and not 5.0.

import { h, replace } from "../dom.js";
import { fixed } from "../numbers.js";
import { slope, squash, unsquash } from "./arithmetic.js";
import { number } from "./sliders.js";
import { dotMark, drawing, line, plot, text } from "./drawing.js";
import { BY_RANGE } from "./measured.js";
import { term } from "./terms.js";

const NEAR_FIVE = 4.9; // stars at which the slopes are compared

export const checks = [
  {
    legend: "Why do we set y_range=(0, 5.5) rather than (0, 5.0) when ratings go up to 5?",
    answers: [
      { text: "Some films deserve more than 5 stars", why: "Nobody can give more than 5. A prediction of 5.2 is only read as “very sure of a 5”." },
      { text: "The sigmoid only comes close to its upper end, so 5 itself must lie inside", right: true, why: "(0, 5.5) says 5 at a score of 2.30; (0, 5) would need an infinite one." },
      { text: "To make training faster", why: "It costs the same, though near 5 stars the gradient is indeed less tiny." },
      { text: "Because the ratings begin at 0", why: "That is about the lower end, and most scales begin at 1 or at 0.5." },
    ],
  },
];

export function step({ lesson, model, query, keep }) {
  const shown = { top: within(query.top, 5, 6.5, 5.5), score: within(query.score, -4, 8, 0.95) };
  return {
    opening: [
      h("p", {}, "A dot product can be any number; ratings cannot. ", term("y_range", "The two ends between which the learner's predictions stay, in stars."),
        " bends the ", term("score", "Base, biases and dot product added up, before they are bent into the range."), " into a range by a scaled ",
        term("sigmoid", "σ(x) = 1 / (1 + e⁻ˣ): rises from 0 to 1, steepest in the middle, ever flatter towards both ends."), ":"),
      h("p", { class: "formula" }, "r̂ = low + (high − low) · σ(score)"),
    ],
    guess: {
      legend: "With y_range=(0, 5): which score does the model need to say exactly 5 stars?",
      answers: [
        { text: "5", why: "A score of 5 gives 4.97 stars." },
        { text: "2.3", why: "That is 4.54 stars in (0, 5). In (0, 5.5) it would be 5." },
        { text: "100", why: "So near to 5 that a computer rounds it; but the way there never ends." },
        { text: "none is large enough", right: true, why: "The sigmoid comes close to its ends and reaches them only at infinity." },
      ],
    },
    explanation: () => [h("h2", {}, "Move the upper end"), playground(shown, keep), measured(), ownRange(lesson, model)],
  };
}

function within(text, low, high, usual) {
  const value = Number(text ?? NaN);
  return value >= low && value <= high ? value : usual;
}

function playground(shown, keep) {
  const curve = drawing((width) => curves(width, shown), "Predicted stars against the score. The dashed line is at 5 stars.");
  const result = h("div", { role: "status" });
  const tell = () => {
    replace(result, h("dl", { class: "readings" }, readings(shown)));
    curve.redraw();
  };
  const moved = (name) => (value) => {
    shown[name] = value;
    keep(shown);
    tell();
  };
  tell();
  return h("div", {}, h("div", { class: "columns" },
    number({ label: "upper end of y_range", meaning: "The stars that the sigmoid approaches for very large scores; the lecture takes 5.5.", min: 5, max: 6.5, step: 0.1, value: shown.top, oninput: moved("top") }).element,
    number({ label: "score", meaning: "Base, biases and dot product of one person and film; 0.95 is Alice's for Inception.", min: -4, max: 8, step: 0.05, value: shown.score, oninput: moved("score") }).element),
  curve.element, result);
}

function curves(width, { top, score }) {
  const now = squash(score, [0, top]);
  const axes = plot({
    width, height: 260, label: `The sigmoid of (0, ${top}) predicts ${fixed(now)} stars at a score of ${fixed(score)}`,
    x: { from: -4, to: 8, ticks: [-4, -2, 0, 2, 4, 6, 8], label: "score" },
    y: { from: 0, to: 6.5, ticks: [0, 1, 2, 3, 4, 5, 6], label: "predicted stars" },
  });
  const scores = Array.from({ length: 121 }, (_, at) => -4 + at / 10);
  const curve = (end) => scores.map((one) => [one, squash(one, [0, end])]);
  axes.add(line(axes, [[-4, 5], [8, 5]], "dashed"), top !== 5 && line(axes, curve(5), "second"), line(axes, curve(top), "first"));
  axes.add(dotMark(axes, score, now, `${fixed(now)} ★`, "mark", score > 5 ? { anchor: "end", below: 44 } : {}));
  const [x] = axes.at(8, 0);
  axes.add(endLabel(axes, x, top, "first"), top >= 5.3 && endLabel(axes, x, 5, "second"));
  return axes.svg;
}

/** The range's name at the right end of its curve. */
function endLabel(axes, x, top, kind) {
  const [, y] = axes.at(8, squash(8, [0, top]));
  return text(x - 2, top === 5 ? y + 16 : y - 8, `(0, ${top})`, "end", kind);
}

function readings({ top, score }) {
  const row = (words, value) => h("div", {}, h("dt", {}, words), h("dd", { class: "number" }, h("strong", {}, value)));
  const needed = unsquash(5, [0, top]);
  const near = (end) => fixed(slope(unsquash(NEAR_FIVE, [0, end]), [0, end]));
  return [
    row(`stars at a score of ${fixed(score)}`, `${fixed(squash(score, [0, top]))} ★`),
    row("score that is needed for 5 stars", needed === Infinity ? "∞, never" : fixed(needed)),
    row([`the `, term("slope", "How many stars a small step of the score is worth: the gradient is multiplied by it, so where it is near 0 learning stands still."), ` where it says ${NEAR_FIVE} stars`],
      top === 5 ? near(5) : `${near(top)} (of (0, 5): ${near(5)})`),
  ];
}

function measured() {
  const row = ({ range, error }) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, range)), h("td", { class: "number" }, error));
  return h("section", {}, h("h2", {}, "And what does measuring say?"),
    h("p", {}, "That was the argument. On tastes (generated ratings), three seeds for each range:"),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Squared error by y_range" },
      h("table", { class: "narrow" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "y_range"), h("th", { scope: "col", class: "number" }, "squared error, unseen ratings"))), h("tbody", {}, BY_RANGE.map(row)))),
    h("p", {}, "Having a range at all helps much. Between (0, 5) and (0, 5.5) the difference is small, and here it goes the other way: the argument is sound, and other things weigh more. Measure on your own data."),
    h("p", { class: "soft small" }, "Computed by docs/lecture.ipynb, part 7."));
}

function ownRange({ y_range: range }, { name, score }) {
  if (range) return h("p", {}, `The model that is open here, ${name}, was trained with y_range=(${range[0]}, ${range[1]}).`);
  if (score.unit) return h("p", {}, `The model that is open here, ${name}, has no y_range: its scores are stars as they are, and may leave the scale a little.`);
  return h("p", {}, `The model that is open here, ${name}, has no y_range and needs none: its scores are ${score.meaning}.`);
}
