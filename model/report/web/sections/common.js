// SPDX-License-Identifier: GPL-3.0-or-later
// What sections share: parts of sentences, kept careful, and the line for what was not run.
import { h, scenarioText } from '../lib/dom.js';
import { clear, isZero } from '../lib/model.js';
import { estimate, has, interval, moneyEstimate, moneyInterval, opposite, percent, scaled, t, tx, year } from '../lib/text.js';

export const PER = 1000;

export function strong(text) {
  return h('strong', {}, text);
}
export function arm(model, name) {
  return h('strong', {}, scenarioText(model.armLabel(name)));
}

/* "by year 5", or "over the whole period of 49 years". */
export function period(model, when) {
  return when === model.horizon ? t('over_years', { n: year(when) }) : t('by_year', { n: year(when) });
}

/* What the interval of a figure holds: "simulation noise only" or "uncertainty of the inputs". */
export function intervalName(model) {
  return t(model.hasPsa ? 'interval.psa' : 'interval.mc');
}
export function intervalNote(model) {
  return t(model.hasPsa ? 'uncertainty.psa' : 'uncertainty.mc');
}
/* The same in a few words, below a chart. */
export function shortNote(model) {
  return t(model.hasPsa ? 'uncertainty.short.psa' : 'uncertainty.short.mc');
}

/* "1 654 more years in competitive work"; "no clear difference in ...". names: message keys "change.NAME.more" where we have them. */
export function change(model, outcome, figure) {
  const people = scaled(figure, PER);
  const name = has(`change.${outcome}.more`) ? outcome : null;
  const word = isZero(figure) ? 'same' : !clear(figure) ? 'unclear' : figure.mean > 0 ? 'more' : 'fewer';
  const n = strong(estimate({ ...people, mean: Math.abs(people.mean) }));
  const said = (own) => (name ? tx(`change.${name}.${own}`, { n }) : tx(`change.any.${own}`, { n, outcome: scenarioText(model.outcomeLabel(outcome)) }));
  /* Draws have a mean that is worth saying, although the interval includes zero; a simulation's noise has not. */
  if (word === 'unclear' && tells(figure)) return [said(figure.mean > 0 ? 'more' : 'fewer'), ' ', t('uncertain')];
  return said(word);
}

function tells(figure) {
  return figure.kind === 'psa' && Math.abs(figure.mean) > 0.02 * (figure.high - figure.low);
}
/* The share of draws in which something holds: never quite certain, never quite impossible. */
export function probability(share) {
  return percent(Math.min(1 - 1e-9, Math.max(1e-9, share)));
}

/* "NOK 407 million less for Public purse (interval)". */
export function costChange(model, figure, perspective) {
  const people = scaled(figure, PER);
  const word = isZero(figure) ? 'same' : !clear(figure) ? 'unclear' : figure.mean > 0 ? 'more' : 'less';
  const ending = perspective === 'all' ? '.all' : '';
  /* A psa tells how probable a saving is, so its mean is said even where the interval includes zero. */
  if (word === 'unclear' && tells(figure)) {
    return tx(`cost.on_average_${figure.mean > 0 ? 'more' : 'less'}${ending}`, { amount: strong(moneyEstimate({ ...people, mean: Math.abs(people.mean) })), interval: moneyInterval(people), perspective: scenarioText(model.perspectiveLabel(perspective)) });
  }
  const said = word === 'less' ? opposite(people) : people;
  return tx(`cost.${word}${ending}`, { amount: strong(moneyEstimate(said)), interval: moneyInterval(said), perspective: scenarioText(model.perspectiveLabel(perspective)) });
}

export function costOutcome(perspective) {
  return perspective === 'all' ? 'cost' : `cost_${perspective}`; /* all: nothing but the total is declared */
}

/* A figure in a cell: estimate, and the interval below it. */
export function figureCell(figure, factor, sign) {
  if (!figure) return '–';
  const value = scaled(figure, factor);
  return [h('span', { class: 'value' }, estimate(value, sign)), value.low !== value.high ? h('span', { class: 'between' }, interval(value, sign)) : null];
}

/* The analysis that this question needs was not run: what would add it. */
export function notRun(page, key, command) {
  return h('p', { class: 'not-run' }, tx(`not_run.${key}`, { command: h('code', {}, command) }));
}

/* "4 % a year, 3 % from year 40" as the tables say it, in the reader's language. */
export function discounting(model, key) {
  const text = model.convention(key);
  if (text === null) return null;
  return text.startsWith('none') ? t('none') : text.replace(/a year, continuously compounded/g, t('continuous')).replace(/ a year/g, ` ${t('a_year')}`).replace(/from year/g, t('from_year')).replace(/ %/g, t('percent_sign'));
}

export function files(model) {
  const names = model.arms.map((name) => model.conventionOf(name, 'file') || `${name}.cfg`);
  return names.join(' ');
}

