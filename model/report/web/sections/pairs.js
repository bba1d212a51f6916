// SPDX-License-Identifier: GPL-3.0-or-later
// Two inputs at a time (dsa --grid): a table with one of them down and the other across.
import { h, scenarioText } from '../lib/dom.js';
import { armChoice, choice, controls, dataTable, figure } from '../lib/figure.js';
import { decimalsFor, fixed, integer, moneyScale, moneyUnit, plain, t, tx } from '../lib/text.js';
import { arm, armInside, isMoney, PER, rawTable, resultWithValue } from './common.js';

const MOST_VALUES = 12; /* down and across: more are not read */
const CLEAR = 2; /* standard errors */

/* At most so many of the values, the ends among them. */
function thin(values) {
  const last = values.length - 1;
  return last < MOST_VALUES ? values : [...new Set(Array.from({ length: MOST_VALUES }, (_, k) => values[Math.round((k * last) / (MOST_VALUES - 1))]))];
}
function tone(row) {
  return Math.abs(row.estimate) < CLEAR * row.mcse || row.estimate === 0 ? 'unclear' : row.estimate > 0 ? 'above' : 'below';
}

export function pairs(page) {
  const { model } = page;
  const table = model.table('dsa_grid');
  if (!table) return null;
  const key = (row) => [row.parameter_1, row.parameter_2, row.outcome, row.perspective ?? '', row.threshold ?? ''].join('|');
  const kinds = new Map(); /* each by its first row */
  for (const row of table.all()) if (!kinds.has(key(row))) kinds.set(key(row), row);
  const keys = [...kinds.keys()];
  [page.state.pair] = keys;
  const first = () => kinds.get(page.state.pair);
  const rows = () => table.all().filter((row) => row.scenario === page.state.arm && key(row) === page.state.pair);
  const values = (column) => [...new Set(rows().map((row) => row[column]))].sort((a, b) => a - b);
  const name = (column) => model.parameterLabel(first()[column]);
  const scale = () => (isMoney(first().outcome) ? moneyScale(PER * Math.max(...rows().map((row) => Math.abs(row.estimate)))) : { factor: 1, word: '' });
  const unit = () => (isMoney(first().outcome) ? `, ${moneyUnit(scale())}` : '');
  const cell = (row, s) => {
    if (!row) return '–';
    const [value, error] = [row.estimate, row.mcse].map((x) => x * PER * s.factor);
    const decimals = Math.max(0, Math.min(3, decimalsFor(error || value, error ? 2 : 3)));
    return [fixed(value, decimals, true), error > 0 ? h('span', { class: 'unit' }, `± ${fixed(error, decimals)}`) : ''];
  };
  return figure(page, {
    id: 'pairs', title: t('pairs.title'), wide: true, deps: ['arm', 'pair'],
    says: () => {
      const own = rows();
      if (own.length === 0) return t('tornado.none');
      const count = (kind) => integer(own.filter((row) => tone(row) === kind).length);
      return tx('pairs.says', { arm: arm(model, page.state.arm), comparator: armInside(model, own[0].comparator), result: scenarioText(resultWithValue(model, own[0])), unit: unit(), first: scenarioText(t('quote', { x: name('parameter_1') })), second: scenarioText(t('quote', { x: name('parameter_2') })), n: integer(own.length), above: count('above'), below: count('below') });
    },
    controls: controls(armChoice(page), keys.length > 1 ? choice(page, 'pair', t('control.result'), keys.map((own) => { const row = kinds.get(own); return [own, `${model.parameterLabel(row.parameter_1)} × ${model.parameterLabel(row.parameter_2)}: ${resultWithValue(model, row)}`]; })) : null),
    legend: (colours) => [{ label: t('pairs.above'), kind: 'band', color: colours.arms[1] }, { label: t('pairs.below'), kind: 'band', color: colours.arms[5] }],
    body: () => {
      const own = rows();
      if (own.length === 0) return null;
      const at = new Map(own.map((row) => [`${row.value_1}|${row.value_2}`, row]));
      const across = thin(values('value_2')), s = scale();
      return dataTable({
        caption: t('pairs.title'), className: 'heat',
        columns: [{ label: `${name('parameter_1')} ↓ ${name('parameter_2')} →`, key: 'value', format: (value) => plain(value) },
          ...across.map((value, k) => ({ label: plain(value), key: k, numeric: true, tone: (cells) => (cells[k] ? tone(cells[k]) : null), format: (point) => cell(point, s) }))],
        rows: thin(values('value_1')).map((value) => ({ value, ...across.map((other) => at.get(`${value}|${other}`)) })),
      });
    },
    table: () => rawTable(model, table),
    notes: () => [values('value_1').length > MOST_VALUES || values('value_2').length > MOST_VALUES ? t('pairs.thinned') : '', t('pairs.note')],
  });
}
