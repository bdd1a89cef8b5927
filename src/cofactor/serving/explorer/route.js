// An address: #/view/part/part?name=value. It carries axes, selections and the model's fingerprint, never a person's ratings.

/** { view, parts, query } of a hash. */
export function parsed(hash) {
  const [path, words = ""] = hash.replace(/^#\/?/, "").split("?");
  const [view = "", ...parts] = path.split("/").map(decoded);
  return { view: view || "data", parts, query: Object.fromEntries(new URLSearchParams(words)) };
}

/** The text that a part stands for; one that was typed with a bare percent sign stands for itself. */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The hash of a view; empty and absent values are left out. */
export function hashOf(view, parts = [], query = {}) {
  const words = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const path = [view, ...parts].map((one) => encodeURIComponent(String(one))).join("/");
  return `#/${path}${words.length ? `?${new URLSearchParams(words)}` : ""}`;
}

/** Write the present state into the address, without loading the view anew and without another step of "back". */
export function keep(view, parts, query) {
  history.replaceState(null, "", hashOf(view, parts, query));
}
