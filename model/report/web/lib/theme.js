// SPDX-License-Identifier: GPL-3.0-or-later
// Colours that people with colour-vision deficiencies tell apart (Okabe and Ito 2008, lighter for dark pages), and what tells lines apart without
// any colour: dashes and symbols.

const LIGHT = {
  name: 'light', paper: '#ffffff', ink: '#1c2126', muted: '#59626c', rule: '#dcd9d2', faint: '#eeece7', band: 0.16,
  arms: ['#3f474f', '#0072b2', '#c24e00', '#00795a', '#a8508a', '#8a6500', '#2a8fc4', '#6f4e9c'],
  states: ['#e69f00', '#9ad0f0', '#f0e442', '#cc79a7', '#b8a07a', '#7b6bb5', '#d9b3a0', '#a6d8c2'],
  work: '#00916a', learning: '#56b4e9', benefit: '#c6562a', left: '#d5d8db', dead: '#6d747b', good: '#00795a', bad: '#b3380a',
};
const DARK = {
  name: 'dark', paper: '#1a1e22', ink: '#e9e6e0', muted: '#a9b1ba', rule: '#39414a', faint: '#262c32', band: 0.26,
  arms: ['#b9c0c7', '#5db4ea', '#f58a3c', '#35c39a', '#e39ac6', '#e0b340', '#8fd0f5', '#b79be0'],
  states: ['#e69f00', '#7cc3ee', '#e8dd55', '#cc79a7', '#a89066', '#8f80cc', '#c99a84', '#8fc9b0'],
  work: '#1fae86', learning: '#56b4e9', benefit: '#d5683a', left: '#8b949d', dead: '#4b545c', good: '#35c39a', bad: '#ff8a5c',
};
const DASHES = ['solid', [7, 4], [2, 3], [10, 3, 2, 3], [4, 2], [12, 4], [1, 2], [6, 2, 1, 2]];
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'pin', 'arrow', 'circle'];
const LATIN = '"Source Sans 3", "Segoe UI", -apple-system, BlinkMacSystemFont, Roboto, "Helvetica Neue", Arial, "Liberation Sans", system-ui, sans-serif';

export const FONT = LATIN;

export function palette(name) {
  return name === 'dark' ? DARK : LIGHT;
}

/* The comparator is dark grey and solid; each other arm has a colour, a dash and a symbol of its own on every chart. */
export function armStyle(model, arm, colours) {
  const at = model.compares && arm === model.comparator ? 0 : 1 + (model.compares ? model.others : model.arms).indexOf(arm);
  const k = at % colours.arms.length;
  return { color: colours.arms[k], dash: DASHES[k], symbol: SYMBOLS[k] };
}

export function seriesStyle(at, colours) {
  const k = (at + 1) % colours.arms.length;
  return { color: colours.arms[k], dash: DASHES[at % DASHES.length], symbol: SYMBOLS[at % SYMBOLS.length] };
}

export function stateColour(model, state, colours) {
  const role = model.about.get(`state_role:${state}`);
  if (role === 'dead') return colours.dead;
  if (role === 'left') return colours.left;
  if (model.members('outcome_states', 'employment_years').includes(state)) return colours.work;
  if (model.members('outcome_states', 'disability_years').includes(state)) return colours.benefit;
  if (model.members('outcome_states', 'education_years').includes(state)) return colours.learning;
  const rest = model.states().filter((s) => !model.about.get(`state_role:${s}`) && !['employment_years', 'disability_years', 'education_years']
    .some((outcome) => model.members('outcome_states', outcome).includes(s)));
  return colours.states[Math.max(0, rest.indexOf(state)) % colours.states.length];
}
