// How it works: the lecture as pages that can be touched, an address for each step: #/lesson/dot-product.

import { ApiError, get } from "../api.js";
import { h, replace } from "../dom.js";
import { asked } from "../lesson/asking.js";
import { hashOf, keep } from "../route.js";

// in the order of the lecture; each is a module of lesson/
const STEPS = [
  { name: "rating-matrix", title: "A table full of holes" },
  { name: "dot-product", title: "Two vectors and their product" },
  { name: "bias", title: "Generous people, good films" },
  { name: "y-range", title: "Staying on the scale" },
  { name: "gradient-descent", title: "Learning, one step at a time" },
  { name: "network", title: "Dot product against network" },
  { name: "weight-decay", title: "How many factors, how much decay" },
  { name: "cold-start", title: "Somebody new, something new" },
  { name: "objective", title: "What for, and at whose cost" },
];
let before = null; // the step that was shown last: whoever walks on starts at the new heading

/** Draw the step that the address names, the first without one. */
export async function render(root, { model, route }) {
  const at = Math.max(0, STEPS.findIndex((step) => step.name === route.parts[0]));
  const step = STEPS[at];
  const [module, lesson] = await Promise.all([import(`../lesson/${step.name}.js`), asLesson()]);
  const context = { model, lesson, query: route.query, keep: keeper(step, model, route.query) };
  const heading = h("h1", { tabindex: "-1" }, step.title);
  const position = h("p", { class: "soft small step-position" }, `How it works · step ${at + 1} of ${STEPS.length}`);
  const article = h("article", {}, position, heading, await parts(module, context), around(at, model));
  replace(root, h("div", { class: "lesson" }, contents(at, model), article));
  if (before !== null && before !== step.name) heading.focus();
  before = step.name;
}

/** The model's own numbers; where the server has none, steps show the lecture's example. */
async function asLesson() {
  try {
    return await get("lesson");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { table: null };
  }
}

/** `keep({ rate: 0.1 })` adds to the state in the address. */
function keeper(step, model, query) {
  const state = { ...query, model: model.fingerprint };
  return (more) => keep("lesson", [step.name], Object.assign(state, more));
}

/** What comes before the guess, the guess, and after it the rest. */
async function parts(module, context) {
  const { opening, guess, explanation } = await module.step(context);
  const rest = h("div", { class: "explanation", tabindex: "-1" });
  const open = () => {
    if (rest.childElementCount) return;
    context.keep({ shown: 1 });
    replace(rest, explanation(), module.checks.map(check));
  };
  const skip = () => {
    open();
    rest.focus();
  };
  if (context.query.shown) open();
  const question = asked({ ...guess, button: "That is my guess", onanswer: open, onskip: context.query.shown ? null : skip });
  return [opening, h("div", { class: "panel question" }, question), rest];
}

function check(question) {
  return h("div", { class: "panel question" }, asked({ ...question, button: "Check" }));
}

function contents(at, model) {
  const link = (step, index) =>
    h("li", {}, h("a", { href: address(step, model), "aria-current": index === at && "step" }, h("span", { class: "nth" }, index + 1), h("span", { class: "step-title" }, step.title)));
  return h("nav", { class: "steps", "aria-label": "Steps of the lesson" }, h("ol", {}, STEPS.map(link)));
}

function around(at, model) {
  const to = (index, words) => STEPS[index] && h("a", { class: words === "Next" ? "button next" : "button", href: address(STEPS[index], model) }, `${words}: ${STEPS[index].title}`);
  return h("nav", { class: "row around", "aria-label": "Back and next" }, to(at - 1, "Back"), to(at + 1, "Next"));
}

const address = (step, model) => hashOf("lesson", [step.name], { model: model.fingerprint });
