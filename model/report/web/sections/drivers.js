// SPDX-License-Identifier: GPL-3.0-or-later
// 5. What drives the result, and what do we not know?
import { markLine, nameAxis, rowsHeight, tip, tooltip, xAxis, yAxis } from '../lib/chart.js';
import { h, scenarioText } from '../lib/dom.js';
import { armChoice, choice, controls, dataTable, figure, perspectiveChoice } from '../lib/figure.js';
import { estimate, fixed, gloss, integer, list, money as amount, moneyEstimate, moneyExact, moneyScale, moneyUnit, percent, plain, quoted, scaled, t, tx } from '../lib/text.js';
import { armStyle } from '../lib/theme.js';
import { arm, armInside, armText, costOutcome, files, flipReading, isMoney, notRun, PER, rawTable, resultLabel, resultWithValue, showResult, strong, valueOf, withError } from './common.js';
import { pairs } from './pairs.js';
import { study } from './study.js';

const MOST_BARS = 15;

// ---- tornado ----
function tornado(page) {
  const { model } = page;
  const table = model.table('dsa');
  if (!table) return null;
  const combos = new Map();
  for (const row of table.all()) {
    const key = [row.outcome, row.perspective ?? '', row.threshold ?? ''].join('|');
    if (!combos.has(key)) combos.set(key, row);
  }
  const label = (row) => resultWithValue(model, row);
  const near = ([, row]) => row.outcome === 'net_benefit' && row.perspective === page.state.perspective && row.threshold === Number(page.state.threshold);
  page.state.driver = ([...combos].find(near) || [...combos][0])[0];
  const rows = () => {
    const [outcome, perspective, threshold] = page.state.driver.split('|');
    return table.all().filter((row) => row.scenario === page.state.arm && row.outcome === outcome && (row.perspective ?? '') === perspective && String(row.threshold ?? '') === threshold)
      .sort((a, b) => (a.rank ?? 1e9) - (b.rank ?? 1e9) || b.spread - a.spread);
  };
  const outcome = () => page.state.driver.split('|')[0];
  const shown = () => rows().slice(0, MOST_BARS);
  const name = (row) => gloss(row.label || row.parameter);
  return figure(page, {
    id: 'tornado', title: t('tornado.title'), wide: true, deps: ['arm', 'driver'],
    says: () => {
      const own = rows();
      if (own.length === 0) return t('tornado.none');
      const top = own.slice(0, 3).map(name);
      const flips = own.filter((row) => outcome() === 'net_benefit' && Math.sign(row.at_low) !== Math.sign(row.at_high) && row.at_low !== 0 && row.at_high !== 0);
      return [tx('tornado.says', { arm: arm(model, page.state.arm), comparator: armInside(model, own[0].comparator), result: label(own[0]), list: scenarioText(list(quoted(top))), base: strong(showResult(outcome(), own[0].at_base)) }), ' ',
        outcome() === 'net_benefit' ? (flips.length ? t(flips.length === 1 ? 'tornado.flips.one' : flips.length > 5 ? 'tornado.flips.first' : 'tornado.flips', { list: list(quoted(flips.slice(0, 5).map(name))), n: integer(flips.length) }) : t('tornado.no_flip')) : ''];
    },
    controls: controls(armChoice(page), combos.size > 1 ? choice(page, 'driver', t('control.result'), [...combos].map(([key, row]) => [key, label(row)])) : null),
    legend: (colours) => [{ label: t('tornado.low'), kind: 'area', color: colours.arms[1] }, { label: t('tornado.high'), kind: 'area', color: colours.arms[5] }],
    chart: {
      height: (view) => rowsHeight(view, Math.max(1, shown().length), 34),
      option: (view) => {
        const own = shown();
        if (own.length === 0) return {};
        const s = isMoney(outcome()) ? moneyScale(PER * Math.max(...own.flatMap((row) => [Math.abs(row.at_low), Math.abs(row.at_high)]))) : { factor: 1, word: '' };
        const value = (x) => x * PER * s.factor;
        const axis = nameAxis(view, own.map(name));
        return {
          grid: { left: axis.room + 12, right: 24, top: 8, bottom: 50 },
          tooltip: { trigger: 'item', ...tooltip(view, (item) => { const row = own[item.dataIndex]; return tip(name(row), [[plain(row.low), showResult(outcome(), row.at_low)], [plain(row.base), showResult(outcome(), row.at_base)], [plain(row.high), showResult(outcome(), row.at_high)]]); }) },
          xAxis: xAxis(view, { name: outcome() === 'net_benefit' ? t('axis.net_benefit', { unit: moneyUnit(s) }) : isMoney(outcome()) ? t('axis.money_change', { unit: moneyUnit(s) }) : t('axis.change_per_1000'), scale: true, splitLine: { show: true, lineStyle: { color: view.colours.faint } }, axisLabel: { formatter: (x) => fixed(x, Number.isInteger(x) ? 0 : 1, true) } }),
          yAxis: axis,
          series: [{
            type: 'custom', data: own.map((row, k) => [k, value(row.at_base), value(row.at_low), value(row.at_high)]), encode: { y: 0, x: [1, 2, 3] },
            renderItem(params, api) {
              const [base, low, high] = [1, 2, 3].map((d) => api.coord([api.value(d), api.value(0)]));
              const both = (low[0] - base[0]) * (high[0] - base[0]) > 0; /* to one side: one above the other */
              const bar = (to, fill, top) => ({ type: 'rect', shape: { x: Math.min(base[0], to[0]), y: base[1] - 9 + (both ? top : 0), width: Math.max(1, Math.abs(to[0] - base[0])), height: both ? 9 : 18 }, style: { fill } });
              return { type: 'group', children: [bar(low, view.colours.arms[1], 0), bar(high, view.colours.arms[5], 9)] };
            },
            markLine: markLine(view, [{ xAxis: value(own[0].at_base), label: { show: false } }, ...(Math.min(...own.flatMap((row) => [row.at_low, row.at_high])) <= 0 && Math.max(...own.flatMap((row) => [row.at_low, row.at_high])) >= 0 ? [{ xAxis: 0, lineStyle: { type: [3, 3] }, label: { show: false } }] : [])]),
          }],
        };
      },
    },
    table: () => ({
      columns: [{ label: t('col.parameter'), key: 'label', format: (value, row) => scenarioText(name(row)) }, { label: t('col.status'), key: 'status', format: (value) => t(`status.${value}`) }, { label: t('col.unit'), key: 'unit', format: (value) => scenarioText(gloss(value || '')) },
        ...['low', 'base', 'high'].map((key) => ({ label: t(`col.${key}`), key, numeric: true, format: (value) => plain(value) })), ...['at_low', 'at_base', 'at_high'].map((key) => ({ label: t(`col.${key}`), key, numeric: true, format: (value) => showResult(outcome(), value) })), { label: t('col.spread'), key: 'spread', numeric: true, format: (value) => showResult(outcome(), value) }],
      rows: rows(),
    }),
    notes: () => [rows()[0] && rows()[0].comparator !== model.comparator ? t('tornado.elsewhere', { comparator: armText(model, rows()[0].comparator), other: armText(model, model.comparator) }) : '', rows().length > MOST_BARS ? t('tornado.more', { n: integer(MOST_BARS), m: integer(rows().length) }) : '', t('tornado.note')],
  });
}

