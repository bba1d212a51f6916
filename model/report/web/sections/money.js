// SPDX-License-Identifier: GPL-3.0-or-later
// 2. What does it cost, and who pays?
import { intervalSeries, markLine, nameAxis, rowsHeight, tip, tooltip, xAxis } from '../lib/chart.js';
import { h, scenarioText } from '../lib/dom.js';
import { armChoice, controls, dataTable, figure, perspectiveChoice } from '../lib/figure.js';
import { clear, isZero } from '../lib/model.js';
import { fixed, inline, list, money as amount, moneyEstimate, moneyInterval, moneyScale, moneyUnit, opposite, scaled, t, tx, year } from '../lib/text.js';
import { armStyle } from '../lib/theme.js';
import { arm, armInside, costChange, costOutcome, discounting, files, intervalName, notRun, PER } from './common.js';

const KINDS = ['resource', 'production', 'transfer'];

function scaleOf(figures) {
  return moneyScale(PER * Math.max(0, ...figures.filter(Boolean).map((figure) => Math.abs(figure.mean))));
}
function difference(model, name, kind, payer) {
  return model.difference(name, `cost_${kind}`, { payer, discounted: true });
}
function isIdle(figure) {
  return !figure || isZero(figure) || Math.abs(figure.mean) < 0.005;
}

