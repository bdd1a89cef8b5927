// Step 1: a rating matrix with its holes.

import { h, replace, s, theirs } from "../dom.js";
import { counted, fixed, percent, whole } from "../numbers.js";
import { coveredInTurn, fromOthers } from "./arithmetic.js";
import { stops } from "./sliders.js";
import { drawing, picture } from "./drawing.js";
import { FILMS, PEOPLE, TABLE } from "./lecture.js";
import { uniform } from "./ridge.js";
import { term } from "./terms.js";

const TITLES_OF_A_SERVICE = 15000; // the lecture's example of a large one

export const checks = [
  {
    legend: "Collaborative filtering makes predictions based on …",
    answers: [
      { text: "what a film is about: genre, director, cast", why: "That is the other family, content-based: somebody must describe the films, and it offers more of a kind." },
      { text: "how old the person is and where they live", why: "That is a fallback for people without ratings; the step on cold starts comes to it." },
      { text: "patterns in the ratings of many people", right: true, why: "Who rated what, and how, is all it needs: people who agreed so far tend to agree on the next film." },
      { text: "what is most popular", why: "The same list for everybody: a good opponent to measure against, but it makes no use of who you are." },
    ],
  },
  {
    legend: "In a user–item rating matrix most cells are empty. What does an empty cell stand for?",
    answers: [
      { text: "a rating of zero", why: "Whoever writes a zero there teaches the model that everybody hates nearly everything." },
      { text: "that the person did not like the film", why: "It may be true of some, for people choose what they watch. But one empty cell says nothing." },
      { text: "a rating that is not known", right: true, why: "Nothing has been said. Filling in what would be said is the task." },
      { text: "an error in the data", why: "An almost empty matrix is the normal case." },
    ],
  },
];

export function step({ lesson, model, query, keep }) {
  const shown = tableOf(lesson, model);
  const known = knownCells(shown.table);
  let nth = Number(query.cell ?? 0) % Math.max(1, known.length);
  const asksHole = shown.hole !== null;
  const cell = () => (asksHole ? shown.hole : known[nth]);
  const grid = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "A corner of the rating matrix" });
  const draw = (revealed) => replace(grid, matrix(shown, cell(), revealed));
  draw(false);
  return {
    opening: [
      h("p", {}, "A ", term("rating matrix", "A table with a row for each person, a column for each film, and a rating where one was given."),
        " has a row for each person and a column for each film. ", shown.says, " A dot is a ",
        term("hole", "A cell whose rating nobody knows: the person has not rated the film."), "."),
      grid,
    ],
    guess: guessed(shown, cell()),
    explanation: () => {
      draw(true);
      const out = h("div", {});
      const explain = () => replace(out, reasons(shown, cell()));
      explain();
      const another = () => {
        nth = (nth + 7) % known.length;
        keep({ cell: nth });
        draw(true);
        explain();
      };
      return [h("h2", {}, "What the others say"), out,
        !asksHole && h("button", { type: "button", class: "quiet", onclick: another }, "Look at another cell"),
        allCells(shown), sparsity(lesson, model)];
    },
  };
}

/** The model's own corner, or the lecture's table and the reason for it. `hole`: the cell that is asked for, if a hole. */
function tableOf(lesson, model) {
  const own = lesson.table && model.kind === "ratings" && knownCells(lesson.table).length;
  if (own) {
    const says = `This is a corner of ${model.data.name}: ${counted(lesson.people.length, "busy person", "busy people")}, ${counted(lesson.items.length, "well-known item")}.`;
    return { people: lesson.people, items: lesson.items, table: lesson.table, says, hole: null, scale: model.scale ?? [1, 5], step: model.step ?? 1 };
  }
  const why = model.kind !== "ratings" ? "The model was not trained on stars" : model.people ? "The model's own table has no such corner" : "This explorer shows no persons";
  return { people: PEOPLE, items: FILMS, table: TABLE, says: `${why}, so this is the lecture's example: four people, five films.`, hole: [3, 0], scale: [1, 5], step: 1 };
}

/** Cells that may be covered: known, and rated by somebody who shares more with that person. */
function knownCells(table) {
  return table.flatMap((row, r) => row.flatMap((value, c) => (value !== null && fromOthers(table, r, c).prediction !== null ? [[r, c]] : [])));
}

function matrix({ people, items, table, scale }, [row, column], revealed) {
  const body = table.map((ratings, r) =>
    h("tr", {}, h("th", { scope: "row" }, theirs(people[r])), ratings.map((value, c) => ratingCell(value, r === row && c === column, revealed, scale))));
  return h("table", { class: "ratings" },
    h("thead", {}, h("tr", {}, h("td", {}), items.map((title) => h("th", { scope: "col" }, h("span", { class: "upright", title }, theirs(title)))))),
    h("tbody", {}, body));
}

function ratingCell(value, isAsked, revealed, [low, high]) {
  if (isAsked && !(revealed && value !== null)) return h("td", { class: "asked-cell" }, "?");
  if (value === null) return h("td", { class: "hole" }, h("span", { "aria-hidden": "true" }, "·"), h("span", { class: "off-screen" }, "not rated"));
  const cell = h("td", { class: isAsked ? "asked-cell" : "known" }, String(value));
  const depth = (value - low) / (high - low || 1);
  cell.style.background = `color-mix(in srgb, var(--accent) ${Math.round(8 + 42 * depth)}%, var(--page))`;
  return cell;
}