// ---- where the decision flips ----
function flips(page) {
  const { model } = page;
  const table = model.table('dsa_threshold');
  if (!table) return null;
  const rows = () => table.all().filter((row) => row.scenario === page.state.arm);
  const found = () => rows().filter((row) => row.flips_at !== null);
  /* As exact as its error lets it be. */
  const at = (row) => (row.mcse > 0 ? [estimate({ mean: row.flips_at, low: row.flips_at - 2 * row.mcse, high: row.flips_at + 2 * row.mcse }), plain(row.mcse, 1)] : [plain(row.flips_at), null]);
  return figure(page, {
    id: 'flips', title: t('flips.title'), wide: true, deps: ['arm'],
    says: () => (rows().length ? tx(found().length ? 'flips.says' : 'flips.none', { arm: arm(model, page.state.arm), comparator: armInside(model, rows()[0].comparator), n: integer(found().length), m: integer(rows().length) }) : t('tornado.none')),
    controls: controls(armChoice(page)),
    body: () => (found().length === 0 ? null : dataTable({
      caption: t('flips.title'), columns: [{ label: t('col.parameter'), key: 'label', format: (value, row) => [scenarioText(gloss(value || row.parameter)), row.unit ? h('span', { class: 'unit' }, gloss(row.unit)) : ''] },
        { label: t('col.result'), key: 'outcome', format: (value, row) => [resultLabel(model, value), h('span', { class: 'unit' }, [row.perspective && value === 'net_benefit' ? model.perspectiveLabel(row.perspective) : '', row.threshold === null ? '' : valueOf(model, row.threshold)].filter(Boolean).join(', '))] },
        { label: t('col.base'), key: 'base', numeric: true, format: (value) => plain(value) },
        { label: t('col.flips_at'), key: 'flips_at', numeric: true, format: (value, row) => { const [text, error] = at(row); return [h('strong', {}, text), error ? h('span', { class: 'unit' }, `± ${error}`) : '']; } },
        { label: t('col.reading'), key: 'reading', format: (value) => flipReading(value || '') },
        { label: t('col.searched'), key: 'searched_from', numeric: true, format: (value, row) => t('interval', { low: plain(row.searched_from, 3), high: plain(row.searched_to, 3) }) }],
      rows: found(),
    })),
    table: () => rawTable(model, table),
  });
}