// ---- who pays more, who pays less: resources and transfers apart ----
function payersFigure(page) {
  const { model } = page;
  const payers = model.declared('payer');
  const of = (kind) => payers.map((payer) => ({ payer, kind, figure: difference(model, page.state.arm, kind, payer) })).filter((row) => !isIdle(row.figure));
  const rows = () => KINDS.flatMap(of);
  if (!model.others.some((name) => payers.some((payer) => KINDS.some((kind) => difference(model, name, kind, payer))))) return null;
  const scale = () => scaleOf(rows().map((row) => row.figure));
  const label = (row) => model.label('payer', row.payer);
  const panels = () => {
    const out = [];
    for (const kind of KINDS) {
      const own = rows().filter((row) => row.kind === kind);
      if (own.length) out.push({ kind, rows: own });
    }
    return out;
  };
  return figure(page, {
    id: 'payers', title: t('payers.title'), wide: true, deps: ['arm'],
    says: () => {
      const resources = rows().filter((row) => row.kind !== 'transfer');
      const transfers = rows().filter((row) => row.kind === 'transfer');
      const largest = [...resources].sort((a, b) => Math.abs(b.figure.mean) - Math.abs(a.figure.mean))[0];
      const moved = transfers.filter((row) => row.figure.mean < 0).sort((a, b) => a.figure.mean - b.figure.mean)[0];
      const said = (row) => (clear(row.figure) && row.figure.mean < 0 ? opposite(scaled(row.figure, PER)) : scaled(row.figure, PER));
      /* A lower cost of production is more production. */
      const word = (row) => (!clear(row.figure) ? 'unclear' : row.kind === 'production' ? `production.${row.figure.mean < 0 ? 'more' : 'less'}` : row.figure.mean > 0 ? 'more' : 'less');
      const part = (row) => tx(`payers.${word(row)}`, { payer: scenarioText(inline(label(row))), amount: moneyEstimate(said(row)), interval: moneyInterval(said(row)) });
      return [tx('payers.says', { arm: arm(model, page.state.arm), comparator: armInside(model, model.comparator) }), ' ',
        largest ? [t(`payers.largest.${largest.kind}`), ' ', part(largest), '. '] : '', moved ? [t('payers.largest.transfer'), ' ', part(moved), '. '] : '', transfers.length ? t('payers.zero') : ''];
    },
    controls: controls(armChoice(page)),
    legend: (colours) => panels().map(({ kind }) => ({ label: t(`kind.${kind}`), kind: 'area', color: kindColour(kind, colours) })),
    chart: {
      height: (view) => rowsHeight(view, panels().reduce((sum, panel) => sum + panel.rows.length + 1, 0), 34),
      option: (view) => {
        const s = scale();
        const shown = panels();
        const names = shown.flatMap((panel) => [`#${panel.kind}`, ...panel.rows.map((row) => `${panel.kind}:${row.payer}`)]);
        const axis = nameAxis(view, names, { axisLabel: { formatter: (name) => (name.startsWith('#') ? `{head|${t(`kind.${name.slice(1)}`)}}` : model.label('payer', name.split(':')[1])), rich: { head: { fontWeight: 'bold', color: view.colours.ink, fontSize: 13 } } } });
        return {
          grid: { left: axis.room + 12, right: view.narrow ? 24 : 40, top: 6, bottom: 50 },
          tooltip: { trigger: 'item', ...tooltip(view, (item) => {
            const row = rows().find((r) => `${r.kind}:${r.payer}` === names[item.value[1]]);
            return row && tip(label(row), [[t(`kind.${row.kind}`), amount(row.figure.mean * PER)], [intervalName(model), moneyInterval(scaled(row.figure, PER))]]);
          }) },
          xAxis: xAxis(view, { name: t('axis.money_change', { unit: moneyUnit(s) }), splitLine: { show: true, lineStyle: { color: view.colours.faint } }, axisLabel: { formatter: (value) => fixed(value, Number.isInteger(value) ? 0 : 1, true) } }),
          yAxis: axis,
          series: shown.flatMap(({ kind, rows: own }, k) => {
            const color = kindColour(kind, view.colours);
            const data = own.map((row) => [names.indexOf(`${kind}:${row.payer}`), ...['mean', 'low', 'high'].map((x) => row.figure[x] * PER * s.factor)]);
            return [{ type: 'bar', name: kind, barWidth: 16, barGap: '-100%', itemStyle: { color, decal: kind === 'transfer' ? { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: -Math.PI / 4, color: 'rgba(255,255,255,.55)' } : undefined },
              data: data.map(([at, mean]) => [mean, at]), ...(k === 0 ? { markLine: markLine(view, [{ xAxis: 0, label: { show: false } }]) } : {}) },
            intervalSeries(kind, data, { color: view.colours.ink, symbol: 'none' })[0]];
          }),
        };
      },
    },
    table: () => ({
      columns: [{ label: t('col.arm'), key: 'scenario', format: (value) => model.armLabel(value) }, { label: t('col.payer'), key: 'payer', format: (value) => model.label('payer', value) }, { label: t('col.kind'), key: 'kind', format: (value) => t(`kind.${value}`) },
        { label: t('col.change_money'), key: 'mean', numeric: true, format: (value) => amount(value) }, { label: intervalName(model), key: 'low', numeric: true, format: (value, row) => moneyInterval(row) }],
      rows: model.others.flatMap((name) => KINDS.flatMap((kind) => payers.map((payer) => ({ name, kind, payer, figure: difference(model, name, kind, payer) }))))
        .filter((row) => !isIdle(row.figure)).map((row) => ({ ...scaled(row.figure, PER), scenario: row.name, payer: row.payer, kind: row.kind })), rowHead: 3,
    }),
    notes: () => {
      const idle = payers.filter((payer) => !rows().some((row) => row.payer === payer)).map((payer) => inline(model.label('payer', payer)));
      return [t('payers.note'), model.hasPsa && rows().some((row) => row.figure.kind === 'mc') ? t('payers.base') : '', idle.length ? t('payers.idle', { list: list(idle) }) : ''];
    },
  });
}
export function kindColour(kind, colours) {
  return { resource: colours.arms[1], production: colours.arms[3], transfer: colours.arms[5] }[kind] || colours.arms[1];
}

// ---- waterfall ----
/* What a single run says of a figure. */
function ofRun(figure) {
  return (figure?.kind === 'psa' ? figure.base : figure) ?? null;
}

/* What a perspective counts, payer by payer; what is left over is the cost of raising taxes, where that is counted. Draws know the total alone,
 * so that the steps and their total are those of a single run; without one there are no steps, and what is left over would be everything. */
