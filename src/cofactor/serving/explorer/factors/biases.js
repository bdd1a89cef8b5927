// What everyone loves whatever their taste, and the worst that people still watch.

import { get } from "../api.js";
import { h, replace } from "../dom.js";
import { filler } from "../map/filling.js";
import { signed } from "../numbers.js";
import { hashOf } from "../route.js";
import { table, takeAway } from "../table.js";

const N = 15;
const UNSUPPORTED = 422; // the status of what a model cannot answer

/** Both lists; a model without biases says so. */
export function biases(model) {
  const element = h("div");
  const unit = model.unit ? `, in ${model.unit}` : "";
  const columns = [
    { key: "title", label: "Title", link: (row) => hashOf("items", [row.item]) },
    { key: "bias", label: `Bias${unit}`, kind: "number", cell: bias },
    { key: "ratings", label: "Ratings", kind: "whole" },
  ];
  const of = (title, caption, rows) => h("div", {}, h("h3", {}, title), table(caption, columns, rows));
  const show = ({ loved, disliked, says, python }) =>
    replace(element, h("p", { class: "small" }, says),
      h("div", { class: "columns" },
        of("Loved by everyone, whatever their taste", `The ${loved.length} highest item biases`, loved),
        of("The worst that people still watch", `The ${disliked.length} lowest item biases`, disliked)),
      takeAway("biases", [...loved, ...disliked], { model, python }));
  const lacking = ({ message }) => replace(element, h("p", { class: "soft" }, message));
  filler(element)((signal) => get("biases", { n: N }, signal).catch(asked), (answer) => (answer.message ? lacking(answer) : show(answer)));
  return h("section", { class: "panel" }, h("h2", {}, "Biases"), element);
}

/** A model that has no biases says so in its answer; that is no fault. */
function asked(error) {
  if (error.status === UNSUPPORTED) return { message: error.message };
  throw error;
}

const bias = (row) => [signed(row.bias), row.interval && h("div", { class: "soft small" }, row.interval.map((end) => signed(end)).join(" to "))];
