// Where a map is looked at from: a centre in the data's units, and one scale for both axes, so that nothing is distorted.

const FILLED = 0.86; // of the shorter side, when everything is shown
const LEAST_ZOOM = 0.5;
const MOST_ZOOM = 400;

/** The smallest box around all points that have a place: { x, y, width, height }, x and y its middle. */
export function extent(xs, ys) {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let at = 0; at < xs.length; at++) {
    if (Number.isNaN(xs[at])) continue;
    left = Math.min(left, xs[at]);
    right = Math.max(right, xs[at]);
    low = Math.min(low, ys[at]);
    high = Math.max(high, ys[at]);
  }
  if (left > right) return { x: 0, y: 0, width: 0, height: 0 };
  return { x: (left + right) / 2, y: (low + high) / 2, width: right - left, height: high - low };
}

/** The camera over a picture of these pixels. place: { x, y, zoom }, zoom 1 where everything is shown. */
export function camera(place, box, width, height) {
  const scale = (place.zoom * FILLED * Math.min(width / (box.width || 1), height / (box.height || 1))) || 1;
  return { ...place, scale, width, height };
}

/** Everything in view. */
export const overview = (box) => ({ x: box.x, y: box.y, zoom: 1 });

/** Pixels from the picture's upper left corner of a place in the data's units. */
export function toScreen(view, x, y) {
  return [(x - view.x) * view.scale + view.width / 2, view.height / 2 - (y - view.y) * view.scale];
}

/** Whether a place in the data's units lies in the picture; one that is nan does not. */
export function isOnScreen(view, x, y) {
  const [left, top] = toScreen(view, x, y);
  return left >= 0 && top >= 0 && left <= view.width && top <= view.height;
}

/** The place in the data's units of a pixel. */
export function toData(view, left, top) {
  return [view.x + (left - view.width / 2) / view.scale, view.y + (view.height / 2 - top) / view.scale];
}

/** The place after the picture was dragged by so many pixels. */
export const panned = (view, right, down) => ({
  x: view.x - right / view.scale,
  y: view.y + down / view.scale,
  zoom: view.zoom,
});

/** The place after zooming so that what lies under a pixel stays under it. */
export function zoomed(view, factor, left, top) {
  const zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, view.zoom * factor));
  const [x, y] = toData(view, left, top);
  const kept = view.zoom / zoom;
  return { x: x + (view.x - x) * kept, y: y + (view.y - y) * kept, zoom };
}