function steps(model, name, perspective) {
  const payers = model.members('perspective_payers', perspective);
  const kinds = model.members('perspective_kinds', perspective);
  const out = [];
  let known = false;
  for (const kind of kinds.length ? kinds : KINDS) {
    for (const payer of payers.length ? payers : model.declared('payer')) {
      const figure = ofRun(difference(model, name, kind, payer));
      known = known || figure !== null;
      if (!isIdle(figure)) out.push({ kind, payer, value: figure.mean, label: model.label('payer', payer) });
    }
  }
  const total = ofRun(model.difference(name, costOutcome(perspective), { discounted: true }));
  if (!total || !known) return null;
  const rest = total.mean - out.reduce((sum, step) => sum + step.value, 0);
  const size = Math.max(Math.abs(total.mean), ...out.map((step) => Math.abs(step.value)));
  if (Math.abs(rest) > 1e-4 * size) {
    const funds = Number(model.about.get(`perspective_public_funds_cost:${perspective}`)) > 0;
    out.push({ kind: 'funds', payer: '', value: rest, label: t(funds ? 'waterfall.funds' : 'waterfall.rest') });
  }
  const shown = kinds.length === 1 ? out : out.map((step) => ({ ...step, label: step.kind === 'funds' ? step.label : `${step.label}, ${t(`kind.short.${step.kind}`)}` }));
  return { steps: shown, total };
}

function waterfall(page) {
  const { model } = page;
  const known = model.perspectives.filter((perspective) => model.others.some((name) => steps(model, name, perspective)));
  if (!model.compares || known.length === 0) return null;
  if (!known.includes(page.state.perspective)) page.state.perspective = known[known.length - 1];
  const current = () => steps(model, page.state.arm, page.state.perspective);
  const bars = () => {
    let at = 0;
    if (!current()) return []; /* an alternative that was drawn and not compared */
    const { steps: own, total } = current();
    const out = own.map((step) => { const bar = { ...step, from: at * PER, to: (at + step.value) * PER }; at += step.value; return bar; });
    return [...out, { kind: 'total', label: t('waterfall.net'), from: 0, to: total.mean * PER, value: total.mean }];
  };
  return figure(page, {
    id: 'waterfall', title: t('waterfall.title'), deps: ['arm', 'perspective'], wide: true,
    says: () => {
      const { total } = current() || {};
      if (!total) return t('tornado.none');
      return tx('waterfall.says', { arm: arm(model, page.state.arm), comparator: armInside(model, model.comparator), change: costChange(model, total, page.state.perspective) });
    },
    controls: controls(armChoice(page), perspectiveChoice(page, known)),
    chart: {
      height: (view) => rowsHeight(view, bars().length, 38),
      option: (view) => {
        const list_ = bars();
        if (list_.length === 0) return {};
        const s = moneyScale(Math.max(...list_.flatMap((bar) => [Math.abs(bar.from), Math.abs(bar.to)])));
        const axis = nameAxis(view, list_.map((bar) => bar.label));
        const colour = (bar) => (bar.kind === 'total' ? view.colours.ink : bar.value > 0 ? view.colours.bad : view.colours.good);
        return {
          grid: { left: axis.room + 12, right: view.narrow ? 52 : 84, top: 6, bottom: 50 },
          tooltip: { trigger: 'item', ...tooltip(view, (item) => tip(list_[item.dataIndex].label, [['', amount(list_[item.dataIndex].value * PER)]])) },
          xAxis: xAxis(view, { name: t('axis.money_change', { unit: moneyUnit(s) }), splitLine: { show: true, lineStyle: { color: view.colours.faint } }, axisLabel: { formatter: (value) => fixed(value, Number.isInteger(value) ? 0 : 1, true) } }),
          yAxis: axis,
          series: [{
            type: 'custom', data: list_.map((bar, k) => [k, bar.from * s.factor, bar.to * s.factor]), encode: { y: 0, x: [1, 2] },
            renderItem(params, api) {
              const bar = list_[params.dataIndex];
              const [a, b] = [api.coord([api.value(1), api.value(0)]), api.coord([api.value(2), api.value(0)])];
              const next = params.dataIndex + 1 < list_.length;
              const right = Math.max(a[0], b[0]);
              return {
                type: 'group',
                children: [
                  { type: 'rect', shape: { x: Math.min(a[0], b[0]), y: a[1] - 10, width: Math.max(1, Math.abs(b[0] - a[0])), height: 20 }, style: { fill: colour(bar) } },
                  ...(next ? [{ type: 'line', shape: { x1: b[0], y1: a[1] + 10, x2: b[0], y2: a[1] + (view.narrow ? 48 : 28) }, style: { stroke: view.colours.muted, lineWidth: 1, lineDash: [2, 2] } }] : []),
                  { type: 'text', style: { x: right + 6, y: a[1], text: fixed((bar.to - bar.from) * s.factor, Math.max(0, 2 - Math.floor(Math.log10(Math.max(1, Math.abs((bar.to - bar.from) * s.factor))))) > 1 ? 1 : 0, true), fill: view.colours.ink, textVerticalAlign: 'middle', font: `13px ${'sans-serif'}` } },
                ],
              };
            },
            markLine: markLine(view, [{ xAxis: 0, label: { show: false } }]),
          }],
        };
      },
    },
    table: () => ({
      columns: [{ label: t('col.step'), key: 'label' }, { label: t('col.change_money'), key: 'change', numeric: true, format: (value) => amount(value) }],
      rows: bars().map((bar) => ({ label: bar.label, change: bar.value * PER })),
    }),
    notes: () => [counts(model, page.state.perspective), model.hasPsa ? t('payers.base') : ''],
  });
}

