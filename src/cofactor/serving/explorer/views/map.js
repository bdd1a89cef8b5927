// The map: items in the plane of two axes, their true neighbours, clusters, an axis of one's own.

import { h, replace, theirs, whenGone } from "../dom.js";
import { keepState, stateOf } from "../map/address.js";
import { axesPart } from "../map/axes.js";
import { catalogue } from "../map/catalogue.js";
import { clustersPart } from "../map/clusters.js";
import { colouringPart } from "../map/colouring.js";
import { mixPart } from "../map/mix.js";
import { ownAxisPart } from "../map/own_axis.js";
import { picture } from "../map/picture.js";
import { selectionPart } from "../map/selection.js";
import { faithPart, inViewPart, placesPart, stageOf } from "../map/stage.js";
import { download } from "../table.js";

/** Each part of the view names the keys of the state that it depends on ("plane": what spans it), and how it follows. */
export async function render(root, { model, route }) {
  if (!model.axes) return none(root, model);
  let begin;
  const ready = new Promise((resolve) => (begin = resolve)).then(catalogue);
  const context = contextOf(model, stateOf(route.query, model.axes), ready);
  const pieces = piecesOf(context);
  replace(root, layout(context, pieces));
  context.map.draw();
  const parts = pieces.all.flatMap((piece) => piece.parts ?? []);
  context.follow = (keys) => Promise.all(parts.filter((part) => part.keys.some((key) => keys.includes(key))).map((part) => part.update()));
  whenGone(root, () => pieces.colouring.end());
  keepState(context.state, model.fingerprint);
  await pieces.places.update();
  begin(); // titles are asked for when the points are there: a server that sends both at once sends the points later
  context.list = await ready;
  context.map.setTitles(context.list.titles, context.list.byRatings);
  for (const part of parts) if (!pieces.places.parts.includes(part)) part.update();
}

/** What the parts share. */
function contextOf(model, state, ready) {
  const marks = {};
  const context = {
    model, state, ready, list: null, python: null,
    plane: () => planeOf(state),
    rowOf: async (id) => (await context.ready).rows.get(id),
    change: (patch) => change(context, patch),
    light: (name, chosen, rows) => {
      marks[name] = { chosen, rows };
      const shown = ["item", "mix", "own"].map((one) => marks[one]).find((one) => one?.chosen.length); // one at a time
      context.map.setMarks(shown?.chosen ?? [], shown?.rows ?? []);
    },
  };
  return context;
}

/** The plane, as the server is asked for it. */
function planeOf({ x, y, rotation, from, to }) {
  if (x === "own" && from.length && to.length) return { from, to, y, rotation };
  return { x: x === "own" ? 0 : x, y, rotation };
}

/** Change the state, the address, and whatever depends on what has changed. */
function change(context, patch) {
  const { state, map, list } = context;
  const [before, plane] = [JSON.stringify(state), JSON.stringify(context.plane())];
  const keys = Object.keys(patch).filter((key) => JSON.stringify(patch[key]) !== JSON.stringify(state[key]));
  Object.assign(state, patch);
  if (JSON.stringify(context.plane()) !== plane) {
    keys.push("plane");
    state.at = null; // another plane is seen whole
  }
  if (JSON.stringify(state) !== before) keepState(state, context.model.fingerprint);
  const row = list?.rows.get(patch.item);
  if (row !== undefined) map.show(row); // not when a view is restored: an address may look elsewhere
  return context.follow(keys);
}

function piecesOf(context) {
  const axes = axesPart(context);
  const stage = stageOf(context, axes.ends);
  const places = placesPart(context);
  const colouring = colouringPart(context);
  context.valueOf = colouring.valueOf;
  const clusters = clustersPart(context);
  const [selection, mix, own] = [selectionPart(context), mixPart(context), ownAxisPart(context, axes.setOwn)];
  const [faith, inView] = [faithPart(context), inViewPart(context)];
  const all = [axes, places, colouring, clusters, selection, mix, own, faith, inView];
  return { axes, stage, places, colouring, clusters, selection, mix, own, faith, inView, all };
}

function layout(context, { axes, stage, places, colouring, clusters, selection, mix, own, faith, inView }) {
  return [
    h("h1", {}, "Map"),
    h("div", { class: "row controls" }, axes.controls, colouring.controls, clusters.controls),
    h("div", { class: "map-layout" }, selection.find,
      h("div", { class: "map-side" }, stage, axes.below, colouring.legend, places.element, faith.element, axes.notes, takeAway(context, axes)),
      h("div", { class: "map-panels" }, selection.element, mix.element, own.element, clusters.element, inView.element)),
  ];
}

function takeAway(context, axes) {
  const save = async () => download("map.png", await picture(context.map.canvas, lines(context, axes)), "image/png");
  const python = h("pre", { tabindex: "0" });
  const more = h("details", { class: "small", ontoggle: () => replace(python, context.python ?? "") }, h("summary", {}, "In Python"), python);
  return h("div", { class: "row take-away" }, h("button", { class: "quiet small", type: "button", onclick: save }, "Save as picture"), more);
}

/** What the picture is of. */
function lines({ model, state, map }, axes) {
  const rotation = state.rotation === "none" ? "principal components" : state.rotation;
  return [
    `${model.name} on ${model.data.name}${model.data.synthetic ? " (synthetic)" : ""}, model ${model.fingerprint}`,
    `${axes.words()}   (${rotation}; ${map.placed} of ${model.counts.items} items shown)`,
  ];
}

function none(root, model) {
  replace(root, h("h1", {}, "Map"), h("p", {}, theirs(model.name),
    " has no vectors, so there is no plane to lay items in. Neighbours and reasons are on the pages of ", h("a", { href: "#/items" }, "items"), "."));
}
