// The factors: what each axis of taste explains, what it may be called, and the films along it.

import { get } from "../api.js";
import { h, replace, theirs } from "../dom.js";
import { biases } from "../factors/biases.js";
import { axisList } from "../factors/list.js";
import { walk } from "../factors/walk.js";
import { filler } from "../map/filling.js";
import { keep } from "../route.js";

export async function render(root, { model, route }) {
  if (!model.axes) return replace(root, h("h1", {}, "Factors"), without(model), biases(model));
  const state = stateOf(route.query, model.axes);
  const [list, walked] = [h("div", { class: "panel" }), h("div")];
  const rotation = h("select", { onchange: () => turn(rotation.value) },
    h("option", { value: "none" }, "Principal components"), h("option", { value: "varimax" }, "Varimax rotation"));
  rotation.value = state.rotation;
  replace(root, h("h1", {}, "Factors"),
    h("p", {}, "The directions in which items differ most, as the model has learned them. A name is suggested where attributes set the ends apart more than chance would."),
    h("div", { class: "row" }, h("label", {}, "Rotation", rotation)),
    h("div", { class: "factors" }, list, walked), biases(model));
  const fill = filler(list);
  const write = () => keep("factors", [], { axis: state.axis, place: state.place, rotation: state.rotation === "none" ? null : state.rotation, model: model.fingerprint });
  const show = (axes) => {
    const pick = (axis) => {
      Object.assign(state, { axis, place: 0.5 });
      show(axes);
      list.querySelector("[aria-pressed=true]").focus(); // the button that was pressed has been drawn anew
    };
    const onmove = (place) => {
      state.place = place;
      write();
    };
    write();
    replace(list, axisList(axes, state.axis, pick));
    replace(walked, walk(axes[state.axis], { model, rotation: state.rotation, place: state.place, onmove }));
  };
  const turn = (name) => {
    Object.assign(state, { rotation: name, place: 0.5 });
    return load();
  };
  const load = () => fill((signal) => get("axes", { rotation: state.rotation }, signal), ({ axes }) => show(axes));
  await load();
}

function stateOf(query, n) {
  const [axis, place] = [Number(query.axis ?? 0), Number(query.place ?? 0.5)];
  return {
    axis: Number.isInteger(axis) && axis >= 0 && axis < n ? axis : 0,
    place: place >= 0 && place <= 1 ? place : 0.5,
    rotation: query.rotation === "varimax" ? "varimax" : "none",
  };
}

const without = (model) => h("p", {}, theirs(model.name), " has no vectors, so there are no axes to open.");
