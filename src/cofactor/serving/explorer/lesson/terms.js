// Words and symbols that say what they mean, in one sentence, when they are pointed at, tapped or reached by Tab.

import { h } from "../dom.js";

const MARGIN = 8; // pixels between an explanation and the edge of the window
let made = 0;

/** A word with its meaning, to stand inside a sentence. */
export function term(word, meaning) {
  const bubble = h("span", { class: "meaning", role: "tooltip", id: `meaning-${++made}`, hidden: true }, meaning);
  const name = h("dfn", { tabindex: "0", "aria-describedby": bubble.id }, word);
  const show = () => shown(name, bubble);
  const hide = () => (bubble.hidden = true);
  for (const event of ["focus", "click", "pointerenter"]) name.addEventListener(event, show);
  for (const event of ["blur", "pointerleave"]) name.addEventListener(event, hide);
  name.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  return h("span", {}, name, bubble);
}

function shown(name, bubble) {
  bubble.hidden = false;
  const at = name.getBoundingClientRect();
  const { width, height } = bubble.getBoundingClientRect();
  const right = document.documentElement.clientWidth - width - MARGIN;
  bubble.style.left = `${Math.max(MARGIN, Math.min(at.left, right))}px`;
  bubble.style.top = `${at.bottom + height + MARGIN > innerHeight ? at.top - height - 4 : at.bottom + 4}px`;
  addEventListener("scroll", () => (bubble.hidden = true), { once: true, capture: true });
}
