// What the map's address carries: axes, rotation, selection, colour, where it is looked at from; never a rating.

import { keep } from "../route.js";

const SINGLE = ["item", "colour", "by", "where"];
const LISTS = ["from", "to", "like", "unlike"];

/** The state that an address asks for. */
export function stateOf(query, axes) {
  const axis = (text, otherwise) => (/^\d+$/.test(text ?? "") && Number(text) < axes ? Number(text) : otherwise);
  return {
    x: query.x === "own" ? "own" : axis(query.x, 0),
    y: axis(query.y, Math.min(1, axes - 1)),
    rotation: query.rotation === "varimax" ? "varimax" : "none",
    names: query.names !== "no",
    at: placeOf(query.at),
    ...Object.fromEntries(SINGLE.map((name) => [name, query[name] ?? null])),
    ...Object.fromEntries(LISTS.map((name) => [name, idsOf(query[name])])),
  };
}

/** Write the state into the address. */
export function keepState(state, fingerprint) {
  const lists = LISTS.map((name) => [name, state[name].length ? JSON.stringify(state[name]) : null]);
  const single = SINGLE.map((name) => [name, state[name]]);
  const { x, y, rotation } = state;
  const own = { rotation: rotation === "none" ? null : rotation, names: state.names ? null : "no", at: state.at && textOf(state.at) };
  keep("map", [], { x, y, ...own, ...Object.fromEntries([...single, ...lists]), model: fingerprint });
}

/** Texts of ids, from a JSON list; anything else is none. */
function idsOf(text) {
  try {
    const ids = JSON.parse(text ?? "[]");
    return Array.isArray(ids) ? ids.map(String) : [];
  } catch {
    return [];
  }
}

function placeOf(text) {
  const [x, y, zoom] = (text ?? "").split(",").map(Number);
  return [x, y, zoom].every(Number.isFinite) && zoom > 0 ? { x, y, zoom } : null;
}

const textOf = ({ x, y, zoom }) => [x, y, zoom].map((value) => Number(value.toPrecision(5))).join(",");