// ---- value of information ----
function evpiCurve(page) {
  const { model } = page;
  const table = model.table('grid_evpi') || model.table('evpi');
  if (!table || table.rows < 3) return null;
  const perspectives = table.distinct('perspective');
  const all = table.distinct('subgroup').includes('all');
  const points = (perspective) => table.all().filter((row) => row.perspective === perspective && (!all || row.subgroup === 'all')).sort((a, b) => a.threshold - b.threshold);
  return figure(page, {
    id: 'evpi', title: t('evpi.title'), deps: ['perspective', 'threshold'],
    says: () => {
      const own = points(page.state.perspective);
      if (own.length === 0) return '';
      const peak = own.reduce((a, b) => (b.evpi > a.evpi ? b : a));
      const wanted = Number(page.state.threshold);
      const here = own.reduce((a, b) => (Math.abs(b.threshold - wanted) < Math.abs(a.threshold - wanted) ? b : a));
      const higher = peak.evpi - here.evpi > 2 * Math.hypot(peak.evpi_se ?? 0, here.evpi_se ?? 0); /* than its errors allow for */
      return [t('evpi.says', { evpi: withError(here.evpi, here.evpi_se), threshold: moneyExact(here.threshold), perspective: model.perspectiveLabel(page.state.perspective) }), higher ? [' ', t('evpi.peak', { peak: withError(peak.evpi, peak.evpi_se), at: moneyExact(peak.threshold) })] : ''];
    },
    controls: controls(perspectiveChoice(page, perspectives)),
    chart: {
      height: 300,
      option: (view) => {
        const own = points(page.state.perspective);
        const s = moneyScale(PER * Math.max(...own.map((row) => row.evpi)));
        return {
          grid: { left: 64, right: 20, top: 30, bottom: 52 },
          tooltip: { trigger: 'axis', ...tooltip(view, (rows) => tip(moneyExact(rows[0].value[0]), [['EVPI', amount(rows[0].value[1] / s.factor)]])) },
          xAxis: xAxis(view, { name: t('axis.threshold', { unit: moneyUnit(null) }), min: own[0]?.threshold, max: own[own.length - 1]?.threshold, axisLabel: { formatter: (x) => fixed(x, 0) } }),
          yAxis: yAxis(view, { name: moneyUnit(s), min: 0, nameTextStyle: { align: 'left', color: view.colours.muted }, axisLabel: { formatter: (x) => fixed(x, Number.isInteger(x) ? 0 : 1) } }),
          series: [{ type: 'line', symbol: 'none', lineStyle: { width: 2.4, color: view.colours.arms[1] }, areaStyle: { color: view.colours.arms[1], opacity: 0.12 }, data: own.map((row) => [row.threshold, row.evpi * PER * s.factor]), markLine: markLine(view, Number.isFinite(Number(page.state.threshold)) ? [{ xAxis: Number(page.state.threshold), label: { show: false } }] : []) }],
        };
      },
    },
    table: () => ({
      columns: [{ label: t('col.perspective'), key: 'perspective', format: (value) => model.perspectiveLabel(value) }, { label: t('col.threshold'), key: 'threshold', numeric: true, format: moneyExact }, { label: t('col.best'), key: 'best_strategy', format: (value) => model.armLabel(value) }, { label: t('col.evpi'), key: 'evpi', numeric: true, format: moneyExact }, { label: t('col.mcse'), key: 'evpi_se', numeric: true, format: moneyExact }],
      rows: perspectives.flatMap(points), rowHead: 2,
    }),
    notes: () => [t('evpi.note')],
  });
}

