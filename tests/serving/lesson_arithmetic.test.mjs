// The lesson's arithmetic on examples small enough to check in one's head. Run by tests/serving/test_lesson_arithmetic.py.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as arithmetic from "./lesson/arithmetic.js";
import * as lecture from "./lesson/lecture.js";
import * as ridge from "./lesson/ridge.js";

const near = (value, wanted, room = 1e-9) => assert.ok(Math.abs(value - wanted) < room, `${value} is not ${wanted}`);

test("the lecture's dot product is 0.95: 4.75 times five, 3.97 by the sigmoid", () => {
  const product = arithmetic.dot([0.8, -0.3, 0.6], [0.7, 0.5, 0.9]);
  near(product, 0.95);
  near(5 * product, 4.75);
  near(arithmetic.squash(product, [0, 5.5]), 3.97, 0.005);
});

test("the sigmoid is in the middle at 0 and never at its ends", () => {
  assert.equal(arithmetic.squash(0, [0, 5.5]), 2.75);
  assert.equal(arithmetic.unsquash(5, [0, 5]), Infinity);
  assert.equal(arithmetic.unsquash(0, [0, 5]), -Infinity);
  near(arithmetic.unsquash(5, [0, 5.5]), Math.log(10));
});

test("a gradient step in whole numbers", () => {
  const step = arithmetic.gradientStep([1, 2], [3, 0], 5, 0.1);
  assert.deepEqual([step.prediction, step.error], [3, -2]);
  assert.deepEqual([step.gradientU, step.gradientV], [[-12, -0], [-4, -8]]);
  near(step.u[0], 2.2);
  near(step.v[1], 0.8);
});

test("descent takes the ratings in turn, leaves its start alone and lowers the loss", () => {
  const ratings = [{ user: 0, item: 0, value: 2 }, { user: 0, item: 1, value: 3 }];
  const start = { U: [[1]], V: [[1], [1]] };
  const { losses, last } = arithmetic.descend(ratings, start, 0.05, 40);
  assert.deepEqual(start, { U: [[1]], V: [[1], [1]] });
  assert.equal(losses.length, 41);
  assert.equal(losses[0], (1 + 4) / 2);
  assert.equal(last.rating.item, 1);
  assert.ok(losses[40] < 0.05);
});

test("who agrees more weighs more, and a column left out does not count", () => {
  assert.equal(arithmetic.disagreement([5, null, 3], [4, 2, 1], 2), 1);
  assert.equal(arithmetic.disagreement([5, null], [null, 2], null), null);
  const dave = lecture.PEOPLE.indexOf("Dave");
  near(arithmetic.fromOthers(lecture.TABLE, dave, 0).prediction, (0.5 * 5 + 0.2 * 3) / 0.7);
});

test("cells covered in turn: two people who agree predict each other, the mean of the column does too", () => {
  const { n, others, item } = arithmetic.coveredInTurn([[5, 1], [5, 1]]);
  assert.deepEqual([n, others, item], [4, 0, 0]);
});

test("counts between sampled ranks lie on straight lines", () => {
  assert.deepEqual(arithmetic.interpolated([1, 3, 5], [10, 6, 0], 5), [10, 8, 6, 3, 0]);
});

test("in proportion, shares stay; preferring the popular, the head grows", () => {
  const counts = [60, 20, 10, 10];
  near(arithmetic.headShare(counts, 0.25), 0.6);
  near(arithmetic.headShare(arithmetic.feedback(counts, 1, 5).at(-1), 0.25), 0.6);
  assert.ok(arithmetic.headShare(arithmetic.feedback(counts, 2, 5).at(-1), 0.25) > 0.65);
  const [, alike] = arithmetic.feedback(counts, 0, 1);
  alike.forEach((count, at) => near(count - counts[at], 2.5));
});

test("a planted table has each cell once, and the same seed gives the same numbers", () => {
  const options = { nUsers: 4, nItems: 3, nTastes: 2, noise: 0.5, seed: 7 };
  const cells = ridge.planted(options);
  assert.equal(new Set(cells.map(({ user, item }) => `${user} ${item}`)).size, 12);
  assert.deepEqual(cells, ridge.planted(options));
});

const STEPS = ["rating-matrix", "dot-product", "bias", "y-range", "gradient-descent", "network", "weight-decay", "cold-start", "objective"];

for (const name of STEPS) {
  test(`${name} ends in questions with one right answer, and explains each`, async () => {
    const { checks } = await import(`./lesson/${name}.js`);
    assert.ok(checks.length >= 1);
    for (const { legend, answers } of checks) {
      assert.equal(answers.filter((answer) => answer.right).length, 1, legend);
      for (const { text, why } of answers) assert.ok(why?.length > 20, `${legend} ${text}`);
    }
  });
}
