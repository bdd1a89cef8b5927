// Elements made of text and attributes only: nothing here or elsewhere writes HTML, so no title can be markup.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element. `on…` properties are listeners, `class` and other names attributes, children nodes or text. */
export function h(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

/** An SVG element; as `h`. */
export function s(tag, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), properties, children);
}

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Put these children in place of all there are. */
export function replace(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Text of other people's (titles, ids): shown in its own direction, whatever stands beside it. */
export function theirs(text) {
  return h("bdi", {}, String(text));
}

/** Say something to whoever listens to the page rather than looks at it. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}

/** The present value of a colour of style.css, for canvases. */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Call `action` once the element has left the page (its view was replaced). */
export function whenGone(element, action) {
  const observer = new MutationObserver(() => {
    if (element.isConnected) return;
    observer.disconnect();
    action();
  });
  observer.observe(document.body, { childList: true, subtree: true });
}
