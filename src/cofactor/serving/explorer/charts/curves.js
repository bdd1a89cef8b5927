// Curves on two axes, with the reach of each where there are several runs; or points.

import { h, s } from "../dom.js";
import { line, plot } from "../lesson/drawing.js";
import { fixed, percent, whole } from "../numbers.js";
import { table as tableOf } from "../table.js";
import { figure } from "./figure.js";
import { decades, ticks } from "./scale.js";

const ROWS = 11; // of a table
const SCALES = { linear: (value) => value, log: Math.log10, count: (value) => Math.log10(1 + value) }; // of counts 0 has a place, too

/**
 * A figure. series: [{ label, x: […], y: […], low, high }]      x, y: { label, scale, percent, domain }
 * said: what it shows, for those who listen     points: whether they are drawn as such     table: in place of the usual one
 */
export function curves({ series, x, y, said, points = false }, { name, caption = null, table = points ? null : asTable(series, x, y) }) {
  const key = series.length > 1 && h("p", { class: "key small" }, series.map((one, at) => h("span", {}, swatch(at), ` ${one.label}`)));
  return h("div", {}, key, figure({ name, caption, table, draw: (width) => drawn({ series, x, y, said, points, width }) }));
}

function drawn({ series, x, y, said, points, width }) {
  const across = axis(x, series.flatMap((one) => one.x));
  const up = axis(y, series.flatMap((one) => [one.y, one.low ?? [], one.high ?? []].flat()));
  const on = plot({ width, height: 270, label: said, x: across, y: up });
  const places = ({ x: xs }, values) => xs.map((one, at) => values[at] !== null && [across.of(one), up.of(values[at])]).filter(Boolean);
  const dot = (place) => `M${on.at(...place)}h0`;
  on.add(
    series.map((one, at) => one.low && line(on, [...places(one, one.high), ...places(one, one.low).reverse()], `reach line-${at}`)).filter(Boolean),
    series.map((one, at) => (points ? s("path", { class: "points", d: places(one, one.y).map(dot).join("") }) : line(on, places(one, one.y), `line-${at}`))));
  return on.svg;
}

/** An axis of a plot. of: from a value to its place */
function axis({ label, scale = "linear", domain, ...how }, values) {
  const of = SCALES[scale];
  const known = values.filter((one) => one !== null);
  const [low, high] = domain ?? (scale === "linear" ? [Math.min(...known), Math.max(...known)] : [scale === "log" ? 1 : 0, Math.max(2, ...known)]);
  const named = scale === "linear" ? ticks(low, high) : [...(low ? [] : [0]), ...decades(1, high)];
  return { label, of, from: of(low), to: of(high), ticks: named.map(of), written: (tick) => written(how, named[named.map(of).indexOf(tick)]) };
}

const written = (axis, value) => (axis.percent ? percent(value, 0) : Math.abs(value) < 1e4 ? String(Number(value.toPrecision(3))).replace("-", "−") : whole(value));

const swatch = (at) => s("svg", { class: "swatch", viewBox: "0 0 28 10", width: 28, height: 10, "aria-hidden": "true" },
  s("path", { class: `line line-${at}`, d: "M0,5H28" }));

/** Some of the values, evenly apart, as a table; all series have the x of the first. */
export function asTable(series, x, y) {
  const [{ x: places, label: first }] = series;
  const n = Math.min(ROWS, places.length);
  const shown = Array.from({ length: n }, (_, at) => Math.round((at * (places.length - 1)) / Math.max(1, n - 1)));
  const cell = (value) => (y.percent ? percent(value) : Number.isInteger(value) ? whole(value) : fixed(value ?? NaN, 3));
  return tableOf(`${first}, ${y.label}: ${n} of ${whole(places.length)} shown`, [
    { label: x.label, cell: (at) => written(x, places[at]) },
    ...series.map(({ label, y: values }) => ({ label, kind: "number", cell: (at) => cell(values[at]) })),
  ], shown);
}