/* What a perspective counts, in words. */
export function counts(model, perspective) {
  const payers = model.members('perspective_payers', perspective).map((payer) => inline(model.label('payer', payer)));
  const kinds = model.members('perspective_kinds', perspective);
  const funds = Number(model.about.get(`perspective_public_funds_cost:${perspective}`));
  const text = t('counts', { perspective: model.perspectiveLabel(perspective), payers: payers.length ? list(payers) : t('counts.all_payers'), kinds: list((kinds.length ? kinds : KINDS).map((kind) => t(`kind.lower.${kind}`))) });
  return funds > 0 ? `${text} ${t('counts.funds', { p: fixed(100 * funds) })}` : text;
}

// ---- all perspectives side by side ----
function perspectives(page) {
  const { model } = page;
  const known = model.perspectives.filter((name) => model.knows(costOutcome(name), { discounted: true }));
  if (known.length === 0) return null;
  const rows = known.flatMap((perspective) => model.others.map((name) => ({ perspective, name, figure: model.figure(name, costOutcome(perspective), { discounted: true }) }))).filter((row) => row.figure);
  const s = scaleOf(rows.map((row) => row.figure));
  const offset = (name) => (model.others.indexOf(name) - (model.others.length - 1) / 2) * Math.min(14, 48 / model.others.length);
  return figure(page, {
    id: 'perspectives', title: t(model.compares ? 'perspectives.title' : 'perspectives.levels'),
    says: () => {
      const unclear = rows.filter((row) => !clear(row.figure)).length;
      const savers = rows.filter((row) => clear(row.figure) && row.figure.mean < 0).length;
      return model.compares ? [t('perspectives.says', { less: fixed(savers), more: fixed(rows.length - savers - unclear), unclear: fixed(unclear), all: fixed(rows.length) })] : [t('perspectives.says_levels')];
    },
    legend: (colours) => model.others.map((name) => ({ label: model.armLabel(name), kind: 'dot', ...armStyle(model, name, colours) })),
    chart: {
      height: (view) => rowsHeight(view, known.length, Math.max(46, model.others.length * 15 + 14)),
      option: (view) => {
        const axis = nameAxis(view, known.map((name) => model.perspectiveLabel(name)), {}, 6 + Math.min(30, model.others.length * 7));
        return {
          grid: { left: axis.room + 12, right: 18, top: 8, bottom: 50 },
          tooltip: { trigger: 'item', ...tooltip(view, (item) => {
            const row = rows.find((r) => r.name === item.seriesName && r.perspective === known[item.value[1]]);
            return row && tip(model.armLabel(row.name), [[model.perspectiveLabel(row.perspective), amount(row.figure.mean * PER)], [intervalName(model), moneyInterval(scaled(row.figure, PER))]]);
          }) },
          xAxis: xAxis(view, { name: t(model.compares ? 'axis.money_change' : 'axis.money', { unit: moneyUnit(s) }), splitLine: { show: true, lineStyle: { color: view.colours.faint } }, axisLabel: { formatter: (value) => fixed(value, Number.isInteger(value) ? 0 : 1, model.compares) } }),
          yAxis: axis,
          series: model.others.flatMap((name, k) => {
            const series = intervalSeries(name, rows.filter((row) => row.name === name).map((row) => [known.indexOf(row.perspective), ...['mean', 'low', 'high'].map((x) => row.figure[x] * PER * s.factor)]), armStyle(model, name, view.colours), offset(name));
            if (k === 0) series[1].markLine = markLine(view, [{ xAxis: 0, label: { show: false } }]);
            return series;
          }),
        };
      },
    },
    table: () => ({
      columns: [{ label: t('col.perspective'), key: 'perspective', format: (value) => model.perspectiveLabel(value) }, { label: t('col.arm'), key: 'scenario', format: (value) => model.armLabel(value) },
        { label: t('col.change_money'), key: 'mean', numeric: true, format: (value) => amount(value) }, { label: intervalName(model), key: 'low', numeric: true, format: (value, row) => moneyInterval(row) }],
      rows: rows.map((row) => ({ perspective: row.perspective, scenario: row.name, ...scaled(row.figure, PER) })), rowHead: 2,
    }),
    notes: () => known.map((name) => counts(model, name)),
  });
}

