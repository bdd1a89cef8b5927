// One's own axis: from the mean of some items to the mean of others, named at both ends.

import { get } from "../api.js";
import { h, replace } from "../dom.js";
import { percent } from "../numbers.js";
import { takeAway } from "../table.js";
import { filler } from "./filling.js";
import { chips, itemTable } from "./items.js";

export function ownAxisPart(context, setOwn) {
  const { state, model, change } = context;
  const [from, to] = [chips(context, "From", "from"), chips(context, "To", "to")];
  const about = h("div");
  const fill = filler(about);
  const element = h("details", { class: "panel", open: state.x === "own" || state.from.length + state.to.length > 0 },
    h("summary", {}, "Your own axis: from these to those"), from.element, to.element, about);
  const use = h("button", { type: "button", onclick: () => change({ x: "own" }) }, "Lay it from left to right");
  const show = (answer) => {
    setOwn({ low: answer.low || "where your axis begins", high: answer.high || "where it ends" });
    const place = { key: "place", label: "Place", cell: (one) => percent(one.place, 0) };
    replace(about,
      h("p", { class: "small" }, answer.says),
      itemTable(context, `Outermost towards ${answer.low || "the first"}`, answer.ends.low, [place]),
      itemTable(context, `Outermost towards ${answer.high || "the others"}`, answer.ends.high, [place]),
      takeAway("own-axis", [...answer.ends.low, ...answer.ends.high], { model, python: answer.python }));
    if (state.x !== "own") about.prepend(use);
  };
  const update = async () => {
    from.update();
    to.update();
    const rows = [...state.from, ...state.to].map((one) => context.list?.rows.get(one)).filter((row) => row !== undefined);
    context.light("own", state.x === "own" ? rows : [], []);
    if (state.x === "own" || state.from.length) element.open = true;
    if (state.from.length && state.to.length) return fill((signal) => get("map/own", { from: state.from, to: state.to }, signal), show);
    setOwn(null);
    return replace(about, h("p", { class: "small soft" }, "Choose at least one item for each end."));
  };
  context.askOwnAxis = () => {
    element.open = true;
    if (!state.from.length) from.input.focus();
  };
  return { element, parts: [{ keys: ["from", "to", "x"], update }] };
}
