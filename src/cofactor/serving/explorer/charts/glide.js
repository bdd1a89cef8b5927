// Movement from one state to another: quick at first, and none at all for those who asked their system for less of it.

/** Call step(share) for each frame until share is 1, or until isStill() is false. */
export function glide(ms, step, isStill) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return step(1);
  const began = performance.now();
  const frame = (now) => {
    if (!isStill()) return;
    const passed = Math.min(1, Math.max(0, (now - began) / ms));
    step(passed * (2 - passed));
    if (passed < 1) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

const part = (from, to, share) => from + (to - from) * share;

/** A camera's place between two. */
export function placeBetween(from, to, share) {
  if (share === 1) return to;
  return { x: part(from.x, to.x, share), y: part(from.y, to.y, share), zoom: from.zoom * (to.zoom / from.zoom) ** share };
}

/** An extent between two. */
export function boxBetween(from, to, share) {
  if (share === 1) return to;
  return Object.fromEntries(Object.keys(to).map((key) => [key, part(from[key], to[key], share)]));
}

/** Coordinates between two lists; who had no place before stands at the new one at once. */
export function valuesBetween(from, to, share) {
  if (share === 1) return to;
  return to.map((value, row) => (Number.isNaN(from[row]) ? value : part(from[row], value, share)));
}
