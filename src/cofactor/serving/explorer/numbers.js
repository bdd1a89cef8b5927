// How numbers are written, once for all views.

const WHOLE = new Intl.NumberFormat("en");

/** 12,345 */
export const whole = (number) => WHOLE.format(number);

/** A number with so many decimals, and a real minus sign; what rounds to zero has none. */
export const fixed = (number, decimals = 2) =>
  Number.isFinite(number) ? number.toFixed(decimals).replace(/^-(?=[0.]*$)/, "").replace("-", "−") : "–";

/** +0.31 or −0.31 */
export const signed = (number, decimals = 2) => (number > 0 ? "+" : "") + fixed(number, decimals);

/** 12.3 % */
export const percent = (share, decimals = 1) => `${fixed(100 * share, decimals)} %`;

/** "1 rating", "3 ratings" */
export const counted = (n, word, plural = `${word}s`) => `${whole(n)} ${n === 1 ? word : plural}`;
