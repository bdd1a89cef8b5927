// Questions with a few answers: guesses before an explanation, checks after it. Nobody keeps a score.

import { announce, h, replace } from "../dom.js";

let made = 0;

/**
 * Radio buttons in a fieldset, and a button that shows what is to be said of each answer.
 * answers: [{ text, right, why }]; `onanswer()` after each answer; `onskip()`: there is a button for those who would rather read
 */
export function asked({ legend, answers, button, onanswer = () => {}, onskip = null, compact = false }) {
  const name = `asked-${++made}`;
  const rows = answers.map((answer, at) => row(answer, at, name));
  const verdict = h("p", { class: "verdict" });
  const confirm = h("button", { type: "submit" }, button);
  const past = onskip && h("button", { type: "button", class: "quiet", onclick: () => (past.remove(), onskip()) }, "Show me without a guess");
  const answered = (event) => {
    event.preventDefault();
    const chosen = Number(new FormData(event.target).get(name) ?? -1);
    if (chosen < 0) return announce((verdict.textContent = "Choose one of the answers first."));
    rows.forEach(({ label, why }, at) => reveal(label, why, answers[at], at === chosen));
    verdict.textContent = judged(answers[chosen], answers);
    announce(`${verdict.textContent} ${answers[chosen].why ?? ""}`); // the reason is seen at the answer itself
    past?.remove();
    onanswer();
  };
  return h("form", { class: compact ? "asked compact" : "asked", onsubmit: answered },
    h("fieldset", {}, h("legend", {}, legend), rows.map(({ label }) => label)),
    h("div", { class: "row" }, confirm, past), verdict);
}

function row(answer, at, name) {
  const why = h("span", { class: "why", hidden: true });
  const input = h("input", { type: "radio", name, value: String(at) });
  return { why, label: h("label", { class: "answer" }, input, h("span", {}, answer.text, why)) };
}

function reveal(label, why, answer, isChosen) {
  const mark = answer.right ? "✓ Right." : isChosen ? "✗ Not this." : null;
  label.classList.toggle("right", Boolean(answer.right));
  label.classList.toggle("chosen", isChosen);
  if (!answer.why && !mark) return;
  why.hidden = false;
  replace(why, mark && h("strong", {}, mark, " "), answer.why);
}

function judged(chosen, answers) {
  if (chosen.right) return "Right.";
  const right = answers.find((one) => one.right);
  return right ? `Not quite: the answer is “${right.text}”.` : "";
}
