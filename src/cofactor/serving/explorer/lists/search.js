// A view that lists what is found: a search field, its results below it, and the words in the address.

import { newest } from "../api.js";
import { trouble } from "../controls.js";
import { h, replace } from "../dom.js";
import { keep } from "../route.js";

const TYPING_MS = 150;

/** Fill root. view: its name     ask: (words or null, signal) → answer     shown: (answer, words) → nodes */
export async function searchView(root, { view, heading, placeholder, model, route, ask, shown }) {
  const results = h("div", { class: "found", "aria-live": "polite" });
  const latest = newest();
  const search = async (q) => {
    try {
      const found = await latest((signal) => ask(q || null, signal));
      if (!found || !results.isConnected) return;
      replace(results, shown(found, q));
      keep(view, [], { q, model: model.fingerprint });
    } catch (error) {
      replace(results, trouble(error));
    }
  };
  const field = h("input", { type: "search", value: route.query.q ?? "", placeholder, oninput: once(() => search(field.value)) });
  replace(root, h("h1", {}, heading), h("label", {}, "Search", field), results);
  await search(field.value);
}

/** The action, once typing has paused. */
function once(action) {
  let waiting = null;
  return () => {
    clearTimeout(waiting);
    waiting = setTimeout(action, TYPING_MS);
  };
}
