// SPDX-License-Identifier: GPL-3.0-or-later
// 3. When does it pay for itself?
import { bandSeries, markLine, tip, tooltip, xAxis, yAxis } from '../lib/chart.js';
import { h, scenarioText } from '../lib/dom.js';
import { armChoice, choice, controls, figure } from '../lib/figure.js';
import { clear } from '../lib/model.js';
import { fixed, money as amount, moneyInterval, moneyScale, moneyUnit, percent, scaled, t, tx, year } from '../lib/text.js';
import { seriesStyle } from '../lib/theme.js';
import { arm, armInside, costOutcome, files, intervalName, notRun, PER, probability, shortNote } from './common.js';

/* Cumulative net cost of an arm in a perspective, by year; break_even.csv of psa where it is there. */
function curve(model, name, perspective) {
  const rows = (model.table('break_even')?.where({ scenario: name, account: 'perspective', name: perspective }) || []).filter((row) => row.comparator === model.comparator);
  const points = rows.length
    ? rows.map((row) => ({ year: row.year, mean: row.mean, low: row.low, high: row.high, saving: row.probability_saving }))
    : model.years.map((when) => ({ year: when, ...(model.difference(name, costOutcome(perspective), { discounted: true, year: when }) || { mean: NaN }) })).filter((point) => Number.isFinite(point.mean));
  return points.sort((a, b) => a.year - b.year);
}

/* Between which report years the sign changes for good; nothing finer is known, and an interval that includes zero decides nothing. */
function reading(points) {
  const sign = (point) => (!clear(point) ? 0 : Math.sign(point.mean));
  const last = points[points.length - 1];
  if (!last) return { kind: 'none' };
  if (sign(last) === 0) return { kind: 'unclear' };
  if (sign(last) > 0) return points.every((point) => sign(point) > 0) ? { kind: 'never' } : { kind: 'costs' };
  let from = points.length - 1;
  while (from > 0 && sign(points[from - 1]) < 0) from -= 1;
  if (from === 0) return { kind: 'always', until: points[0].year };
  return { kind: 'between', after: points[from - 1].year, until: points[from].year };
}

