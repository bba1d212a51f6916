// SPDX-License-Identifier: GPL-3.0-or-later
// 4. Is it worth it?
import { markLine, tip, tooltip, xAxis, yAxis } from '../lib/chart.js';
import { h, scenarioText } from '../lib/dom.js';
import { controls, dataTable, figure, perspectiveChoice } from '../lib/figure.js';
import { fixed, integer, list, money as amount, moneyExact, moneyScale, moneyUnit, number, percent, t, tx } from '../lib/text.js';
import { armStyle } from '../lib/theme.js';
import { arm, armInside, armText, files, notRun, PER, perspectiveInside, rawTable, strong } from './common.js';
import { sliderPanel } from './threshold.js';

// ---- cost per unit gained, without uncertainty of the inputs ----
function ratios(page) {
  const { model } = page;
  const table = model.table('ratios');
  if (!table) return null;
  const rows = table.all().filter((row) => row.subgroup === 'all' && row.discounted === 'yes' && row.year === model.horizon);
  if (rows.length === 0) return null;
  const effects = [...new Set(rows.map((row) => row.effect))];
  const read = (row) => {
    if (row.reading === 'ratio' && row.ratio !== null) return row.mcse ? t('ratio.with_error', { ratio: amount(row.ratio), error: amount(row.mcse, 2) }) : amount(row.ratio);
    if (row.reading === 'less effective' && row.ratio !== null) return t('ratio.saved', { ratio: amount(row.ratio) });
    return t(`reading.${row.reading.replace(/ /g, '_')}`);
  };
  const find = (name, perspective, effect) => rows.find((row) => row.scenario === name && row.perspective === perspective && row.effect === effect);
  return figure(page, {
    id: 'ratios', title: t('ratios.title'), wide: true,
    says: () => {
      const per = rows.filter((row) => row.effect === 'qalys');
      const dominant = per.filter((row) => row.reading === 'dominant').length;
      return t('ratios.says', { n: integer(dominant), m: integer(per.length) });
    },
    body: () => dataTable({
      caption: t('ratios.title'), rowHead: 2,
      columns: [{ label: t('col.arm'), key: 'scenario', format: (value) => scenarioText(model.armLabel(value)) }, { label: t('col.perspective'), key: 'perspective', format: (value) => scenarioText(model.perspectiveLabel(value)) },
        ...effects.map((effect) => ({ label: t('col.per', { effect: effect === 'qalys' ? t('one.qaly') : effect === 'employment_years' ? t('one.employment_year') : model.outcomeLabel(effect) }), key: effect, numeric: true, format: (value) => (value ? read(value) : '–') }))],
      rows: model.others.flatMap((name) => model.perspectives.map((perspective) => ({ scenario: name, perspective, ...Object.fromEntries(effects.map((effect) => [effect, find(name, perspective, effect)])) }))).filter((row) => effects.some((effect) => row[effect])),
    }),
    table: () => ({
      ...rawTable(model, table, ['scenario', 'perspective', 'effect', 'cost', 'effect_gain', 'ratio', 'mcse', 'reading']), rows,
    }),
    notes: () => [t('ratios.note'), t('uncertainty.short.mc')],
  });
}

