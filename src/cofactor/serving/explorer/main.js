// The page around the views: which view an address names, the banner, light and dark.

import { ApiError, get } from "./api.js";
import { announce, h, replace, theirs } from "./dom.js";
import { whole } from "./numbers.js";
import { hashOf, parsed } from "./route.js";

// in the order of the menu; `of`: a view that is reached from others
const VIEWS = [
  { name: "data", label: "Data" },
  { name: "map", label: "Map" },
  { name: "factors", label: "Factors" },
  { name: "items", label: "Items" },
  { name: "people", label: "People", person: true },
  { name: "newcomer", label: "Newcomer" },
  { name: "lesson", label: "How it works" },
  { name: "compare", label: "Compare" },
  { name: "audit", label: "Audit" },
];
const POLLING_MS = 5000;

const main = document.getElementById("main");
let model = null;
let turn = 0;

async function start() {
  theme();
  const entered = enter();
  fileOf(viewOf(parsed(location.hash))).catch(() => null); // the view's files come while the model is asked for; `show` says what fails
  await entered;
  if (!model) return;
  menu();
  window.addEventListener("hashchange", show);
  await show();
  setInterval(watch, POLLING_MS);
}

async function enter() {
  try {
    model = await get("model");
    const about = document.getElementById("model");
    replace(about, theirs(model.name), ` on ${model.data.name}${model.data.synthetic ? " (synthetic)" : ""}, ${whole(model.counts.ratings)} ratings`);
  } catch (error) {
    if (error.status === 401) (await import("./views/entrance.js")).render(main, () => location.reload());
    else failed(main, error);
  }
}

function menu() {
  const shown = VIEWS.filter((view) => !view.person || model.people);
  replace(
    document.getElementById("views"),
    shown.map((view) => h("li", {}, h("a", { href: `#/${view.name}`, id: `to-${view.name}` }, view.label))),
  );
}

const viewOf = (route) => VIEWS.find((one) => one.name === route.view) ?? VIEWS[0];
const modules = JSON.parse(document.getElementById("modules").textContent); // of each view, all that it needs

function fileOf(view) {
  for (const href of modules[view.name].splice(0)) document.head.append(h("link", { rel: "modulepreload", href }));
  return import(`./views/${view.name}.js`);
}

async function show() {
  const mine = ++turn;
  const route = parsed(location.hash);
  const view = viewOf(route);
  for (const link of document.querySelectorAll("nav a")) {
    const isShown = link.id === `to-${view.name}`;
    if (isShown) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    if (isShown) link.scrollIntoView({ inline: "center", block: "nearest" }); // a phone shows some of them
  }
  document.title = `${view.label} · cofactor explorer`;
  citation(route);
  const root = h("div", { class: "view", id: `view-${view.name}` }, h("p", { class: "loading", role: "status" }, "Loading …"));
  replace(main, root);
  try {
    const { render } = await fileOf(view);
    if (mine === turn) await render(root, { model, route });
    if (mine === turn) announce(`${view.label} is shown`);
  } catch (error) {
    if (mine === turn) failed(root, error);
    if (!(error instanceof ApiError)) throw error;
  }
}

/** An address may say which model it was of. */
function citation(route) {
  const of = route.query.model;
  if (of && of !== model.fingerprint) {
    banner(`This address was made with another model (${of}); what you see is of ${model.fingerprint}.`);
  }
}

async function watch() {
  try {
    const state = await get("model/state");
    if (state.on_disk && state.on_disk !== model.fingerprint) {
      banner("The model was replaced on disk. What you see is of the one before.", ["Open the new one", reopen]);
    }
  } catch {
    banner("The explorer does not answer. Is `cofactor explore` still running?");
  }
}

async function reopen() {
  await fetch("/api/model/reopen", { method: "POST" });
  const { view, parts, query } = parsed(location.hash);
  history.replaceState(null, "", hashOf(view, parts, { ...query, model: null })); // the address was of the one before
  location.reload();
}

function banner(text, action = null) {
  const bar = document.getElementById("banner");
  bar.hidden = false;
  replace(bar, text, " ", action && h("button", { class: "quiet", type: "button", onclick: action[1] }, action[0]));
}

function failed(root, error) {
  replace(root, h("div", { class: "error", role: "alert" }, h("p", {}, error.message)));
}

function theme() {
  const button = document.getElementById("theme");
  const dark = localStorage.getItem("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const set = (name) => {
    document.documentElement.dataset.theme = name;
    button.textContent = name === "dark" ? "Light" : "Dark";
    button.setAttribute("aria-label", name === "dark" ? "Switch to light colours" : "Switch to dark colours");
    button.removeAttribute("aria-pressed");
    document.dispatchEvent(new Event("themechange"));
  };
  set(dark);
  button.addEventListener("click", () => {
    const name = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    localStorage.setItem("theme", name);
    set(name);
  });
}

start();
