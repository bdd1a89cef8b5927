// What hands do to a map: drag, wheel, pinch, tap and keys, told as pans, zooms and picks.

const WHEEL = 0.0016; // of a factor e, for each pixel the wheel turns
const PINCH = 0.01; // the same for a trackpad's pinch, which comes as a wheel with ctrl
const LINE = 16; // pixels, where a wheel counts lines
const TAP = 5; // pixels that a tap may slip
const STEP = 0.12; // of the shorter side, for an arrow key
const KEY_ZOOM = 1.4;

/** Listen on an element. act: { pan(right, down), zoom(factor, left, top), pick(left, top, touch), hover(left, top), leave(), fit() } */
export function listen(element, act) {
  const fingers = new Map();
  let travelled = 0;
  const at = (event) => [event.clientX - element.getBoundingClientRect().left, event.clientY - element.getBoundingClientRect().top];

  element.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    if (fingers.size === 0) travelled = 0;
    fingers.set(event.pointerId, at(event));
    element.setPointerCapture(event.pointerId);
    act.leave();
  });
  element.addEventListener("pointermove", (event) => {
    const [left, top] = at(event);
    const before = fingers.get(event.pointerId);
    if (!before) return event.pointerType === "mouse" && act.hover(left, top);
    travelled += Math.hypot(left - before[0], top - before[1]);
    if (fingers.size === 2) pinch(fingers, event.pointerId, [left, top], act);
    else if (travelled > TAP) act.pan(left - before[0], top - before[1]);
    fingers.set(event.pointerId, [left, top]);
  });
  const lifted = (event) => {
    const isTap = fingers.delete(event.pointerId) && fingers.size === 0 && travelled <= TAP && event.type === "pointerup";
    if (isTap) act.pick(...at(event), event.pointerType === "touch");
  };
  element.addEventListener("pointerup", lifted);
  element.addEventListener("pointercancel", lifted);
  element.addEventListener("pointerleave", () => act.leave());
  element.addEventListener("wheel", (event) => wheel(event, at(event), act), { passive: false });
  element.addEventListener("keydown", (event) => key(event, element, act));
}

/** Two fingers: what lay between them stays between them. */
function pinch(fingers, moved, now, act) {
  const [other] = [...fingers].filter(([finger]) => finger !== moved).map(([, place]) => place);
  const before = fingers.get(moved);
  const apart = (place) => Math.max(1, Math.hypot(place[0] - other[0], place[1] - other[1]));
  act.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
  act.zoom(apart(now) / apart(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
}

function wheel(event, [left, top], act) {
  event.preventDefault();
  const pixels = event.deltaY * (event.deltaMode === 1 ? LINE : 1);
  act.zoom(Math.exp(-pixels * (event.ctrlKey ? PINCH : WHEEL)), left, top);
}

function key(event, element, act) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const { width, height } = element.getBoundingClientRect();
  const step = STEP * Math.min(width, height);
  const keys = {
    ArrowLeft: () => act.pan(step, 0),
    ArrowRight: () => act.pan(-step, 0),
    ArrowUp: () => act.pan(0, step),
    ArrowDown: () => act.pan(0, -step),
    "+": () => act.zoom(KEY_ZOOM, width / 2, height / 2),
    "=": () => act.zoom(KEY_ZOOM, width / 2, height / 2),
    "-": () => act.zoom(1 / KEY_ZOOM, width / 2, height / 2),
    0: () => act.fit(),
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
}
