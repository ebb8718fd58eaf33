// One screen at a time, made new from its template when it is shown and gone when the next one comes:
// nothing that somebody typed stays in the page.

const stage = document.getElementById("stage");

/** Shows a screen and returns a function that finds its parts by `data-…` name. */
export function show(name) {
  const screen = document.getElementById(`screen-${name}`).content.cloneNode(true).firstElementChild;
  stage.replaceChildren(screen);
  document.body.dataset.screen = name;
  scrollTo(0, 0);
  const heading = screen.querySelector("h1");
  if (heading) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  return (part) => screen.querySelector(`[data-${part}]`);
}

/** Leaves nothing on the screen, whatever comes next. */
export function clear() {
  stage.replaceChildren();
  delete document.body.dataset.screen;
}

/** An element with attributes, listeners (`onclick`) and children. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

export function onClick(element, act) {
  element.addEventListener("click", act);
}

/** A moment as people write it. */
export function moment(at) {
  const time = new Date(at + 8 * 3600000).toISOString();
  return `${Number(time.slice(5, 7))}月${Number(time.slice(8, 10))}日 ${time.slice(11, 16)}`;
}
