// Builds elements. Text from uploads and answers reaches the page only as text nodes and attribute
// values set here; nothing on this page parses markup.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Creates an element. `attributes` are set as they are, except: `on` holds listeners by event, `style`
 * holds CSS properties by name, true sets an empty attribute, and false or null sets none. Children are
 * nodes, text, or arrays of them; null and false are left out.
 */
export function el(tag, attributes = {}, ...children) {
  return build(document.createElement(tag), attributes, children);
}

/** Creates an SVG element. */
export function svg(tag, attributes = {}, ...children) {
  return build(document.createElementNS(SVG, tag), attributes, children);
}

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'on') {
      for (const [event, listener] of Object.entries(value)) {
        element.addEventListener(event, listener);
      }
    } else if (name === 'style') {
      style(element, value);
    } else if (value !== false && value != null) {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  element.append(...present(children));
  return element;
}

function present(children) {
  return children.flat(Infinity).filter(child => child != null && child !== false);
}

/** Sets CSS properties, which a policy without inline styles allows from scripts. */
export function style(element, properties) {
  for (const [name, value] of Object.entries(properties)) {
    element.style.setProperty(name, value);
  }
  return element;
}

/** Replaces an element's children. */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
  return element;
}

/** Sets an element's text if it differs, so that live regions speak only of changes. */
export function text(element, value) {
  if (element.textContent !== value) {
    element.textContent = value;
  }
  return element;
}

/** Returns the element with an id of index.html. */
export function byId(id) {
  return document.getElementById(id);
}

/** Tells screen readers what changed. */
export function announce(message) {
  text(byId('announcement'), message);
}

/** A refusal in the server's own words. */
export const refused = sentence => el('p', {class: 'refusal sentence', role: 'alert'}, sentence);

/** Returns a function that calls `action` once its own calls pause for so many milliseconds. */
export function debounce(milliseconds, action) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), milliseconds);
  };
}

/** What this tab remembers over a reload. */
export const memory = {
  get(key) {
    try {
      return JSON.parse(sessionStorage.getItem(key));
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      if (value == null) {
        sessionStorage.removeItem(key);
      } else {
        sessionStorage.setItem(key, JSON.stringify(value));
      }
    } catch {
      // Without storage, only a reload forgets.
    }
  },
};