// ---- cost-effectiveness plane ----
function plane(page) {
  const { model } = page;
  const scatter = model.table('scatter');
  const means = model.table('plane');
  if (!scatter || !means) return null;
  const thinned = model.table('thinned')?.object(0);
  const perspectives = [...scatter.columns.keys()].filter((name) => name.startsWith('cost:')).map((name) => name.slice(5));
  if (!perspectives.includes(page.state.perspective)) page.state.perspective = perspectives[perspectives.length - 1];
  const mean = (name) => means.where({ strategy: name, perspective: page.state.perspective }).find((row) => row.subgroup === 'all') || means.where({ strategy: name, perspective: page.state.perspective })[0];
  const shares = (row) => [['se', row.share_less_costly_more_effect], ['ne', row.share_more_costly_more_effect], ['sw', row.share_less_costly_less_effect], ['nw', row.share_more_costly_less_effect]];
  return figure(page, {
    id: 'plane', title: t('plane.title'), deps: ['perspective', 'threshold'],
    says: () => [tx('plane.says', { comparator: armInside(model, model.comparator), perspective: scenarioText(perspectiveInside(model, page.state.perspective)) }), ' ',
      model.others.map((name, k) => {
        const row = mean(name);
        if (!row) return '';
        const [where, share] = shares(row).sort((a, b) => b[1] - a[1])[0];
        return [k ? ' ' : '', tx(`plane.${where}`, { arm: arm(model, name), p: strong(percent(share)) })];
      })],
    controls: controls(perspectiveChoice(page, perspectives)),
    legend: (colours) => model.others.map((name) => ({ label: model.armLabel(name), kind: 'dot', ...armStyle(model, name, colours) })),
    chart: {
      height: (view) => (view.narrow ? 320 : 440),
      option: (view) => {
        const column = `cost:${page.state.perspective}`;
        const points = new Map(model.others.map((name) => [name, []]));
        let largest = 0;
        for (let row = 0; row < scatter.rows; row += 1) {
          const cost = scatter.get(row, column);
          largest = Math.max(largest, Math.abs(cost));
          points.get(scatter.get(row, 'scenario'))?.push([scatter.get(row, 'effect') * PER, cost]);
        }
        const s = moneyScale(largest * PER);
        const value = (x) => x * PER * s.factor;
        const xs = [...points.values()].flat().map(([x]) => x);
        const [least, most] = [Math.min(0, ...xs), Math.max(0, ...xs)];
        const k = Number(page.state.threshold);
        return {
          grid: { left: 70, right: 20, top: 34, bottom: 52 },
          tooltip: { trigger: 'item', ...tooltip(view, (item) => tip(model.armLabel(item.seriesName), [[t('plane.effect'), fixed(item.value[0], 1, true)], [t('plane.cost'), amount(item.value[1] / s.factor)]])) },
          xAxis: xAxis(view, { name: t('plane.effect'), splitLine: { show: true, lineStyle: { color: view.colours.faint } }, axisLabel: { formatter: (x) => fixed(x, Number.isInteger(x) ? 0 : 1, true) } }),
          yAxis: yAxis(view, { name: `${t('plane.cost')}, ${moneyUnit(s)}`, nameTextStyle: { align: 'left', color: view.colours.muted }, axisLabel: { formatter: (x) => fixed(x, Number.isInteger(x) ? 0 : 1, true) } }),
          series: [
            ...model.others.map((name, at) => {
              const style = armStyle(model, name, view.colours);
              return {
                type: 'scatter', name, symbol: style.symbol, symbolSize: 5, itemStyle: { color: style.color, opacity: 0.45 }, data: points.get(name).map(([x, y]) => [x, value(y)]), silent: true,
                ...(at === 0 ? { markLine: markLine(view, [{ xAxis: 0, label: { show: false } }, { yAxis: 0, label: { show: false } }]) } : {}),
              };
            }),
            ...model.others.flatMap((name) => {
              const style = armStyle(model, name, view.colours);
              const row = mean(name);
              return row ? [{ type: 'scatter', name, z: 8, symbol: style.symbol, symbolSize: 15, itemStyle: { color: style.color, borderColor: view.colours.paper, borderWidth: 2, opacity: 1 }, data: [[row.difference_effect * PER, value(row.difference_cost)]] }] : [];
            }),
            ...(Number.isFinite(k) && k > 0 ? [{ type: 'line', silent: true, symbol: 'none', lineStyle: { color: view.colours.muted, type: [6, 4], width: 1.4 }, data: [least, most].map((x) => [x, x * k * s.factor]), clip: true }] : []),
          ],
        };
      },
    },
    table: () => ({
      columns: [{ label: t('col.arm'), key: 'strategy', format: (value) => model.armLabel(value) }, { label: t('col.perspective'), key: 'perspective', format: (value) => model.perspectiveLabel(value) },
        { label: t('plane.cost_person'), key: 'difference_cost', numeric: true, format: moneyExact }, { label: t('interval.psa'), key: 'difference_cost_low', numeric: true, format: (value, row) => t('interval', { low: moneyExact(row.difference_cost_low), high: moneyExact(row.difference_cost_high) }) },
        { label: t('plane.effect_person'), key: 'difference_effect', numeric: true, format: (value) => fixed(value, 4, true) }, { label: t('interval.psa'), key: 'difference_effect_low', numeric: true, format: (value, row) => t('interval', { low: fixed(row.difference_effect_low, 4, true), high: fixed(row.difference_effect_high, 4, true) }) },
        ...['share_less_costly_more_effect', 'share_more_costly_more_effect', 'share_less_costly_less_effect', 'share_more_costly_less_effect'].map((key) => ({ label: t(`plane.${key}`), key, numeric: true, format: (value) => percent(value) }))],
      rows: means.all().filter((row) => row.subgroup === 'all' && row.strategy !== model.comparator), rowHead: 2,
    }),
    notes: () => [thinned && thinned.shown < thinned.draws ? t('plane.thinned', { shown: integer(thinned.shown), all: integer(thinned.draws) }) : t('plane.all', { all: integer(thinned?.draws ?? 0) }), t('plane.note')],
  });
}

