// The lesson's arithmetic: pure functions of numbers and arrays, each compared with NumPy or torch by the tests.

export const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);
export const mean = (numbers) => sum(numbers) / numbers.length;

/** The products of which the dot product is the sum. */
export const products = (u, v) => u.map((one, k) => one * v[k]);

export const dot = (u, v) => sum(products(u, v));

export const sigmoid = (score) => 1 / (1 + Math.exp(-score));

/** A score as a rating between low and high, neither of which it reaches. */
export const squash = (score, [low, high]) => low + (high - low) * sigmoid(score);

/** How many stars a small step of the score is worth at that score: the derivative of `squash`. */
export const slope = (score, [low, high]) => (high - low) * sigmoid(score) * (1 - sigmoid(score));

/** The score that is squashed to that many stars; infinite at the ends of the range and beyond. */
export function unsquash(stars, [low, high]) {
  if (stars <= low) return -Infinity;
  if (stars >= high) return Infinity;
  return Math.log((stars - low) / (high - stars));
}

/**
 * One step of gradient descent on (u · v − rating)²; both vectors move at once, from where they are.
 * Returns { prediction, error, gradientU, gradientV, u, v }, the last two after the step.
 */
export function gradientStep(u, v, rating, rate) {
  const prediction = dot(u, v);
  const error = prediction - rating;
  const gradientU = v.map((one) => 2 * error * one);
  const gradientV = u.map((one) => 2 * error * one);
  const moved = (from, gradient) => from.map((one, k) => one - rate * gradient[k]);
  return { prediction, error, gradientU, gradientV, u: moved(u, gradientU), v: moved(v, gradientV) };
}

/** Mean squared error of U · V on [{ user, item, value }]. */
export const squaredError = (ratings, U, V) =>
  mean(ratings.map(({ user, item, value }) => (dot(U[user], V[item]) - value) ** 2));

/** So many steps, one rating a step, in turn. Returns { U, V, losses, last }: losses[0] is from before the first. */
export function descend(ratings, start, rate, nSteps) {
  const U = start.U.map((row) => [...row]);
  const V = start.V.map((row) => [...row]);
  const losses = [squaredError(ratings, U, V)];
  let last = null;
  for (let at = 0; at < nSteps; at++) {
    const rating = ratings[at % ratings.length];
    const before = { u: U[rating.user], v: V[rating.item] };
    const step = gradientStep(before.u, before.v, rating.value, rate);
    [U[rating.user], V[rating.item]] = [step.u, step.v];
    losses.push(squaredError(ratings, U, V));
    last = { rating, before, step };
  }
  return { U, V, losses, last };
}

/** Mean distance, in stars, of two rows on what both have rated, one column left out; null where they share none. */
export function disagreement(first, second, without) {
  const both = first.flatMap((one, at) =>
    at === without || one === null || second[at] === null ? [] : [Math.abs(one - second[at])],
  );
  return both.length ? mean(both) : null;
}

/**
 * What the others' ratings say of one cell: their mean, weighted by 1 / (1 + disagreement²).
 * Returns { prediction, others: [{ row, value, disagreement, weight }] }; prediction is null where there is nobody.
 */
export function fromOthers(table, row, column) {
  const others = table.flatMap((ratings, at) => {
    const apart = at === row || ratings[column] === null ? null : disagreement(table[row], ratings, column);
    return apart === null ? [] : [{ row: at, value: ratings[column], disagreement: apart, weight: 1 / (1 + apart ** 2) }];
  });
  const total = sum(others.map((one) => one.weight));
  return { prediction: others.length ? sum(others.map((one) => one.weight * one.value)) / total : null, others };
}

/** The mean of a column without one row; null where nobody else rated it. */
export function columnMean(table, row, column) {
  const values = table.flatMap((ratings, at) => (at === row || ratings[column] === null ? [] : [ratings[column]]));
  return values.length ? mean(values) : null;
}

/** Mean distance, in stars, of two ways to fill a cell from the truth, each known cell covered in turn. */
export function coveredInTurn(table) {
  const cells = table.flatMap((ratings, row) =>
    ratings.flatMap((value, column) => {
      const others = fromOthers(table, row, column).prediction;
      return value === null || others === null ? [] : [{ value, others, item: columnMean(table, row, column) }];
    }),
  );
  const off = (way) => mean(cells.map((cell) => Math.abs(cell[way] - cell.value)));
  return { n: cells.length, others: off("others"), item: off("item") };
}

/** The counts of all n items, from those at some ranks (ascending, from 1): straight lines between them. */
export function interpolated(rank, count, n) {
  const counts = [];
  for (let at = 1, next = 0; at <= n; at++) {
    while (next < rank.length - 1 && rank[next] < at) next++;
    const previous = Math.max(0, next - 1);
    const width = rank[next] - rank[previous];
    const way = width ? Math.min(1, Math.max(0, (at - rank[previous]) / width)) : 0;
    counts.push(count[previous] + way * (count[next] - count[previous]));
  }
  return counts;
}

/** The share of all that the first part of them has; counts from the largest. */
export function headShare(counts, part) {
  const n = Math.max(1, Math.round(part * counts.length));
  return sum(counts.slice(0, n)) / sum(counts);
}

/** Counts after rounds in which a tenth more is dealt out in proportion to count^strength. Returns those of each round. */
export function feedback(counts, strength, nRounds) {
  const rounds = [counts];
  const largest = counts[0];
  for (let round = 0; round < nRounds; round++) {
    const now = rounds.at(-1);
    const pull = now.map((count) => (count / largest) ** strength);
    const dealt = (0.1 * sum(now)) / sum(pull);
    rounds.push(now.map((count, at) => count + dealt * pull[at]));
  }
  return rounds;
}
