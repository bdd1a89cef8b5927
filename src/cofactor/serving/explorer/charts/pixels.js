// Colours as pixels: 32-bit numbers with alpha, blue, green and red from the highest byte, as ImageData holds them.

/** Red, green and blue, 0 to 255, as a pixel. */
export const pixel = (red, green, blue) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

/** #rrggbb as a pixel. */
export const packed = (hex) => pixel(...[1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));

/** The colour between two pixels; share 0 is the first, 1 the second. */
export function between(first, second, share) {
  const part = (shift) => {
    const from = (first >>> shift) & 255;
    return Math.round(from + (((second >>> shift) & 255) - from) * share);
  };
  return pixel(part(0), part(8), part(16));
}

/** The colour at a share, 0 to 1, of a scale of evenly spaced colours. */
export function onScale(stops, share) {
  const place = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const from = Math.min(stops.length - 2, Math.floor(place));
  return between(stops[from], stops[from + 1], place - from);
}
