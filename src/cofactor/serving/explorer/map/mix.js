// Neighbours of a mix: like some items, less like others.

import { get } from "../api.js";
import { h, replace } from "../dom.js";
import { fixed } from "../numbers.js";
import { takeAway } from "../table.js";
import { filler } from "./filling.js";
import { chips, itemTable } from "./items.js";

const N = 15;

export function mixPart(context) {
  const { state, model } = context;
  const [like, unlike] = [chips(context, "Like", "like"), chips(context, "Less like", "unlike")];
  const list = h("div");
  const fill = filler(list);
  const element = h("details", { class: "panel", open: state.like.length + state.unlike.length > 0 },
    h("summary", {}, "A mix: like these, less like those"), like.element, unlike.element, list);
  const show = (answer) => {
    const rows = answer.rows.map((one) => context.list.rows.get(String(one.item)));
    context.light("mix", state.like.map((one) => context.list.rows.get(one)).filter((row) => row !== undefined), rows);
    replace(list,
      itemTable(context, `Nearest to the mix, ${answer.rows.length} of ${context.list.n} shown`, answer.rows,
        [{ key: "similarity", label: "Similarity", cell: (one) => fixed(one.similarity, 3) }]),
      takeAway("mix", answer.rows, { model, python: answer.python }));
  };
  const update = async () => {
    like.update();
    unlike.update();
    if (!state.like.length) {
      replace(list, h("p", { class: "small soft" }, "Choose at least one that the others should be like."));
      return context.light("mix", [], []);
    }
    element.open = true;
    const query = { like: state.like, unlike: state.unlike, n: N, where: state.where };
    return fill((signal) => get("near", query, signal), show);
  };
  return { element, parts: [{ keys: ["like", "unlike", "where"], update }] };
}
