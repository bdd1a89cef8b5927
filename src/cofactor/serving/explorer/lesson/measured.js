// What was measured on `tastes`, the embedded data (generated ratings), by docs/lecture.ipynb, and on ml-1m by
// `python3 dev.py bench ncf`. The tests look each of these numbers up there.

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
export const ON_TASTES = { dot: "0.7795", network: "0.7871", behind: "0.0076" };

/** NCF's protocol on ml-1m, the whole catalogue ranked: share of held-out items among the first ten, and the time to fit. */
export const ON_ML_1M = { dot: "0.1045", network: "0.0907", dotSeconds: "13.5", networkSeconds: "150.7" };

/** From lists by take-up (weight 0) to lists by stars (weight 1): what is found, liked, and beyond the hundred most rated. */
export const BY_WEIGHT = [
  { weight: "0.0", found: "22.3%", stars: "4.08", beyond: "1%" },
  { weight: "0.2", found: "22.6%", stars: "4.14", beyond: "2%" },
  { weight: "0.4", found: "21.8%", stars: "4.20", beyond: "3%" },
  { weight: "0.6", found: "20.2%", stars: "4.25", beyond: "8%" },
  { weight: "0.8", found: "17.7%", stars: "4.31", beyond: "22%" },
  { weight: "1.0", found: "12.9%", stars: "4.38", beyond: "47%" },
];
