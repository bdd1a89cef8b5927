// Labels that never overlap: in order of importance, each takes the first free place beside its point, or waits for more room.

const GAP = 2; // pixels between two labels

/**
 * The labels that find room. candidates: most important first, { x, y, width, height, offset, centred }, in pixels;
 * `centred` stands on its point, any other beside it, `offset` away. blocked: boxes that are taken already.
 * Each gets left and top.
 */
export function placed(candidates, { width, height, limit, blocked = [] }) {
  const taken = [...blocked];
  const found = [];
  for (const one of candidates) {
    if (found.length === limit) break;
    const corner = corners(one).find(([left, top]) => isInside(left, top, one, width, height) && isFree(left, top, one, taken));
    if (!corner) continue;
    const box = { left: corner[0], top: corner[1], width: one.width, height: one.height };
    taken.push(box);
    found.push({ ...one, ...box });
  }
  return found;
}

/** Upper left corners to try, the best first: right, left, above, below. */
function corners({ x, y, width, height, offset, centred }) {
  if (centred) return [[x - width / 2, y - height / 2]];
  return [
    [x + offset, y - height / 2],
    [x - offset - width, y - height / 2],
    [x - width / 2, y - offset - height],
    [x - width / 2, y + offset],
  ];
}

const isInside = (left, top, one, width, height) =>
  left >= 0 && top >= 0 && left + one.width <= width && top + one.height <= height;

const isFree = (left, top, one, taken) =>
  !taken.some(
    (box) =>
      left < box.left + box.width + GAP &&
      box.left < left + one.width + GAP &&
      top < box.top + box.height + GAP &&
      box.top < top + one.height + GAP,
  );
