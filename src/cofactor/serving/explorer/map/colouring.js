// Points coloured by an attribute: numbers on an even scale, categories in at most eight colours and "other", and the legend.

import { get } from "../api.js";
import { between, onScale, packed } from "../charts/pixels.js";
import { colour, h, replace, theirs } from "../dom.js";
import { filler } from "./filling.js";
import { whole } from "../numbers.js";

const STOPS = 7; // --scale-0 to --scale-6 of map.css, evenly spaced for the eye
const COUNTS = "number of ratings";

/** The select and the legend; points get their colours again when the theme changes. */
export function colouringPart(context) {
  const names = [COUNTS, ...(context.model.attributes?.item ?? [])];
  const input = h("select", { onchange: () => context.change({ colour: input.value || null }) },
    h("option", { value: "" }, "nothing"), names.map((name) => h("option", { value: name }, name)));
  const legend = h("div", { class: "legend small", role: "group", "aria-label": "Legend" });
  const fill = filler(legend);
  let shown = null;
  const paint = () => context.map.setColours(shown && pixels(shown));
  const update = async () => {
    const name = names.includes(context.state.colour) ? context.state.colour : null;
    input.value = name ?? "";
    await fill((signal) => answerFor(name, context, signal), (answer) => {
      shown = answer.kind ? answer : null;
      replace(legend, shown && legendOf(name, shown));
      paint();
    });
  };
  document.addEventListener("themechange", paint);
  return {
    controls: [h("label", {}, "Colour by", input)],
    legend,
    parts: [{ keys: ["colour"], update }],
    end: () => document.removeEventListener("themechange", paint),
    valueOf: (row) => shown && valueOf(shown, row),
  };
}

/** The values of every row. */
async function answerFor(name, context, signal) {
  if (!name) return {};
  if (name !== COUNTS) return get(`map/colour/${encodeURIComponent(name)}`, {}, signal);
  const { ratings } = await context.ready;
  const most = ratings.reduce((one, other) => Math.max(one, other), 1);
  return { kind: "number", low: 1, high: most, values: ratings.map((n) => n || null), logarithmic: true };
}

function pixels(answer) {
  const other = packed(colour("other"));
  const none = between(other, packed(colour("ground")), 0.6);
  if (answer.kind === "category") {
    const palette = [...Array.from({ length: 8 }, (_, at) => packed(colour(`c${at}`))), other];
    return Uint32Array.from(answer.codes, (code) => (code < 0 ? none : palette[code]));
  }
  const stops = Array.from({ length: STOPS }, (_, at) => packed(colour(`scale-${at}`)));
  return Uint32Array.from(answer.values, (value) => (value === null ? none : onScale(stops, share(answer, value))));
}

/** Where a value lies between the lowest and the highest, 0 to 1. */
function share({ low, high, logarithmic }, value) {
  const of = logarithmic ? Math.log : (number) => number;
  return high > low ? (of(value) - of(low)) / (of(high) - of(low)) : 0.5;
}

function legendOf(name, answer) {
  if (answer.kind === "number") return numbers(name, answer);
  const count = (code) => answer.codes.reduce((sum, one) => sum + (one === code), 0);
  const entry = (variable, label, n) => n > 0 && h("li", {}, swatch(variable), label, h("span", { class: "soft" }, ` ${whole(n)}`));
  return h("ul", { "aria-label": `Colours of ${name}` },
    answer.labels.map((label, at) => entry(`c${at}`, theirs(label), count(at))),
    entry("other", "other", count(8)), entry("unknown", "not known", count(-1)));
}

function numbers(name, { low, high, values, logarithmic }) {
  const bar = h("span", { class: "bar", "aria-hidden": "true" });
  const unknown = values.filter((value) => value === null).length;
  const text = logarithmic ? whole : String; // a year is written without a comma
  return h("p", {}, h("span", {}, theirs(name), logarithmic ? ", logarithmic" : ""), h("span", {}, text(low), bar, text(high)),
    unknown > 0 && h("span", {}, swatch("unknown"), "not known ", h("span", { class: "soft" }, whole(unknown))));
}

function swatch(variable) {
  const mark = h("span", { class: `swatch ${variable}`, "aria-hidden": "true" });
  if (variable !== "unknown") mark.style.background = `var(--${variable})`;
  return mark;
}

function valueOf(answer, row) {
  if (answer.kind === "number") return answer.values[row];
  return answer.labels[answer.codes[row]] ?? (answer.codes[row] === 8 ? "other" : null);
}
