// A map of points on one canvas: tens of thousands stay smooth, with no graphics card and no library.
// After each picture the canvas sends "drawn" with { detail: "coarse" | "full", points, labels, view }.

import { colour, h, replace, whenGone } from "../dom.js";
import { annotate } from "./annotations.js";
import { bubble } from "./bubble.js";
import { camera, extent, isOnScreen, overview, panned, toData, toScreen, zoomed } from "./camera.js";
import { density, paintGround } from "./density.js";
import { listen } from "./gestures.js";
import { boxBetween, glide, placeBetween, valuesBetween } from "./glide.js";
import { gridOf, nearest } from "./grid.js";
import { packed } from "./pixels.js";
import { apart, opacity, paled, radiusOf, shuffled } from "./points.js";
import { discs, frameOf, paintDiscs, paintSquares } from "./raster.js";

const REST_MS = 90; // without another event before the picture is drawn in full
const FLIGHT_MS = 280; // of the camera to another place
const MORPH_MS = 600; // of the points to another plane
const FEW_POINTS = 3000; // are drawn in full even while they move
const CROWD = 2.5; // points in a cell before the ground is shaded
const CELL = 6; // pixels
const REACH = 9; // pixels around the pointer in which a point is found
const TOUCH_REACH = 22;
const MARGIN = 24; // device pixels; the largest disc fits in
const EDGE = 12; // pixels that a shown point stays away from the border
const PALE = 0.65; // of the squares that stand for see-through discs while the picture moves
const DIMMED = 0.3; // of everything but a selection
const LEAST_OPAQUE = { plain: 0.2, coloured: 0.5 }; // fainter ones of several colours would mix into none of them
const INKS = ["ground", "text", "accent", "point", "line"];

export class PointMap {
  #places = { xs: new Float32Array(), ys: new Float32Array() };
  #points = { n: 0, rows: [] };
  #words = { titles: null, importance: [] };
  #marks = { chosen: [], rows: [] };
  #colours = null; // a pixel for each row; none: all are points
  #clusters = [];
  #moving = false;
  #flight = 0;
  #morph = 0;
  #frame = null;
  #inks = {};

