// SPDX-License-Identifier: GPL-3.0-or-later
// The threshold slider: what is best, how likely, and what is at stake, at a value of a QALY that the reader chooses. Everything on it comes from
// all draws (economics/cea_tables), at each position of the slider.
import { markLine, tip, tooltip, xAxis, yAxis } from '../lib/chart.js';
import { freshId, h, scenarioText } from '../lib/dom.js';
import { controls, figure, perspectiveChoice } from '../lib/figure.js';
import { fixed, list, moneyExact, moneyUnit, percent, t, tx } from '../lib/text.js';
import { armStyle } from '../lib/theme.js';
import { arm, armInside, armText, strong, withError } from './common.js';

function readGrid(model) {
  const ceac = model.table('grid_ceac') || model.table('ceac');
  const best = model.table('grid_evpi') || model.table('evpi');
  if (!ceac || !best) return null;
  const grid = new Map();
  const all = ceac.distinct('subgroup').includes('all');
  for (let row = 0; row < ceac.rows; row += 1) {
    if (all && ceac.get(row, 'subgroup') !== 'all') continue;
    const key = ceac.get(row, 'perspective');
    if (!grid.has(key)) grid.set(key, new Map());
    const at = grid.get(key);
    const threshold = ceac.get(row, 'threshold');
    if (!at.has(threshold)) at.set(threshold, { threshold, probability: new Map(),  });
    at.get(threshold).probability.set(ceac.get(row, 'strategy'), ceac.get(row, 'probability_best'));
  }
  for (let row = 0; row < best.rows; row += 1) {
    if (all && best.get(row, 'subgroup') !== 'all') continue;
    const cell = grid.get(best.get(row, 'perspective'))?.get(best.get(row, 'threshold'));
    if (cell) Object.assign(cell, { best: best.get(row, 'best_strategy'), evpi: best.get(row, 'evpi'), evpiSe: best.get(row, 'evpi_se'), lead: best.get(row, 'lead'), leadSe: best.get(row, 'lead_se'), next: best.get(row, 'next_best') });
  }
  return new Map([...grid].map(([key, at]) => [key, [...at.values()].filter((cell) => cell.best).sort((a, b) => a.threshold - b.threshold)]));
}