// ---- frontier ----
function frontier(page) {
  const { model } = page;
  const table = model.table('cea');
  if (!table) return null;
  const rows = () => table.all().filter((row) => row.perspective === page.state.perspective && (row.subgroup === 'all' || table.distinct('subgroup').length === 1));
  const perspectives = table.distinct('perspective');
  const standing = (row) => {
    const by = [row.by, row.and_by].filter(Boolean).map((name) => armText(model, name));
    return t(`standing.${row.standing.replace(/ /g, '_')}`, { by: list(by) });
  };
  return figure(page, {
    id: 'frontier', title: t('frontier.title'), wide: true, deps: ['perspective'],
    says: () => {
      const on = rows().filter((row) => row.standing === 'on the frontier');
      return on.length === 1 ? tx('frontier.one', { arm: arm(model, on[0].strategy) }) : tx('frontier.many', { list: on.map((row, k) => [k ? ', ' : '', k ? armInside(model, row.strategy) : arm(model, row.strategy)]) });
    },
    controls: controls(perspectiveChoice(page, perspectives)),
    body: () => dataTable({
      caption: t('frontier.title'), columns: [
        { label: t('col.arm'), key: 'strategy', format: (value) => scenarioText(model.armLabel(value)) }, { label: t('col.cost_person'), key: 'cost', numeric: true, format: moneyExact }, { label: t('col.qalys_person'), key: 'effect', numeric: true, format: (value) => fixed(value, 3) },
        { label: t('col.standing'), key: 'standing', format: (value, row) => standing(row) }, { label: t('col.compared_with'), key: 'compared_with', format: (value) => (value ? model.armLabel(value) : '–') },
        { label: t('col.icer'), key: 'icer', numeric: true, format: (value) => (value === null ? '–' : moneyExact(value)) }],
      rows: [...rows()].sort((a, b) => a.cost - b.cost),
    }),
    table: () => rawTable(model, table),
    notes: () => [t('frontier.note')],
  });
}

// ---- severity ----
function shortfall(page) {
  const rows = page.model.table('shortfall')?.all() || [];
  const row = rows.find((r) => r.subgroup === 'all') || rows[0];
  if (!row) return null;
  return h('div', { class: 'block' }, h('h3', {}, t('shortfall.title')),
    h('p', { class: 'says' }, t('shortfall.says', { shortfall: number(row.absolute_shortfall), norm: number(row.norm_qalys), own: number(row.comparator_qalys), comparator: armText(page.model, row.comparator), class: integer(row.severity_class), threshold: moneyExact(row.threshold) })),
    h('p', { class: 'note' }, t('shortfall.note')));
}

export function worth(page) {
  const { model } = page;
  const probabilistic = [sliderPanel(page), plane(page), frontier(page)].filter(Boolean);
  const nodes = [...probabilistic, ratios(page), shortfall(page)].filter(Boolean);
  const missing = probabilistic.length ? null : notRun(page, 'worth', `ipsim psa ${files(model)}`);
  if (nodes.length === 0) return { empty: true, nodes: [missing] };
  return { nodes: [h('p', { class: 'intro' }, t('worth.intro')), nodes, missing, probabilistic.length && !model.table('shortfall') && model.convention('currency') === 'NOK' ? notRun(page, 'shortfall', 'ipsim cea PSA --norms FILE --age YEARS') : null] };
}
