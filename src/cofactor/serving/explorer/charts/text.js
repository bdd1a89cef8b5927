// Text inside charts: cut to the room there is, and kept in its own direction.

const CANVAS = document.createElement("canvas").getContext("2d");
const FONT_PX = 12;

/** Other people's text in an svg: isolated, so that a right-to-left title leaves what stands beside it in place. */
export const isolated = (text) => `\u2068${text}\u2069`;

/** The text, ended with "…" where it is wider than so many pixels. */
export function fitting(text, width) {
  const letters = [...String(text)];
  if (widthOf(text) <= width) return String(text);
  let [fits, tooMany] = [0, letters.length];
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    if (widthOf(`${letters.slice(0, middle).join("")}…`) <= width) fits = middle;
    else tooMany = middle;
  }
  return `${letters.slice(0, fits).join("").trimEnd()}…`;
}

/** Pixels that a text takes in a chart. */
export function widthOf(text) {
  CANVAS.font = `${FONT_PX}px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif`;
  return CANVAS.measureText(String(text)).width;
}
