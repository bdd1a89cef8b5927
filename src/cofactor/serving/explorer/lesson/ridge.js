// A tiny matrix factorisation by alternating least squares, for the step on n_factors and weight decay.

import { dot, mean } from "./arithmetic.js";

/** Numbers in (0, 1) from a seed: Park and Miller's "minimal standard" generator (1988). */
export function uniform(seed) {
  let state = seed;
  return () => (state = (48271 * state) % 2147483647) / 2147483647;
}

/** Standard normal numbers, by Box and Muller (1958). */
export function normal(seed) {
  const next = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
}

/** Ratings of a full table with planted tastes and noise, in a random order: [{ user, item, value }]. */
export function planted({ nUsers, nItems, nTastes, noise, seed }) {
  const draw = normal(seed);
  const vectors = (n) => Array.from({ length: n }, () => Array.from({ length: nTastes }, draw));
  const [U, V] = [vectors(nUsers), vectors(nItems)];
  const cells = U.flatMap((u, user) => V.map((v, item) => ({ user, item, value: dot(u, v) + noise * draw(), order: draw() })));
  return cells.sort((first, second) => first.order - second.order);
}

/** x with A x = b for a positive definite A, by Gaussian elimination. */
export function solved(A, b) {
  const rows = A.map((row, at) => [...row, b[at]]);
  const n = b.length;
  for (let pivot = 0; pivot < n; pivot++) {
    for (let below = pivot + 1; below < n; below++) {
      const times = rows[below][pivot] / rows[pivot][pivot];
      for (let at = pivot; at <= n; at++) rows[below][at] -= times * rows[pivot][at];
    }
  }
  const x = Array(n).fill(0);
  for (let at = n - 1; at >= 0; at--) x[at] = (rows[at][n] - dot(rows[at].slice(at + 1, n), x.slice(at + 1))) / rows[at][at];
  return x;
}

/** The row that has least squared error plus decay · |row|²: (VᵀV + decay · I)⁻¹ Vᵀ y over what it rated. */
export function ridgeRow(vectors, values, decay) {
  const k = vectors[0].length;
  const gram = Array.from({ length: k }, (_, i) =>
    Array.from({ length: k }, (_, j) => vectors.reduce((total, v) => total + v[i] * v[j], i === j ? decay : 0)),
  );
  const right = Array.from({ length: k }, (_, i) => vectors.reduce((total, v, at) => total + v[i] * values[at], 0));
  return solved(gram, right);
}

/** { U, V } after so many sweeps; a row without ratings stays at zero. */
export function fitted(ratings, { nUsers, nItems, nFactors, decay, nSweeps = 15, seed = 1 }) {
  const draw = normal(seed);
  const vectors = (n) => Array.from({ length: n }, () => Array.from({ length: nFactors }, () => 0.3 * draw()));
  const [U, V] = [vectors(nUsers), vectors(nItems)];
  for (let sweep = 0; sweep < nSweeps; sweep++) {
    solveSide(U, V, ratings, "user", "item", decay);
    solveSide(V, U, ratings, "item", "user", decay);
  }
  return { U, V };
}

function solveSide(rows, others, ratings, own, other, decay) {
  rows.forEach((_, at) => {
    const mine = ratings.filter((rating) => rating[own] === at);
    if (!mine.length) rows[at] = rows[at].map(() => 0);
    else rows[at] = ridgeRow(mine.map((rating) => others[rating[other]]), mine.map((rating) => rating.value), decay);
  });
}

/** Root mean squared error. */
export const rootSquaredError = (ratings, U, V) =>
  Math.sqrt(mean(ratings.map(({ user, item, value }) => (dot(U[user], V[item]) - value) ** 2)));