// ---- cost by payer and kind in every arm ----
function levels(page) {
  const { model } = page;
  const payers = model.declared('payer');
  const rows = payers.flatMap((payer) => KINDS.map((kind) => ({ payer, kind, ...Object.fromEntries(model.arms.map((name) => [name, model.level(name, `cost_${kind}`, { payer, discounted: true })])) })))
    .filter((row) => model.arms.some((name) => !isIdle(row[name])));
  if (rows.length === 0) return null;
  const s = moneyScale(Math.min(1e6, PER * Math.max(...rows.flatMap((row) => model.arms.map((name) => Math.abs(row[name]?.mean ?? 0))))));
  const spec = () => ({
    columns: [{ label: t('col.payer'), key: 'payer', format: (value) => scenarioText(model.label('payer', value)) }, { label: t('col.kind'), key: 'kind', format: (value) => t(`kind.${value}`) },
      ...model.arms.map((name) => ({ label: model.armLabel(name), key: name, numeric: true, format: (value) => (value === null ? '–' : fixed(value * s.factor, Math.abs(value * s.factor) < 100 ? 1 : 0)) }))],
    rows: rows.map((row) => ({ payer: row.payer, kind: row.kind, ...Object.fromEntries(model.arms.map((name) => [name, row[name] ? row[name].mean * PER : null])) })), rowHead: 2,
  });
  return figure(page, {
    id: 'levels', title: t('levels.title'), wide: true,
    says: () => t('levels.says', { unit: moneyUnit(s) }),
    body: () => dataTable({ caption: t('levels.title'), ...spec() }),
    csv: spec, notes: () => [t('levels.note'), model.hasPsa ? t('levels.base') : ''],
  });
}

export function money(page) {
  const { model } = page;
  const nodes = [perspectives(page), model.compares ? payersFigure(page) : null, waterfall(page), levels(page)].filter(Boolean);
  if (nodes.length === 0) return { empty: true, nodes: [notRun(page, model.table('results') ? 'money.none' : 'money', `ipsim compare ${files(model)}`)] };
  return { nodes: [h('p', { class: 'intro' }, t('money.intro', { discounting: discounting(model, 'discounting_costs') || t('none'), years: year(model.horizon) })), nodes] };
}
