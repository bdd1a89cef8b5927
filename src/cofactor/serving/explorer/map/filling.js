// Places of the page that are filled by an answer of the server.

import { ApiError, newest } from "../api.js";
import { h, replace } from "../dom.js";

/**
 * A way to fill an element: `fill(signal => get(…), show)` marks it as busy until the answer is shown; an error is
 * shown in its place, and an answer to an earlier question is dropped. Gives whether it was filled.
 */
export function filler(element) {
  const latest = newest();
  return async (question, show) => {
    element.setAttribute("aria-busy", "true");
    try {
      const answer = await latest(question);
      if (answer === null) return false;
      show(answer);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      replace(element, h("p", { class: "error", role: "alert" }, error.message));
    }
    element.removeAttribute("aria-busy");
    return true;
  };
}