function guessed({ people, items, table, scale, step }, [row, column]) {
  const truth = table[row][column];
  const values = Array.from({ length: Math.round((scale[1] - scale[0]) / step) + 1 }, (_, at) => scale[0] + at * step);
  const answer = (value) => ({ text: String(value), right: truth === value, why: truth === null ? "Nobody knows; see below what the others' ratings suggest." : "" });
  const about = truth === null ? "nobody knows it" : "it is known, but covered";
  return { legend: ["What would ", theirs(people[row]), " give “", theirs(items[column]), `”? (${about})`], answers: values.map(answer), compact: true };
}

function reasons({ people, items, table }, [row, column]) {
  const { prediction, others } = fromOthers(table, row, column);
  const truth = table[row][column];
  const lines = others.map((one) =>
    h("tr", {}, h("th", { scope: "row" }, theirs(people[one.row])), h("td", { class: "number" }, fixed(one.value, 1)),
      h("td", { class: "number" }, fixed(one.disagreement)), h("td", { class: "number" }, fixed(one.weight))));
  const heads = [["who rated it", ""], ["gave it", "number"], ["disagrees by", "number"], ["weight", "number"]];
  return [
    h("p", {}, theirs(people[row]), " and “", theirs(items[column]), "”: those who rated it, and how far each is from this person on what ",
      term("both have rated", "The mean distance, in stars, of their ratings on the other items of this table that both have rated."), ". Who agrees more gets more ",
      term("weight", "1 / (1 + disagreement²): 1 for somebody who agrees in everything, 0.5 where the two are one star apart."), "."),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Those who rated it" },
      h("table", {}, h("thead", {}, h("tr", {}, heads.map(([words, kind]) => h("th", { scope: "col", class: kind }, words)))), h("tbody", {}, lines))),
    h("p", { class: "result" }, "Their weighted mean is ", h("strong", {}, `${fixed(prediction)} ★`),
      truth === null ? ". Nobody knows the truth: that is what makes it a hole." : `; the covered rating is ${fixed(truth, 1)} ★, ${fixed(Math.abs(prediction - truth))} away.`),
  ];
}

/** An honest look at the whole table: one cell that came out well proves nothing. */
function allCells({ table, hole }) {
  if (hole) return h("p", { class: "soft" }, "Eleven ratings are few. With more people the same idea can be measured: cover what is known, predict it, compare.");
  const { n, others, item } = coveredInTurn(table);
  const verdict = others < item - 0.02 ? "Those who agree tell more." : others > item + 0.02 ? "In so small a corner those who agree tell less." : "In so small a corner that is hardly a difference.";
  return h("p", {}, `One cell proves nothing. Each of the ${n} cells that can be predicted, covered in turn: the mean of the item's other ratings is off by ${fixed(item)} stars on average, those who agree by ${fixed(others)}. ${verdict} A model does the same with all the data.`);
}

function sparsity({ counts, density }, model) {
  const { users, items, ratings } = counts ?? model.counts;
  const share = density ?? ratings / (users * items);
  const words = h("p", { role: "status" });
  const tell = (n) => replace(words, `${whole(n)} of ${whole(TITLES_OF_A_SERVICE)} titles: ${percent(n / TITLES_OF_A_SERVICE, 2)} of the row is filled, ${percent(1 - n / TITLES_OF_A_SERVICE, 2)} is empty.`);
  let rated = 50;
  const large = drawing((width) => dots(width, rated / TITLES_OF_A_SERVICE));
  tell(rated);
  return h("section", {},
    h("h2", {}, "How empty it is"),
    h("p", {}, `${whole(users)} people × ${whole(items)} items = ${whole(users * items)} cells, of which ${whole(ratings)} are known: ${percent(share)} filled, ${percent(1 - share)} empty. `,
      "This is called ", term("sparsity", "The share of the matrix's cells that are empty."), "; each square below is a thousandth of the whole matrix."),
    drawing((width) => dots(width, share)).element,
    h("p", {}, "The lecture's large service has 200 million people and 15,000 titles: 3 trillion cells. One person's row there:"),
    stops({ label: "ratings of this person", meaning: "How many of the service's titles one person has rated; the lecture says 50.", values: [1, 5, 20, 50, 100, 200, 500, 1000], value: 50, written: whole,
      oninput: (n) => { rated = n; large.redraw(); tell(n); } }),
    large.element, words,
    h("p", { class: "soft" }, "(The lecture's slide says 0.00033 %: a slip of the percent sign. 50 of 15,000 is 0.33 %. The point stands: nearly everything is empty.)"));
}

const CHANCE = Array.from({ length: 1000 }, uniform(1));
const ORDER = CHANCE.map((one) => CHANCE.filter((other) => other < one).length); // in which squares are filled

/** A thousand squares, so many of them filled. */
function dots(width, share) {
  const columns = width < 480 ? 40 : 50;
  const size = width / columns;
  const filled = share * 1000;
  const squares = ORDER.map((place, at) =>
    s("rect", { x: (at % columns) * size + 1, y: Math.floor(at / columns) * size + 1, width: size - 2, height: size - 2, rx: 1,
      class: place + 0.5 <= filled ? "square filled" : "square" }));
  return picture(width, (1000 / columns) * size, `${fixed(filled, 1)} of 1,000 squares are filled`, squares);
}
