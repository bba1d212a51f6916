// SPDX-License-Identifier: GPL-3.0-or-later
// Elements. Texts become text nodes and nothing else: there is no way from here to HTML that a table could use.

const SVG = 'http://www.w3.org/2000/svg';

function append(parent, child) {
  if (child === null || child === undefined || child === false) return;
  if (Array.isArray(child)) child.forEach((c) => append(parent, c));
  else parent.append(child instanceof Node ? child : String(child));
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'style') element.style.cssText = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  append(element, children);
  return element;
}

export function h(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/* A text of the scenario inside a sentence of ours: its direction must not spill over. */
export function scenarioText(text) {
  return h('bdi', {}, text);
}

/* "a {x} b" with nodes or texts in the places. */
export function weave(pattern, values) {
  return pattern.split(/(\{[a-z_]+\})/).map((part) => {
    const name = /^\{([a-z_]+)\}$/.exec(part);
    return name && values[name[1]] !== undefined ? values[name[1]] : part;
  });
}

let serial = 0;
export function freshId(stem) {
  serial += 1;
  return `${stem}-${serial}`;
}
