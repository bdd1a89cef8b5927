// Points into pixels, in plain JavaScript: the same picture with any graphics card and with none.
// A frame is { pixels, stride, rows, margin }: the picture with a margin around it, into which discs at its edge may reach.

const STEPS = 4; // sub-pixel offsets along each side that a disc is prepared for

/** A frame for a picture of these pixels. */
export function frameOf(width, height, margin) {
  const [stride, rows] = [width + 2 * margin, height + 2 * margin];
  const image = new ImageData(stride, rows);
  return { image, pixels: new Uint32Array(image.data.buffer), stride, rows, margin };
}

/** A disc's pixels at each sub-pixel offset: how far they are from the point's own, and how much is covered (0 to 256). */
export function discs(radius, alpha, stride) {
  return Array.from({ length: STEPS * STEPS }, (_, at) =>
    disc(radius, alpha, stride, ((at % STEPS) + 0.5) / STEPS, (Math.floor(at / STEPS) + 0.5) / STEPS),
  );
}

function disc(radius, alpha, stride, right, down) {
  const reach = Math.ceil(radius + 0.5);
  const [offsets, strengths] = [[], []];
  for (let v = -reach; v <= reach; v++) {
    for (let u = -reach; u <= reach; u++) {
      const covered = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(u + 0.5 - right, v + 0.5 - down)));
      if (covered * alpha < 1 / 256) continue;
      offsets.push(v * stride + u);
      strengths.push(Math.round(256 * covered * alpha));
    }
  }
  return { offsets: Int32Array.from(offsets), strengths: Int32Array.from(strengths) };
}

/** Lay discs over the pixels, in the order of the points: { n, xs, ys, colours }. */
export function paintDiscs({ pixels, stride, rows, margin }, points, prepared, view) {
  const { n, xs, ys, colours } = points;
  const left = view.width / 2 + margin - view.x * view.scale;
  const top = view.height / 2 + margin + view.y * view.scale;
  const near = margin / 2;
  for (let at = 0; at < n; at++) {
    const x = left + xs[at] * view.scale;
    const y = top - ys[at] * view.scale;
    if (!(x >= near && y >= near && x < stride - near && y < rows - near)) continue;
    const u = x | 0;
    const v = y | 0;
    blend(pixels, v * stride + u, colours[at], prepared[(((x - u) * STEPS) | 0) + STEPS * (((y - v) * STEPS) | 0)]);
  }
}

/** Red and blue in one multiplication, green in another. */
function blend(pixels, at, colour, { offsets, strengths }) {
  const redBlue = colour & 0xff00ff;
  const green = colour & 0x00ff00;
  for (let k = 0; k < offsets.length; k++) {
    const here = at + offsets[k];
    const rb = pixels[here] & 0xff00ff;
    const g = pixels[here] & 0x00ff00;
    pixels[here] =
      0xff000000 |
      ((rb + (Math.imul(redBlue - rb, strengths[k]) >> 8)) & 0xff00ff) |
      ((g + (Math.imul(green - g, strengths[k]) >> 8)) & 0x00ff00);
  }
}

/** Squares in place of discs: coarse, and several times faster. */
export function paintSquares({ pixels, stride, rows, margin }, points, side, view) {
  const { n, xs, ys, colours } = points;
  const left = view.width / 2 + margin - side / 2 - view.x * view.scale;
  const top = view.height / 2 + margin - side / 2 + view.y * view.scale;
  for (let at = 0; at < n; at++) {
    const x = left + xs[at] * view.scale;
    const y = top - ys[at] * view.scale;
    if (!(x >= 0 && y >= 0 && x < stride - side && y < rows - side)) continue;
    const corner = (y | 0) * stride + (x | 0);
    for (let v = 0; v < side; v++) for (let u = 0; u < side; u++) pixels[corner + v * stride + u] = colours[at];
  }
}
