// The entrance of an explorer that is open to other machines: it asks for the token that was printed at its start.

import { post } from "../api.js";
import { h, replace } from "../dom.js";

/** A form; `done` is called once the explorer has taken the token. The token is never written into an address. */
export function render(root, done) {
  const token = h("input", { type: "password", required: true, autocomplete: "off", name: "token" });
  const trouble = h("div", { role: "alert" });
  const enter = async (event) => {
    event.preventDefault();
    try {
      await post("session", { token: token.value.trim() });
      done();
    } catch (error) {
      replace(trouble, h("p", { class: "error" }, error.message));
      token.select();
    }
  };
  replace(root,
    h("h1", {}, "This explorer asks for its token"),
    h("p", {}, "It was printed where `cofactor explore` was started."),
    h("form", { class: "row", onsubmit: enter }, h("label", {}, "Token", token), h("button", { type: "submit" }, "Enter")),
    trouble);
  token.focus();
}