  /** host: a positioned element. label: read to whoever cannot see it. onpick(row | null), onview(place), tip(row) → nodes */
  constructor(host, { label, onpick, onview, tip }) {
    Object.assign(this, { host, onpick, onview, tip });
    this.canvas = h("canvas", { class: "map", tabindex: "0", role: "application", "aria-roledescription": "map", "aria-label": label });
    this.bubble = bubble();
    replace(host, this.canvas, this.bubble.elements, ...host.childNodes);
    this.context = this.canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    Object.assign(this, { box: extent([], []), width: 1, height: 1 });
    this.place = overview(this.box);
    listen(this.canvas, this.#actions());
    this.#follow();
  }

  /** Where the items stand: x and y of each row in turn, nan for those without a place. at: looked at from there */
  setPlaces(xy, at = null) {
    const [xs, ys] = apart(xy);
    const from = { ...this.#places, box: this.box, place: this.place };
    const to = { xs, ys, box: extent(xs, ys) };
    to.place = at ?? overview(to.box);
    const [mine, flight] = [++this.#morph, ++this.#flight];
    const step = (share) => this.#between(from, to, share, flight);
    if (from.xs.length !== xs.length || this.#points.n === 0) step(1);
    else glide(MORPH_MS, step, () => mine === this.#morph && this.host.isConnected);
  }

  /** Titles of the rows, and the rows whose titles matter most first. */
  setTitles(titles, importance) {
    this.#words = { titles, importance };
    this.draw();
  }

  /** A pixel (pixels.js) for each row, or null. */
  setColours(colours) {
    this.#colours = colours;
    this.#paint();
  }

  /** Names to write: [{ name, x, y }]. */
  setClusters(clusters) {
    this.#clusters = clusters;
    this.draw();
  }

  /** Rows that stand out: `chosen` with thick rings, and `rows` with thin ones and lines to a single chosen one. */
  setMarks(chosen, rows) {
    this.#marks = { chosen, rows };
    this.#paint();
  }

  /** How many rows have a place. */
  get placed() {
    return this.#points.n;
  }

  /** Rows in view, the most important first. */
  inView() {
    const view = this.#view();
    return Array.from(this.#words.importance).filter((row) => isOnScreen(view, ...this.placeOf(row)));
  }

  /** A row's place in the data's units; nan where it has none. */
  placeOf(row) {
    return [this.#places.xs[row], this.#places.ys[row]];
  }

  /** Look from another place: { x, y, zoom }. */
  look(place) {
    this.place = place;
    this.#moved();
  }

  /** Everything in view. */
  fit() {
    this.#fly(overview(this.box));
  }

  zoomBy(factor) {
    const view = this.#view();
    this.#fly(zoomed(view, factor, view.width / 2, view.height / 2));
  }

  /** Bring a row into view, if it isn't, by the shortest way; a row without a place stays out of it. */
  show(row) {
    const view = this.#view();
    const [left, top] = toScreen(view, ...this.placeOf(row));
    const outside = (at, length) => Math.min(0, at - EDGE) || Math.max(0, at - length + EDGE);
    const [right, down] = [outside(left, view.width), outside(top, view.height)];
    if (right || down) this.#fly(panned(view, -right, -down));
  }

  /** Say which point is meant, as if the pointer were there: a row, or null for none. */
  point(row) {
    this.#hover(row !== null && isOnScreen(this.#view(), ...this.placeOf(row)) ? row : null);
  }

  /** Draw before the next frame. */
  draw() {
    this.request ??= requestAnimationFrame(() => {
      this.request = null;
      this.#drawNow();
    });
  }

  #actions() {
    const go = (place) => {
      this.#flight++;
      this.look(place);
    };
    return {
      pan: (right, down) => go(panned(this.#view(), right, down)),
      zoom: (factor, left, top) => go(zoomed(this.#view(), factor, left, top)),
      fit: () => this.fit(),
      pick: (left, top, touch) => this.onpick(this.#under(left, top, touch ? TOUCH_REACH : REACH)),
      hover: (left, top) => this.#hover(this.#under(left, top, REACH)),
      leave: () => this.#hover(null),
    };
  }

  /** The element's size, the theme, and the end of the view. */
  #follow() {
    const sizes = new ResizeObserver(() => this.#resize());
    const themed = () => this.#paint();
    sizes.observe(this.host);
    document.addEventListener("themechange", themed);
    whenGone(this.host, () => {
      sizes.disconnect();
      document.removeEventListener("themechange", themed);
    });
    this.#resize();
    this.#paint();
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (!width || !height) return;
    const ratio = window.devicePixelRatio || 1;
    Object.assign(this, { width, height, ratio });
    Object.assign(this.canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    this.#frame = frameOf(this.canvas.width, this.canvas.height, MARGIN);
    this.draw();
  }

  /** Colours of the points anew: other attributes, another theme. */
  #paint() {
    this.#inks = Object.fromEntries(INKS.map((name) => [name, colour(name)]));
    const plain = packed(this.#inks.point);
    const colours = Uint32Array.from(this.#points.rows, (row) => this.#colours?.[row] ?? plain);
    const isDim = this.#marks.rows.length > 0;
    Object.assign(this.#points, { colours, pale: paled(colours, packed(this.#inks.ground), isDim ? DIMMED : PALE) });
    this.draw();
  }

  #view() {
    return camera(this.place, this.box, this.width, this.height);
  }

  #moved() {
    this.#moving = true;
    this.#hover(null);
    this.draw();
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      if (!this.host.isConnected) return; // the reader has gone on, to an address of its own
      this.#moving = false;
      this.draw();
      this.onview(this.place);
    }, REST_MS);
  }

  /** The camera on its way to a place, until hands take it over. */
  #fly(to) {
    const [mine, from] = [++this.#flight, this.place];
    glide(FLIGHT_MS, (share) => this.look(placeBetween(from, to, share)), () => mine === this.#flight && this.host.isConnected);
  }

  /** The points on their way from one plane to another. */
  #between(from, to, share, flight) {
    const [xs, ys] = [valuesBetween(from.xs, to.xs, share), valuesBetween(from.ys, to.ys, share)];
    this.#places = { xs, ys };
    this.box = boxBetween(from.box, to.box, share);
    this.#points = shuffled(xs, ys);
    if (share === 1) this.grid = gridOf(xs, ys, this.box);
    if (flight === this.#flight) this.place = placeBetween(from.place, to.place, share);
    this.#paint();
    if (from.xs.length) this.#moved();
  }

  #under(left, top, reach) {
    const view = this.#view();
    return this.grid ? nearest(this.grid, ...toData(view, left, top), reach / view.scale) : null;
  }

  #hover(row) {
    const isOff = row === null || row === undefined;
    this.canvas.style.cursor = isOff ? "grab" : "pointer";
    if (isOff) return this.bubble.hide();
    const view = this.#view();
    this.bubble.show(this.tip(row), ...toScreen(view, ...this.placeOf(row)), view.width);
  }

  #drawNow() {
    if (!this.#frame) return;
    const isCoarse = this.#moving && this.#points.n > FEW_POINTS;
    const view = this.#view();
    const radius = radiusOf(this.#points.n, view);
    this.#pixels(view, radius, isCoarse);
    const labels = this.#annotations(view, radius);
    const told = { detail: isCoarse ? "coarse" : "full", points: this.#points.n, labels, view };
    this.canvas.dispatchEvent(new CustomEvent("drawn", { detail: told }));
  }

  #pixels(view, radius, isCoarse) {
    const { ratio } = this;
    const deep = { ...view, scale: view.scale * ratio, width: this.canvas.width, height: this.canvas.height };
    const [ground, plain] = [packed(this.#inks.ground), packed(this.#inks.point)];
    const isDim = this.#marks.rows.length > 0;
    if (isCoarse) {
      this.#frame.pixels.fill(ground);
      paintSquares(this.#frame, { ...this.#points, colours: this.#points.pale }, Math.max(1, Math.round(1.5 * radius * ratio)), deep);
    } else {
      paintGround(this.#frame, ground, plain, density(this.#points, deep, CELL * ratio), CROWD);
      const least = this.#colours ? LEAST_OPAQUE.coloured : LEAST_OPAQUE.plain;
      const strength = isDim ? DIMMED : opacity(this.#points.n, view, radius, least);
      paintDiscs(this.#frame, this.#points, discs(radius * ratio, strength, this.#frame.stride), deep);
    }
    this.context.putImageData(this.#frame.image, -MARGIN, -MARGIN);
  }

  #annotations(view, radius) {
    const { context, ratio } = this;
    const { left, top } = this.host.getBoundingClientRect();
    const blocked = Array.from(this.host.querySelectorAll(".over:not([hidden])"), (over) => {
      const box = over.getBoundingClientRect();
      return { left: box.left - left, top: box.top - top, width: box.width, height: box.height };
    });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const inkOf = (row) => css(this.#colours?.[row] ?? packed(this.#inks.point));
    const scene = { view, ...this.#places, ...this.#words, clusters: this.#clusters, marks: this.#marks };
    const labels = annotate(context, { ...scene, radius, blocked, inks: this.#inks, inkOf });
    context.setTransform(1, 0, 0, 1, 0, 0);
    return labels;
  }
}

const css = (pixel) => `rgb(${pixel & 255} ${(pixel >>> 8) & 255} ${(pixel >>> 16) & 255})`;
