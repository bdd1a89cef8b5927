// Find an item of the catalogue that the map has loaded, without asking the server.

import { picker as pickerOf } from "../lists/picker.js";
import { search } from "./catalogue.js";

/** label: of the field; ready: promise of the catalogue; onpick(row) */
export function picker({ label, ready, onpick }) {
  const ask = async (text, n) => {
    const list = await ready;
    const { rows, of } = search(list, text, n);
    return { rows: rows.map((row) => ({ row, title: list.titles[row], ratings: list.ratings[row] })), of };
  };
  return pickerOf({ label, ask, placeholder: "Type a title", pause: 0, onpick: ({ row }) => onpick(row) });
}