function evppiBars(page) {
  const { model } = page;
  const table = model.table('evppi');
  if (!table) return null;
  const thresholds = table.distinct('threshold').sort((a, b) => a - b);
  const perspectives = table.distinct('perspective');
  page.state.evppiThreshold = thresholds.reduce((a, b) => (Math.abs(b - page.state.threshold) < Math.abs(a - page.state.threshold) ? b : a));
  if (!perspectives.includes(page.state.perspective) && perspectives.length) page.state.perspective = perspectives[perspectives.length - 1];
  const rows = () => table.all().filter((row) => row.perspective === page.state.perspective && row.threshold === Number(page.state.evppiThreshold) && row.evppi !== null).sort((a, b) => b.evppi - a.evppi);
  const positive = () => rows().filter((row) => row.evppi > 0);
  const label = (name) => model.parameterLabel(name);
  return figure(page, {
    id: 'evppi', title: t('evppi.title'), wide: true, deps: ['perspective', 'evppiThreshold'],
    says: () => {
      const [first] = rows();
      if (!(first?.evppi > 0)) return t('evppi.none');
      return [tx('evppi.says', { parameter: scenarioText(label(first.parameters)), evppi: strong(withError(first.evppi, first.evppi_se)), share: percent(first.share_of_evpi) }),
        first.evppi < 2 * (first.evppi_se ?? 0) ? [' ', t('evppi.unsure')] : ''];
    },
    controls: controls(perspectiveChoice(page, perspectives), thresholds.length > 1 ? choice(page, 'evppiThreshold', t('col.threshold'), thresholds.map((x) => [x, moneyExact(x)])) : null),
    chart: {
      height: (view) => rowsHeight(view, Math.min(MOST_BARS, Math.max(1, positive().length)), 32),
      option: (view) => {
        const own = positive().slice(0, MOST_BARS);
        if (own.length === 0) return {};
        const s = moneyScale(PER * Math.max(...own.map((row) => row.evppi)));
        const axis = nameAxis(view, own.map((row) => label(row.parameters)));
        return {
          grid: { left: axis.room + 12, right: 24, top: 8, bottom: 50 },
          tooltip: { trigger: 'item', ...tooltip(view, (item) => { const row = own[item.dataIndex]; return tip(label(row.parameters), [['EVPPI', withError(row.evppi, row.evppi_se)], [t('col.share_of_evpi'), percent(row.share_of_evpi)]]); }) },
          xAxis: xAxis(view, { name: t('axis.money', { unit: moneyUnit(s) }), min: 0, splitLine: { show: true, lineStyle: { color: view.colours.faint } }, axisLabel: { formatter: (x) => fixed(x, Number.isInteger(x) ? 0 : 1) } }),
          yAxis: axis,
          series: [{ type: 'bar', barWidth: 16, itemStyle: { color: view.colours.arms[1] }, data: own.map((row, k) => [row.evppi * PER * s.factor, k]) }],
        };
      },
    },
    table: () => ({ columns: [{ label: t('col.parameter'), key: 'parameters', format: (value) => scenarioText(label(value)) }, { label: t('col.evppi'), key: 'evppi', numeric: true, format: moneyExact }, { label: t('col.mcse'), key: 'evppi_se', numeric: true, format: moneyExact }, { label: t('col.share_of_evpi'), key: 'share_of_evpi', numeric: true, format: (value) => percent(value) }], rows: rows() }),
    notes: () => [positive().length > MOST_BARS ? t('evppi.more', { n: integer(MOST_BARS), m: integer(positive().length) }) : '', t('evppi.note')],
  });
}

