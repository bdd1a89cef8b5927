// Charts as PNG files, in the colours that they are seen in.

import { colour } from "../dom.js";
import { download } from "../table.js";

const COPIED = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-family", "font-weight", "text-anchor", "opacity"];
const SHARPNESS = 2; // pixels of the file for each of the page

/** Save an svg or a canvas as NAME.png. */
export async function savePicture(name, drawing) {
  const canvas = drawing instanceof HTMLCanvasElement ? drawing : await painted(drawing);
  canvas.toBlob((blob) => download(`${name}.png`, blob, "image/png"));
}

async function painted(svg) {
  const { width, height } = svg.getBoundingClientRect();
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(svg, width, height))}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: SHARPNESS * width, height: SHARPNESS * height });
  const context = canvas.getContext("2d");
  context.fillStyle = colour("page");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** The text of an svg that needs no stylesheet. */
function standalone(svg, width, height) {
  const copy = svg.cloneNode(true);
  const originals = [svg, ...svg.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((element, at) => {
    const seen = getComputedStyle(originals[at]);
    for (const property of COPIED) element.setAttribute(property, seen.getPropertyValue(property));
  });
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  return new XMLSerializer().serializeToString(copy);
}
