// The only door to the server: the JSON and binary answers of /api, errors in its own words.

/** An error whose message the server wrote for the reader. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(`/api/${path}`, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, "The explorer does not answer. Is `cofactor explore` still running?");
  }
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => ({}));
  throw new ApiError(answer.status, body.message ?? `The explorer answered with status ${answer.status}.`);
}

function address(path, query) {
  const words = Object.entries(query).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [].concat(value).map((one) => [name, one]),
  );
  return words.length ? `${path}?${new URLSearchParams(words)}` : path;
}

/** GET JSON: `await get("items/50/neighbours", { n: 15 }, signal)`. */
export async function get(path, query = {}, signal = undefined) {
  return (await ask(address(path, query), { signal })).json();
}

/** GET numbers: float32 values, little-endian. */
export async function getFloats(path, query = {}, signal = undefined) {
  return new Float32Array(await (await ask(address(path, query), { signal })).arrayBuffer());
}

/** GET bytes, their shape [rows, columns], and the share that the highest byte stands for. */
export async function getBytes(path, query = {}, signal = undefined) {
  const answer = await ask(address(path, query), { signal });
  const [shape, most] = ["X-Shape", "X-Most"].map((name) => JSON.parse(answer.headers.get(name)));
  return { shape, most, bytes: new Uint8Array(await answer.arrayBuffer()) };
}

/** DELETE: end what is being made. */
export const cancel = async (path) => (await ask(path, { method: "DELETE" })).json();

/** POST JSON; what a person rated travels in a body, never in an address. */
export async function post(path, body, signal = undefined) {
  const headers = { "Content-Type": "application/json" };
  return (await ask(path, { method: "POST", headers, body: JSON.stringify(body), signal })).json();
}

/** Questions of which only the newest counts: `latest(signal => get(…, signal))` is null where a newer one was asked. */
export function newest() {
  let controller = null;
  return async (question) => {
    controller?.abort();
    const own = (controller = new AbortController());
    try {
      const answer = await question(own.signal);
      return own === controller ? answer : null;
    } catch (error) {
      if (error.name === "AbortError" || own !== controller) return null;
      throw error;
    }
  };
}

/** The part of an address that names an item or a user. Throws for "." and "..", which addresses take for folders. */
export function part(id) {
  const text = String(id);
  if (/^\.{1,2}$/.test(text)) throw new ApiError(0, `No address can name the id "${text}", so it has no page here. Ask for it in Python.`);
  return encodeURIComponent(text);
}