// ---- arms that differ in an assumption, side by side ----
function sideBySide(page) {
  const { model } = page;
  if (!model.compares || model.others.length < 2) return null;
  const perspective = model.perspectives[model.perspectives.length - 1];
  const outcome = model.yearOutcomes()[0] || 'qalys';
  const rows = model.others.map((name) => ({ scenario: name, change: model.difference(name, outcome, { discounted: outcome === 'qalys' }), net: model.difference(name, costOutcome(perspective), { discounted: true }) })).map((row) => ({ ...row, effect: row.change?.mean * PER, cost: row.net?.mean * PER })).filter((row) => Number.isFinite(row.effect) && Number.isFinite(row.cost));
  if (rows.length < 2) return null;
  const unit = outcome === 'qalys' ? t('qalys.discounted') : model.outcomeLabel(outcome);
  const ends = (key) => { const sorted = [...rows].sort((a, b) => a[key] - b[key]); return [sorted[0], sorted[sorted.length - 1]]; };
  return figure(page, {
    id: 'side-by-side', title: t('side.title'),
    says: () => {
      const [least, most] = ends('effect');
      const [cheapest, dearest] = ends('cost');
      return t('side.says', { n: integer(rows.length), outcome: unit, low: estimate(scaled(least.change, PER), true), high: estimate(scaled(most.change, PER), true), cost_low: moneyEstimate(scaled(cheapest.net, PER)), cost_high: moneyEstimate(scaled(dearest.net, PER)), perspective: model.perspectiveLabel(perspective) });
    },
    legend: (colours) => rows.map((row) => ({ label: model.armLabel(row.scenario), kind: 'dot', ...armStyle(model, row.scenario, colours) })),
    chart: {
      height: (view) => (view.narrow ? 300 : 340),
      option: (view) => {
        const s = moneyScale(Math.max(...rows.map((row) => Math.abs(row.cost))));
        return {
          grid: { left: 70, right: 24, top: 34, bottom: 52 },
          tooltip: { trigger: 'item', ...tooltip(view, (item) => { const row = rows.find((r) => r.scenario === item.seriesName); return row && tip(model.armLabel(row.scenario), [[unit, fixed(row.effect, 0, true)], [model.perspectiveLabel(perspective), amount(row.cost)]]); }) },
          xAxis: xAxis(view, { name: t('side.x', { outcome: unit }), splitLine: { show: true, lineStyle: { color: view.colours.faint } }, axisLabel: { formatter: (x) => fixed(x, Number.isInteger(x) ? 0 : 1, true) } }),
          yAxis: yAxis(view, { name: t('side.y', { perspective: model.perspectiveLabel(perspective), unit: moneyUnit(s) }), nameTextStyle: { align: 'left', color: view.colours.muted }, axisLabel: { formatter: (x) => fixed(x, Number.isInteger(x) ? 0 : 1, true) } }),
          series: rows.map((row, k) => { const style = armStyle(model, row.scenario, view.colours); return { type: 'scatter', name: row.scenario, symbol: style.symbol, symbolSize: 14, itemStyle: { color: style.color }, data: [[row.effect, row.cost * s.factor]], ...(k === 0 ? { markLine: markLine(view, [{ xAxis: 0, label: { show: false } }, { yAxis: 0, label: { show: false } }]) } : {}) }; }),
        };
      },
    },
    table: () => ({ columns: [{ label: t('col.arm'), key: 'scenario', format: (value) => model.armLabel(value) }, { label: unit, key: 'effect', numeric: true, format: (value) => fixed(value, 0, true) }, { label: t('key.cost', { perspective: model.perspectiveLabel(perspective) }), key: 'cost', numeric: true, format: (value) => amount(value) }], rows }),
    notes: () => [t('side.note')],
  });
}

export function drivers(page) {
  const { model } = page;
  const own = [tornado(page), pairs(page), flips(page), evpiCurve(page), evppiBars(page), study(page)].filter(Boolean);
  const side = sideBySide(page);
  const missing = [model.table('dsa') ? null : notRun(page, 'drivers.dsa', `ipsim dsa ${files(model)}`), model.table('evppi') ? null : notRun(page, 'drivers.voi', 'ipsim voi PSA'),
    model.table('evppi') && !model.table('evsi') ? notRun(page, 'drivers.evsi', 'ipsim voi PSA --study PARAMETER:KIND:SD --study-cost A,B --population N') : null].filter(Boolean);
  if (own.length === 0 && !side) return { empty: true, nodes: missing };
  return { nodes: [h('p', { class: 'intro' }, t('drivers.intro')), own, side, missing] };
}
