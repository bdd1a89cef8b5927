// The map as a picture to take away: what is on the canvas, and below it what it is a picture of.

import { colour } from "../dom.js";

const LINE = 18;
const MARGIN = 10;

/** A PNG of a canvas with lines of text below. */
export function picture(canvas, lines) {
  const ratio = window.devicePixelRatio || 1;
  const foot = (2 * MARGIN + LINE * lines.length) * ratio;
  const whole = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height + foot });
  const context = whole.getContext("2d");
  context.fillStyle = colour("page");
  context.fillRect(0, 0, whole.width, whole.height);
  context.drawImage(canvas, 0, 0);
  context.scale(ratio, ratio);
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = colour("text");
  context.textBaseline = "top";
  const top = canvas.height / ratio + MARGIN;
  for (const [at, line] of lines.entries()) context.fillText(line, MARGIN, top + at * LINE, canvas.width / ratio - 2 * MARGIN);
  return new Promise((resolve) => whole.toBlob(resolve, "image/png"));
}