export function sliderPanel(page) {
  const { model } = page;
  const grid = readGrid(model);
  const perspectives = grid ? [...grid.keys()].filter((key) => grid.get(key).length > 1) : [];
  if (perspectives.length === 0) return null;
  if (!perspectives.includes(page.state.perspective)) page.state.perspective = perspectives[perspectives.length - 1];
  const cells = () => grid.get(page.state.perspective);
  const nearest = () => {
    const wanted = Number.isFinite(Number(page.state.threshold)) ? Number(page.state.threshold) : cells()[Math.floor(cells().length / 2)].threshold;
    return cells().reduce((a, b) => (Math.abs(b.threshold - wanted) < Math.abs(a.threshold - wanted) ? b : a));
  };
  page.state.threshold = nearest().threshold;

  // ---- the slider ----
  const id = freshId('threshold');
  const value = h('output', { for: id, class: 'threshold-value' });
  const slider = h('input', { type: 'range', id, min: 0, max: cells().length - 1, step: 1, class: 'slider', oninput: (event) => page.set({ threshold: cells()[Number(event.target.value)].threshold }) });
  const marks = model.thresholds().filter((x) => cells().some((cell) => cell.threshold === x));
  const buttons = marks.length ? h('div', { class: 'marks-row', role: 'group', 'aria-label': t('slider.marks') }, marks.map((x) => h('button', { type: 'button', onclick: () => page.set({ threshold: x }) }, moneyExact(x)))) : null;
  const follow = () => {
    const cell = nearest();
    slider.max = cells().length - 1;
    slider.value = cells().indexOf(cell);
    slider.setAttribute('aria-valuetext', t('slider.value', { x: moneyExact(cell.threshold) }));
    value.textContent = moneyExact(cell.threshold);
    buttons?.querySelectorAll('button').forEach((button, k) => button.setAttribute('aria-pressed', String(marks[k] === cell.threshold)));
  };
  page.onChange(['threshold', 'perspective'], follow);
  page.whenShown(follow);
  const panel = h('div', { class: 'slider-panel' }, h('label', { for: id }, t('slider.label')), value, slider, buttons);

  return figure(page, {
    id: 'ceac', title: t('ceac.title'), wide: true, deps: ['perspective', 'threshold'],
    says: () => {
      const cell = nearest();
      const sure = cell.lead !== null && cell.leadSe !== null && Math.abs(cell.lead) < 2 * cell.leadSe;
      const likeliest = [...cell.probability].sort((a, b) => b[1] - a[1])[0];
      return [h('span', { class: 'live', 'aria-live': 'polite' },
        tx('ceac.says', { threshold: strong(moneyExact(cell.threshold)), perspective: scenarioText(model.perspectiveLabel(page.state.perspective)), arm: armInside(model, cell.best), p: h('strong', { class: 'probability' }, percent(cell.probability.get(cell.best))) }),
        sure ? [' ', t('ceac.close', { next: armText(model, cell.next) })] : null,
        likeliest[0] !== cell.best ? [' ', tx('ceac.other', { arm: arm(model, likeliest[0]), p: percent(likeliest[1]) })] : null,
        ' ', tx('ceac.evpi', { evpi: strong(withError(cell.evpi, cell.evpiSe)) }))];
    },
    controls: h('div', {}, controls(perspectiveChoice(page, perspectives)), panel),
    legend: (colours) => [...model.arms.map((name) => ({ label: model.armLabel(name), kind: 'line', ...armStyle(model, name, colours) })), { label: t('ceac.ceaf'), color: colours.rule, kind: 'area' }],
    chart: {
      height: (view) => (view.narrow ? 300 : 380),
      option: (view) => {
        const own = cells();
        return {
          grid: { left: 56, right: 24, top: 16, bottom: 52 },
          tooltip: { trigger: 'axis', ...tooltip(view, (rows) => tip(moneyExact(rows[0].value[0]), rows.filter((row) => model.arms.includes(row.seriesName)).map((row) => [model.armLabel(row.seriesName), percent(row.value[1] / 100)]))) },
          xAxis: xAxis(view, { name: t('axis.threshold', { unit: moneyUnit(null) }), min: own[0].threshold, max: own[own.length - 1].threshold, axisLabel: { formatter: (x) => fixed(x, 0) } }),
          yAxis: yAxis(view, { min: 0, max: 100, axisLabel: { formatter: (x) => percent(x / 100) } }),
          series: [
            { type: 'line', name: 'ceaf', silent: true, symbol: 'none', z: 1, lineStyle: { width: 9, color: view.colours.rule, cap: 'round' }, tooltip: { show: false }, data: own.map((cell) => [cell.threshold, 100 * cell.probability.get(cell.best)]) },
            ...model.arms.map((name, k) => {
              const style = armStyle(model, name, view.colours);
              return { type: 'line', name, symbol: 'none', z: 3, lineStyle: { width: 2.4, color: style.color, type: style.dash }, itemStyle: { color: style.color }, emphasis: { disabled: true }, data: own.map((cell) => [cell.threshold, 100 * (cell.probability.get(name) ?? 0)]),
                ...(k === 0 ? { markLine: markLine(view, [{ xAxis: nearest().threshold, lineStyle: { color: view.colours.ink, width: 1.5 }, label: { show: false } }, ...marks.map((x) => ({ xAxis: x, lineStyle: { type: [2, 3], color: view.colours.muted }, label: { show: false } }))]) } : {}) };
            }),
          ],
        };
      },
    },
    table: () => ({
      columns: [{ label: t('col.perspective'), key: 'perspective', format: (x) => model.perspectiveLabel(x) }, { label: t('col.threshold'), key: 'threshold', numeric: true, format: moneyExact }, { label: t('col.best'), key: 'best', format: (x) => model.armLabel(x) },
        ...model.arms.map((name) => ({ label: t('col.probability_best', { arm: model.armLabel(name) }), key: name, numeric: true, format: (x) => percent(x, 1) })), { label: t('col.evpi'), key: 'evpi', numeric: true, format: (x) => moneyExact(x) }],
      rows: cells().map((cell) => ({ perspective: page.state.perspective, threshold: cell.threshold, best: cell.best, ...Object.fromEntries(model.arms.map((name) => [name, cell.probability.get(name) ?? null])), evpi: cell.evpi })), rowHead: 2,
    }),
    notes: () => [marks.length ? t('ceac.marks', { list: list(marks.map(moneyExact)) }) : '', t('ceac.note')],
  });
}