export function breakEven(page) {
  const { model } = page;
  const known = model.perspectives.filter((name) => model.others.some((other) => curve(model, other, name).length > 0));
  if (!model.compares || known.length === 0) return { empty: true, nodes: [notRun(page, 'breakeven', `ipsim compare ${files(model)}`)] };
  const until = () => Number(page.state.payYears);
  const years = [...new Set(known.flatMap((name) => curve(model, page.state.arm, name).map((point) => point.year)))].sort((a, b) => a - b);
  const early = years.filter((when) => when <= 10);
  const spans = early.length > 1 && early.length < years.length ? [[early[early.length - 1], t('first_years', { n: year(early[early.length - 1]) })], [years[years.length - 1], t('all_years', { n: year(years[years.length - 1]) })]] : [[years[years.length - 1], '']];
  page.state.payYears = spans[spans.length - 1][0];
  const curves = () => known.map((name, k) => ({ name, k, points: curve(model, page.state.arm, name) }));
  const banded = Boolean(model.table('break_even'));
  if (!known.includes(page.state.perspective)) page.state.perspective = known[known.length - 1];
  const node = figure(page, {
    id: 'break-even', title: t('breakeven.figure'), deps: ['arm', 'payYears', ...(banded ? ['perspective'] : [])],
    says: () => tx('breakeven.says', { arm: arm(model, page.state.arm), comparator: armInside(model, model.comparator) }),
    lines: () => curves().map(({ name, points }) => {
        const found = reading(points);
        const end = points[points.length - 1];
        return [tx(`breakeven.${found.kind}`, { perspective: h('strong', {}, scenarioText(model.perspectiveLabel(name))), after: year(found.after ?? 0), until: year(found.until ?? 0), years: year(end?.year ?? 0) }),
          end && end.saving !== undefined && end.saving !== null ? [' ', t('breakeven.probability', { p: probability(end.saving), years: year(end.year) })] : ''];
      }),
    controls: controls(armChoice(page), spans.length > 1 ? choice(page, 'payYears', t('control.period'), spans) : null, banded && known.length > 1 ? choice(page, 'perspective', t('control.band'), known.map((name) => [name, model.perspectiveLabel(name)])) : null),
    legend: (colours) => known.map((name, k) => ({ label: model.perspectiveLabel(name), ...seriesStyle(k, colours) })),
    chart: {
      height: (view) => (view.narrow ? 320 : 400),
      option: (view) => {
        const all = curves().map((c) => ({ ...c, points: c.points.filter((point) => point.year <= until() + 1e-9) }));
        const s = moneyScale(PER * Math.max(...all.flatMap((c) => c.points.map((point) => Math.abs(point.mean)))));
        const value = (x) => x * PER * s.factor;
        return {
          grid: { left: 64, right: 18, top: 30, bottom: 50 },
          tooltip: { trigger: 'axis', ...tooltip(view, (rows) => tip(t('by_year', { n: year(rows[0].value[0]) }), rows.filter((row) => known.includes(row.seriesName)).map((row) => {
            const point = all.find((c) => c.name === row.seriesName).points.find((p) => p.year === row.value[0]);
            return [model.perspectiveLabel(row.seriesName), point ? `${amount(point.mean * PER)} (${moneyInterval(scaled(point, PER))})` : amount(0)];
          }))) },
          xAxis: xAxis(view, { name: t('axis.years'), min: 0, max: until() }),
          yAxis: yAxis(view, { name: moneyUnit(s), nameTextStyle: { align: 'left', color: view.colours.muted }, axisLabel: { formatter: (x) => fixed(x, Number.isInteger(x) ? 0 : 1, true) } }),
          series: all.flatMap((c) => {
            const style = seriesStyle(c.k, view.colours);
            const band = banded && c.name === page.state.perspective;
            return [
              ...(band ? bandSeries([[0, 0, 0], ...c.points.map((p) => [p.year, value(p.low), value(p.high)])], style.color, view.colours.band) : []),
              { type: 'line', name: c.name, symbol: style.symbol, symbolSize: 8, lineStyle: { width: 2.4, color: style.color, type: style.dash }, itemStyle: { color: style.color }, emphasis: { disabled: true }, data: [[0, 0], ...c.points.map((p) => [p.year, value(p.mean)])],
                ...(c.k === 0 ? { markLine: markLine(view, [{ yAxis: 0, lineStyle: { color: view.colours.ink, width: 1.2 }, label: { show: false } }]) } : {}) },
            ];
          }),
        };
      },
    },
    table: () => ({
      columns: [{ label: t('col.arm'), key: 'scenario', format: (value) => model.armLabel(value) }, { label: t('col.perspective'), key: 'perspective', format: (value) => model.perspectiveLabel(value) }, { label: t('col.year'), key: 'year', numeric: true, format: year },
        { label: t('col.net_cost'), key: 'mean', numeric: true, format: (value) => amount(value) }, { label: intervalName(model), key: 'low', numeric: true, format: (value, row) => moneyInterval(row) },
        ...(model.table('break_even') ? [{ label: t('col.saving'), key: 'saving', numeric: true, format: (value) => percent(value) }] : [])],
      rows: model.others.flatMap((name) => known.flatMap((perspective) => curve(model, name, perspective).map((point) => ({ scenario: name, perspective, year: point.year, mean: point.mean * PER, low: point.low * PER, high: point.high * PER, saving: point.saving })))),
      rowHead: 3,
    }),
    notes: () => [t('breakeven.note'), shortNote(model)],
  });
  return { nodes: [h('p', { class: 'intro' }, t('breakeven.intro')), node, model.table('break_even') ? null : notRun(page, 'breakeven.psa', `ipsim psa ${files(model)}`)] };
}
