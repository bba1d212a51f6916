// SPDX-License-Identifier: GPL-3.0-or-later
// The top of the page: the plain answer, key figures for 1 000 people, and what kind of uncertainty they have.
import { h, scenarioText } from '../lib/dom.js';
import { integer, moneyScale, moneyUnit, t, tx, year } from '../lib/text.js';
import { arm, armInside, change, costChange, costOutcome, figureCell, intervalNote, PER, perspectiveInside, probability } from './common.js';

/* Whose money matters most to a reader: the first perspective and the last, usually the narrowest and the widest. */
function mainPerspectives(model) {
  const known = model.perspectives.filter((name) => model.knows(costOutcome(name), { discounted: true }));
  return known.length <= 2 ? known : [known[0], known[known.length - 1]];
}

function mainOutcomes(model) {
  const work = ['employment_years', 'disability_years'].filter((name) => model.knows(name));
  return work.length > 0 ? work : model.knows('qalys', { discounted: true }) ? ['qalys'] : model.yearOutcomes().slice(0, 1);
}

function sentence(model, name) {
  const parts = mainOutcomes(model).map((outcome) => change(model, outcome, model.difference(name, outcome, { discounted: outcome === 'qalys' })));
  const costs = mainPerspectives(model).map((perspective) => [perspective, model.difference(name, costOutcome(perspective), { discounted: true })]).filter(([, figure]) => figure);
  const saving = costs.map(([perspective, figure]) => (figure.above === undefined || figure.above === null ? null
    : tx(perspective === 'all' ? 'answer.saving.all' : 'answer.saving', { p: h('strong', {}, probability(1 - figure.above)), perspective: scenarioText(perspectiveInside(model, perspective)) }))).filter(Boolean);
  const join = (items) => items.map((item, at) => [at === 0 ? '' : at === items.length - 1 ? ` ${t('and')} ` : ', ', item]);
  return h('li', {}, tx('answer.arm', { arm: arm(model, name), changes: join(parts) }),
    costs.length ? [' ', tx('answer.cost', { costs: costs.map(([perspective, figure], at) => [at ? '; ' : '', costChange(model, figure, perspective)]) })] : null,
    saving.length ? [' ', tx('answer.savings', { list: join(saving) })] : null);
}

function plainAnswer(page) {
  const { model } = page;
  if (!model.compares || (!model.table('differences') && !model.table('psa_summary'))) return null;
  const shown = model.others.slice(0, 4);
  return h('div', { class: 'answer' },
    h('p', { class: 'lead' }, tx('answer.lead', { comparator: armInside(model, model.comparator), years: year(model.horizon) })),
    h('ul', {}, shown.map((name) => sentence(model, name))),
    shown.length < model.others.length ? h('p', {}, t('answer.more', { n: integer(model.others.length - shown.length) })) : null);
}

function keyRows(model) {
  const rows = model.yearOutcomes().slice(0, 3).map((outcome) => ({ label: model.outcomeLabel(outcome), outcome, options: {}, factor: PER }));
  if (model.knows('qalys', { discounted: true })) {
    rows.push({ label: t(model.discounts ? 'qalys.discounted' : 'outcome.qalys'), outcome: 'qalys', options: { discounted: true }, factor: PER });
  }
  if (model.knows('life_years') && rows.length < 4) rows.push({ label: t('life_years'), outcome: 'life_years', options: {}, factor: PER });
  const figures = model.perspectives.flatMap((name) => model.others.map((other) => model.figure(other, costOutcome(name), { discounted: true }))).filter(Boolean);
  const scale = moneyScale(PER * Math.max(0, ...figures.map((figure) => Math.abs(figure.mean))));
  for (const name of model.perspectives.filter((p) => model.knows(costOutcome(p), { discounted: true }))) {
    rows.push({ label: t('key.cost', { perspective: model.perspectiveLabel(name) }), unit: moneyUnit(scale), outcome: costOutcome(name), options: { discounted: true }, factor: PER * scale.factor });
  }
  return rows;
}

function keyFigures(page) {
  const { model } = page;
  const rows = keyRows(model);
  if (rows.length === 0 || rows.every((row) => !model.knows(row.outcome, row.options))) return null;
  const head = h('thead', {}, h('tr', { role: 'row' }, h('td', { role: 'cell' }),
    model.others.map((name) => h('th', { scope: 'col', role: 'columnheader' }, scenarioText(model.armLabel(name))))));
  const body = rows.map((row) => h('tr', { role: 'row' },
    h('th', { scope: 'row', role: 'rowheader' }, scenarioText(row.label), row.unit ? h('span', { class: 'unit' }, row.unit) : null),
    model.others.map((name) => h('td', { role: 'cell', 'data-label': model.armLabel(name) }, figureCell(model.figure(name, row.outcome, row.options), row.factor, model.compares)))));
  return h('div', { class: 'key' },
    h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': t(model.compares ? 'key.changes' : 'key.levels', { years: year(model.horizon) }) },
      h('table', { role: 'table' }, h('caption', {}, t(model.compares ? 'key.changes' : 'key.levels', { years: year(model.horizon) })), head, h('tbody', { role: 'rowgroup' }, body))),
    h('p', { class: 'uncertainty' }, intervalNote(model)));
}

function facts(page) {
  const { model } = page;
  const items = [];
  const persons = Number(model.convention('persons'));
  if (persons > 0) items.push(t(model.compares ? 'fact.same_people' : 'fact.people', { n: integer(persons) }));
  const draws = model.table('thinned')?.get(0, 'draws');
  if (draws) items.push(t('fact.draws', { n: integer(draws) }));
  if (Number.isFinite(model.horizon)) items.push(t('fact.horizon', { n: year(model.horizon) }));
  const price = model.convention('price_year');
  const currency = model.convention('currency');
  if (price && currency) items.push(t('fact.prices', { currency, year: price }));
  return items.length ? h('ul', { class: 'facts' }, items.map((item) => h('li', {}, item))) : null;
}

export function answer(page) {
  return [facts(page), plainAnswer(page), keyFigures(page)];
}
