// SPDX-License-Identifier: GPL-3.0-or-later
// What sections share: parts of sentences, kept careful, and the line for what was not run.
import { h, scenarioText } from '../lib/dom.js';
import { clear, isZero } from '../lib/model.js';
import { estimate, fixed, gloss, has, inline, interval, money as amount, moneyEstimate, moneyExact, moneyInterval, moneyWithError, opposite, percent, plain, scaled, t, tx, year } from '../lib/text.js';

export const PER = 1000;

export function strong(text) {
  return h('strong', {}, text);
}
export function arm(model, name) {
  return h('strong', {}, scenarioText(model.armLabel(name)));
}

/* The same in the middle of a sentence. */
export function armInside(model, name) {
  return h('strong', {}, scenarioText(inline(model.armLabel(name))));
}
export function armText(model, name) {
  return inline(model.armLabel(name));
}
export function perspectiveInside(model, name) {
  return inline(model.perspectiveLabel(name));
}
export function groupName(model, name) {
  const text = model.subgroupLabel(name);
  return typeof text === 'string' ? text : `${text.attribute}: ${text.level}`;
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
    return tx(`cost.on_average_${figure.mean > 0 ? 'more' : 'less'}${ending}`, { amount: strong(moneyEstimate({ ...people, mean: Math.abs(people.mean) })), interval: moneyInterval(people), perspective: scenarioText(perspectiveInside(model, perspective)) });
  }
  const said = word === 'less' ? opposite(people) : people;
  return tx(`cost.${word}${ending}`, { amount: strong(moneyEstimate(said)), interval: moneyInterval(said), perspective: scenarioText(perspectiveInside(model, perspective)) });
}

/* A value of information and its standard error, for 1 000 people. */
export function withError(value, se) {
  return moneyWithError(value * PER, (se ?? 0) * PER);
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

/* A table of ours as it stands in its file, its words in the reader's language. The keys of the columns stay those of the file. */
export function rawTable(model, table, keys = [...table.columns.keys()]) {
  const label = (key) => (has(`raw.${key}`) ? t(`raw.${key}`) : has(`col.${key}`) ? t(`col.${key}`) : key.replace(/_/g, ' '));
  const words = (key, value) => {
    const reading = `${key}.${String(value).replace(/ /g, '_')}`;
    if (['scenario', 'strategy', 'comparator', 'compared_with', 'by', 'and_by'].includes(key)) return model.armLabel(value);
    if (key === 'perspective') return model.perspectiveLabel(value);
    if (key === 'subgroup') return groupName(model, value);
    if (key === 'outcome' || key === 'effect') return resultLabel(model, value);
    if (/^parameter(_[12])?$/.test(key)) return model.parameterLabel(value);
    if (key === 'reading' && model.table('dsa_threshold') === table) return flipReading(value);
    return has(reading) && !t(reading).includes('{') ? t(reading) : gloss(value);
  };
  return {
    columns: keys.map((key) => ({ label: label(key), key, numeric: typeof table.columns.get(key)?.find((value) => value !== null) === 'number',
      format: (value) => (value === null || value === '' || value === undefined ? '' : typeof value === 'number' ? plain(value, 5) : scenarioText(words(key, value))) })),
    rows: table.all(),
  };
}
/* "positive below, one of several" */
export function flipReading(text) {
  return text.split(', ').map((part) => (has(`reading.${part.replace(/ /g, '_')}`) ? t(`reading.${part.replace(/ /g, '_')}`) : part)).join(', ');
}
/* A result of the tables by its name: net benefit, a cost in a perspective, an outcome. */
export function resultLabel(model, outcome) {
  if (outcome === 'net_benefit') return t('net_benefit');
  if (outcome === 'cost' || outcome.startsWith('cost_')) return t('key.cost', { perspective: model.perspectiveLabel(outcome.slice(5) || 'all') });
  return outcome === 'qalys' ? t('qalys.discounted') : model.outcomeLabel(outcome);
}

export function isMoney(outcome) {
  return outcome === 'net_benefit' || outcome.startsWith('cost');
}
/* What 1 000 people change, as text. */
export function showResult(outcome, value) {
  return isMoney(outcome) ? amount(value * PER) : fixed(value * PER, Math.abs(value * PER) >= 100 ? 0 : 1, true);
}
/* "500,000 a QALY", or of what else the thresholds of dsa value. */
export function valueOf(model, threshold) {
  const effect = model.convention('dsa_effect') || 'qalys', x = moneyExact(threshold);
  if (effect === 'qalys') return t('slider.value', { x });
  return has(`value.${effect}`) ? t(`value.${effect}`, { x }) : t('value.other', { x, effect: model.outcomeLabel(effect) });
}
/* "Net benefit, Society, NOK 500,000 a QALY" */
export function resultWithValue(model, row) {
  const own = row.outcome === 'net_benefit';
  return [resultLabel(model, row.outcome), own && row.perspective ? model.perspectiveLabel(row.perspective) : '', own && row.threshold ? valueOf(model, row.threshold) : ''].filter(Boolean).join(', ');
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

