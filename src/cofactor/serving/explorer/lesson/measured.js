// What was measured on `tastes`, the embedded data (generated ratings), by docs/lecture.ipynb, on ml-1m by
// `python3 dev.py bench ncf`, and on `regrets` by `python3 dev.py bench objective`. The tests look each of these numbers up there.

/** Squared error on unseen ratings by y_range: mean of three seeds. */
export const BY_RANGE = [
  { range: "none", error: "0.6491" },
  { range: "(0, 5)", error: "0.5956" },
  { range: "(0, 5.5)", error: "0.6034" },
  { range: "(0.5, 5.5)", error: "0.6086" },
];

/** Squared error by weight decay, on ratings it learned from and on unseen ones. */
export const BY_DECAY = { none: { known: "0.231", unseen: "0.635" }, best: { decay: "0.2", unseen: "0.597" }, lecture: { decay: "0.1", unseen: "0.601" } };

/** The number of factors with the lowest error, and those that cannot be told from it. */
export const BY_WIDTH = { best: "20", error: "0.780", within: "10, 20, 50" };

/** Error in stars (RMSE) of a dot product and of the lecture's network, three seeds each; the paired difference. */
export const ON_TASTES = { dot: "0.7795", network: "0.7869", behind: "0.0074" };

/** NCF's protocol on ml-1m, the whole catalogue ranked: share of held-out items among the first ten, and the time to fit. */
export const ON_ML_1M = { dot: "0.1045", network: "0.0907", dotSeconds: "13.5", networkSeconds: "150.7" };

/** On `regrets`, generated clicks, by the weight of what people said they regret: nDCG@10, true regret, places of bait. */
export const BY_WEIGHT = [
  { weight: "0", found: "0.300", regret: "0.467", bait: "0.644" },
  { weight: "0.1", found: "0.296", regret: "0.368", bait: "0.509" },
  { weight: "0.2", found: "0.266", regret: "0.254", bait: "0.345" },
  { weight: "0.3", found: "0.230", regret: "0.144", bait: "0.175" },
  { weight: "0.5", found: "0.177", regret: "0.045", bait: "0.004" },
  { weight: "0.7", found: "0.159", regret: "0.034", bait: "0.000" },
  { weight: "1", found: "0.066", regret: "0.043", bait: "0.000" },
];
