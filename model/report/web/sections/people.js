// SPDX-License-Identifier: GPL-3.0-or-later
// 1. What happens to 1 000 people?
import { bandSeries, intervalSeries, makeChart, markLine, nameAxis, rowsHeight, tip, tooltip, xAxis, yAxis } from '../lib/chart.js';
import { h, scenarioText, svg } from '../lib/dom.js';
import { choice, controls, figure } from '../lib/figure.js';
import { clear } from '../lib/model.js';
import { estimate, fixed, integer, interval, list, percent, scaled, sourceText, t, tx, year } from '../lib/text.js';
import { armStyle, stateColour } from '../lib/theme.js';
import { armInside, armText, files, intervalName, notRun, PER, shortNote } from './common.js';

/* occupancy as state -> arm -> [[year, share]...] */
function readCurves(model) {
  const table = model.table('occupancy');
  const curves = new Map();
  for (let row = 0; table && row < table.rows; row += 1) {
    const state = table.get(row, 'state');
    const name = table.get(row, 'scenario');
    if (!curves.has(state)) curves.set(state, new Map());
    const arms = curves.get(state);
    if (!arms.has(name)) arms.set(name, []);
    arms.get(name).push([table.get(row, 'year'), table.get(row, 'estimate') ?? table.get(row, 'mean') ?? 0]);
  }
  return curves;
}
/* What curves are where draws have made them. */
function means(model) {
  return model.hasPsa && !model.table('differences') ? t('people.means') : '';
}
function shareAt(curve, when) {
  const found = curve?.find(([at]) => Math.abs(at - when) < 1e-6);
  return found ? found[1] : null;
}

// ---- where everybody is ----
function areaOption(page, view, curves, name) {
  const { model } = page;
  const states = model.states();
  const last = Math.max(...[...curves.values()].flatMap((arms) => (arms.get(name) || []).map(([at]) => at)));
  return {
    grid: { left: 44, right: 10, top: 10, bottom: 44 },
    tooltip: { trigger: 'axis', ...tooltip(view, (rows) => tip(t('after_years', { n: year(rows[0].value[0]) }), [...rows].reverse().map((row) => [model.stateLabel(row.seriesName), integer(row.value[1])]))) },
    xAxis: xAxis(view, { name: t('axis.years'), min: 0, max: last }),
    yAxis: yAxis(view, { min: 0, max: PER, interval: 250, axisLabel: { formatter: (value) => integer(value) } }),
    series: states.map((state) => ({
      type: 'line', name: state, stack: 'all', symbol: 'none', lineStyle: { width: 0.8, color: view.colours.paper }, emphasis: { disabled: true },
      areaStyle: { color: stateColour(model, state, view.colours), opacity: 1 },
      data: (curves.get(state)?.get(name) || []).map(([at, share]) => [at, share * PER]),
    })),
  };
}

function areas(page, curves) {
  const { model } = page;
  const names = model.arms;
  const hosts = names.map((name) => {
    const host = h('div', { class: 'chart' });
    makeLater(page, host, {
      height: 260, paperWidth: 320,
      description: () => t('areas.description', { arm: model.armLabel(name), text: states5(model, curves, name) }),
      option: (view) => areaOption(page, view, curves, name),
    });
    return h('div', { class: 'panel' }, h('h4', {}, scenarioText(model.armLabel(name))), host);
  });
  return figure(page, {
    id: 'occupancy', title: t('areas.title'), wide: true,
    says: () => t('areas.says', { text: elsewhere(model, curves) }),
    legend: (colours) => [...model.states()].reverse().map((state) => ({ label: model.stateLabel(state), color: stateColour(model, state, colours), kind: 'area' })),
    body: () => h('div', { class: 'panels' }, hosts),
    table: () => ({
      columns: [{ label: t('col.arm'), key: 'scenario', format: (value) => model.armLabel(value) }, { label: t('col.year'), key: 'year', numeric: true, format: year },
        ...model.states().map((state) => ({ label: model.stateLabel(state), key: state, numeric: true, format: (value) => integer(value * PER) }))],
      rows: names.flatMap((name) => yearsOf(curves, name).filter((at) => Number.isInteger(at) || model.years.includes(at)).map((at) => ({
        scenario: name, year: at, ...Object.fromEntries(model.states().map((state) => [state, shareAt(curves.get(state)?.get(name), at)])),
      }))),
      rowHead: 2,
    }),
    notes: () => [t(model.members('outcome_states', 'employment_years').length ? 'areas.note' : 'areas.note_plain'), means(model)],
  });
}
function yearsOf(curves, name) {
  return (curves.values().next().value?.get(name) || []).map(([at]) => at);
}
function makeLater(page, host, spec) {
  const chart = makeChart(host, spec, page);
  page.whenShown(() => chart.draw());
}
/* One sentence for those who cannot see the chart. */
function states5(model, curves, name) {
  const when = readingYear(model, curves);
  const parts = model.states().map((state) => [model.stateLabel(state), shareAt(curves.get(state)?.get(name), when)]).filter(([, share]) => share >= 0.005)
    .map(([label, share]) => `${label}: ${integer(share * PER)}`);
  return `${t('after_years', { n: year(when) })}: ${parts.join('; ')}`;
}
function readingYear(model, curves) {
  const known = yearsOf(curves, model.arms[0]);
  const wanted = [5, ...model.years, 1].find((at) => known.some((k) => Math.abs(k - at) < 1e-6) && at < model.horizon);
  return wanted ?? known[Math.floor(known.length / 2)];
}
function workStates(model) {
  const work = model.members('outcome_states', 'employment_years');
  return work.length ? work : model.states().filter((state) => !model.about.get(`state_role:${state}`)).slice(0, 1);
}
function shareIn(curves, states, name, when) {
  return states.reduce((sum, state) => sum + (shareAt(curves.get(state)?.get(name), when) ?? 0), 0);
}
/* "In competitive work after 5 years, of 1 000 people: 214 (A), 258 (B)." */
function counted(model, curves, states, label, when) {
  return t('areas.text', {
    years: t('after_years', { n: year(when) }), state: label,
    list: list(model.arms.map((name) => t('areas.item', { n: integer(PER * shareIn(curves, states, name, when)), arm: armText(model, name) }))),
  });
}
/* The state in which people spend most time when they are not at work, at the time when most people are there under the comparator. */
function elsewhere(model, curves) {
  const candidates = model.states().filter((state) => !workStates(model).includes(state) && !model.about.get(`state_role:${state}`));
  const time = (state) => (curves.get(state)?.get(model.comparator) || []).reduce((sum, [, share], k, all) => sum + (k ? share * (all[k][0] - all[k - 1][0]) : 0), 0);
  const state = [...candidates].sort((a, b) => time(b) - time(a))[0] ?? workStates(model)[0];
  const peak = (curves.get(state)?.get(model.comparator) || []).reduce((a, b) => (b[1] > a[1] ? b : a), [0, -1])[0];
  const when = yearsOf(curves, model.comparator).filter(Number.isInteger).reduce((a, b) => (Math.abs(b - peak) < Math.abs(a - peak) ? b : a), 0);
  return counted(model, curves, [state], model.stateLabel(state), when);
}

// ---- of 1 000 people ----
/* 100 figures, ten people each; the largest remainders get the odd ones, so that they always add up. */
function hundred(shares) {
  const exact = shares.map((share) => share * 100);
  const whole = exact.map(Math.floor);
  let rest = 100 - whole.reduce((a, b) => a + b, 0);
  const order = exact.map((value, at) => [value - whole[at], at]).sort((a, b) => b[0] - a[0]);
  for (let k = 0; k < order.length && rest > 0; k += 1, rest -= 1) whole[order[k][1]] += 1;
  return whole;
}

function pictogram(page, curves, name, when) {
  const { model } = page;
  const states = model.states();
  const colours = page.colours();
  const counts = hundred(states.map((state) => shareAt(curves.get(state)?.get(name), when) ?? 0));
  const cells = states.flatMap((state, at) => Array.from({ length: counts[at] }, () => state));
  const side = 18;
  return svg('svg', { viewBox: `0 0 ${side * 10} ${side * 10}`, role: 'img', 'aria-label': `${model.armLabel(name)}. ${t('after_years', { n: year(when) })}: ${states.map((state) => `${model.stateLabel(state)} ${integer(PER * (shareAt(curves.get(state)?.get(name), when) ?? 0))}`).join('; ')}` },
    cells.map((state, at) => svg('rect', { x: (at % 10) * side + 1.5, y: (9 - Math.floor(at / 10)) * side + 1.5, width: side - 3, height: side - 3, rx: 4, fill: stateColour(model, state, colours) })));
}

function thousand(page, curves) {
  const { model } = page;
  const known = yearsOf(curves, model.arms[0]);
  const years = [...new Set([1, 2, 5, 10, 20, ...model.years])].filter((at) => known.some((k) => Math.abs(k - at) < 1e-6) && (at < model.horizon || model.horizon <= 10)).sort((a, b) => a - b);
  if (years.length === 0) return null;
  page.state.peopleYear = years.includes(5) ? 5 : years[Math.floor(years.length / 2)];
  const states = () => model.states().filter((state) => model.arms.some((name) => (shareAt(curves.get(state)?.get(name), Number(page.state.peopleYear)) ?? 0) >= 0.0005));
  const rows = () => states().map((state) => ({
    state, ...Object.fromEntries(model.arms.map((name) => [name, shareAt(curves.get(state)?.get(name), Number(page.state.peopleYear)) * PER])),
  }));
  return figure(page, {
    id: 'thousand', title: t('thousand.title'), wide: true, deps: ['peopleYear'],
    says: () => counted(model, curves, workStates(model), model.members('outcome_states', 'employment_years').length ? t('in_work') : model.stateLabel(workStates(model)[0]), Number(page.state.peopleYear)),
    controls: controls(choice(page, 'peopleYear', t('control.after'), years.map((at) => [at, t('after_years', { n: year(at) })]))),
    legend: (colours) => [...states()].reverse().map((state) => ({ label: model.stateLabel(state), color: stateColour(model, state, colours), kind: 'area' })),
    body: () => h('div', { class: 'pictograms' }, model.arms.map((name) => h('div', { class: 'panel' }, h('h4', {}, scenarioText(model.armLabel(name))), pictogram(page, curves, name, Number(page.state.peopleYear))))),
    table: () => ({
      columns: [{ label: t('col.state'), key: 'state', format: (value) => model.stateLabel(value) }, ...model.arms.map((name) => ({ label: model.armLabel(name), key: name, numeric: true, format: integer }))],
      rows: rows(),
    }),
    notes: () => [t('thousand.note'), means(model)],
  });
}

// ---- the curve of work, with published points ----
function workCurve(page, curves) {
  const { model } = page;
  const states = model.members('outcome_states', 'employment_years');
  if (states.length === 0 || !curves.has(states[0])) return null;
  const points = states.length === 1 ? model.points(states[0]) : [];
  const longest = Math.max(...yearsOf(curves, model.arms[0]));
  page.state.workYears = Math.min(10, longest);
  const options = [[5, t('first_years', { n: 5 })], [10, t('first_years', { n: 10 })], [longest, t('all_years', { n: year(longest) })]].filter(([at]) => at <= longest);
  const data = (name, until) => yearsOf(curves, name).filter((at) => at <= until + 1e-9).map((at) => [at, 100 * shareIn(curves, states, name, at)]);
  /* Points of one year, side by side. */
  const beside = (point) => {
    const there = model.arms.filter((name) => points.some((other) => other.scenario === name && other.year === point.year));
    return (there.indexOf(point.scenario) - (there.length - 1) / 2) * 9;
  };
  const bounds = (point) => [point.low ?? point.value, point.high ?? point.value];
  /* Of draws: how far they spread under one alternative. */
  const spread = states.length === 1 ? model.table('psa_occupancy')?.where({ state: states[0] }) || [] : [];
  const bandOf = (until) => spread.filter((row) => row.scenario === page.state.arm && row.year > 0 && row.year <= until + 1e-9);
  const legend = (colours) => [...model.arms.map((name) => ({ label: model.armLabel(name), kind: 'line', ...armStyle(model, name, colours) })),
    ...(points.length ? [{ label: t('work.points'), color: colours.muted, kind: 'point' }] : [])];
  return figure(page, {
    id: 'employment', title: t('work.title'), deps: ['workYears', ...(spread.length ? ['arm'] : [])],
    says: () => {
      const known = points.filter((point) => ['inside', 'outside'].includes(point.verdict));
      const inside = known.filter((point) => point.verdict === 'inside').length;
      const peaks = list(model.arms.map((name) => t('work.peak', { arm: armText(model, name), p: percent(Math.max(...data(name, longest).map(([, share]) => share)) / 100) })));
      return [t('work.says', { peaks }), ' ', known.length ? t(inside === known.length ? 'work.all_inside' : 'work.some_inside', { n: integer(inside), m: integer(known.length) }) : ''];
    },
    controls: controls(choice(page, 'workYears', t('control.period'), options), spread.length && model.others.length > 1 ? choice(page, 'arm', t('control.band'), model.others.map((name) => [name, model.armLabel(name)])) : null), legend,
    chart: {
      height: (view) => (view.narrow ? 300 : 380),
      option: (view) => {
        const until = Number(page.state.workYears);
        return {
          grid: { left: 52, right: 16, top: 16, bottom: 48 },
          tooltip: { trigger: 'axis', ...tooltip(view, (rows) => tip(t('after_years', { n: year(rows[0].value[0]) }), rows.filter((row) => model.arms.includes(row.seriesName)).map((row) => [model.armLabel(row.seriesName), percent(row.value[1] / 100, 1)]))) },
          xAxis: xAxis(view, { name: t('axis.years'), min: 0, max: until }),
          yAxis: yAxis(view, { min: 0, axisLabel: { formatter: (value) => percent(value / 100) } }),
          series: [
            ...(spread.length ? bandSeries(bandOf(until).map((row) => [row.year, 100 * row.low, 100 * row.high]), armStyle(model, page.state.arm, view.colours).color, view.colours.band) : []),
            ...model.arms.map((name) => {
              const style = armStyle(model, name, view.colours);
              return { type: 'line', name, symbol: 'none', lineStyle: { width: 2.4, color: style.color, type: style.dash }, itemStyle: { color: style.color }, emphasis: { disabled: true }, data: data(name, until) };
            }),
            ...model.arms.flatMap((name) => {
              const own = points.filter((point) => point.scenario === name && point.year <= until);
              const style = armStyle(model, name, view.colours);
              return own.length === 0 ? [] : [
                { type: 'custom', silent: true, z: 5, data: own.map((point) => [point.year, ...bounds(point).map((x) => 100 * x)]), encode: { x: 0, y: [1, 2] },
                  renderItem(params, api) {
                    const [a, b] = [api.coord([api.value(0), api.value(1)]), api.coord([api.value(0), api.value(2)])];
                    return { type: 'line', shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] }, x: beside(own[params.dataIndex]), style: { stroke: style.color, lineWidth: 2 } };
                  } },
                { type: 'scatter', z: 6, symbol: style.symbol, symbolSize: 10, data: own.map((point) => ({ value: [point.year, 100 * point.value], symbolOffset: [beside(point), 0] })), itemStyle: { color: view.colours.paper, borderColor: style.color, borderWidth: 2 },
                  tooltip: { trigger: 'item' } },
              ];
            }),
          ],
        };
      },
    },
    table: () => ({
      columns: [{ label: t('col.year'), key: 'year', numeric: true, format: year }, ...model.arms.map((name) => ({ label: model.armLabel(name), key: name, numeric: true, format: (value) => percent(value, 1) }))],
      rows: yearsOf(curves, model.arms[0]).map((at) => ({ year: at, ...Object.fromEntries(model.arms.map((name) => [name, shareIn(curves, states, name, at)])) })),
    }),
    notes: () => [means(model), spread.length ? t('work.band', { arm: armText(model, page.state.arm) }) : null, points.length ? h('p', {}, tx('work.sources', { list: scenarioText([...new Set(points.map((point) => sourceText(point.source)).filter(Boolean))].join('; ')), link: h('a', { href: '#targets' }, t('trust.title')) })) : null],
  });
}

// ---- more years of this, fewer of that ----
function yearChanges(page) {
  const { model } = page;
  const outcomes = model.yearOutcomes();
  if (!model.compares || outcomes.length === 0) return null;
  const rows = outcomes.flatMap((outcome) => model.others.map((name) => ({ outcome, name, figure: model.difference(name, outcome) }))).filter((row) => row.figure);
  const at = (name) => (model.others.indexOf(name) - (model.others.length - 1) / 2) * Math.min(14, 48 / model.others.length);
  return figure(page, {
    id: 'years', title: t('years.title', { years: year(model.horizon) }),
    says: () => {
      const unclear = rows.filter((row) => !clear(row.figure) && row.figure.mean !== 0).length;
      const first = model.others.map((name) => rows.find((row) => row.name === name && row.outcome === outcomes[0])).filter(Boolean);
      return [tx('years.says', { outcome: model.outcomeLabel(outcomes[0]), list: first.map((row, k) => [k ? '; ' : '', tx('years.item', { figure: estimate(scaled(row.figure, PER), true), interval: interval(scaled(row.figure, PER), true), arm: armInside(model, row.name) })]) }),
        unclear ? [' ', t('years.unclear', { n: integer(unclear), m: integer(rows.length) })] : null];
    },
    legend: (colours) => model.others.map((name) => ({ label: model.armLabel(name), kind: 'dot', ...armStyle(model, name, colours) })),
    chart: {
      height: (view) => rowsHeight(view, outcomes.length, Math.max(44, model.others.length * 15 + 14)),
      option: (view) => {
        const axis = nameAxis(view, outcomes.map((outcome) => model.outcomeLabel(outcome)), {}, 6 + Math.min(30, model.others.length * 7));
        return {
          grid: { left: axis.room + 12, right: 18, top: 8, bottom: 50 },
          tooltip: { trigger: 'item', ...tooltip(view, (row) => {
            const found = rows.find((r) => r.name === row.seriesName && r.outcome === outcomes[row.value[1]]);
            return found && tip(model.armLabel(found.name), [[model.outcomeLabel(found.outcome), estimate(scaled(found.figure, PER), true)], [intervalName(model), interval(scaled(found.figure, PER), true)]]);
          }) },
          xAxis: xAxis(view, { name: t('axis.years_per_1000'), splitLine: { show: true, lineStyle: { color: view.colours.faint } }, axisLabel: { formatter: (value) => fixed(value, 0, true) } }),
          yAxis: axis,
          series: model.others.flatMap((name, k) => {
            const series = intervalSeries(name, rows.filter((row) => row.name === name).map((row) => [outcomes.indexOf(row.outcome), row.figure.mean * PER, row.figure.low * PER, row.figure.high * PER]), armStyle(model, name, view.colours), at(name));
            if (k === 0) series[1].markLine = markLine(view, [{ xAxis: 0, label: { show: false } }]);
            return series;
          }),
        };
      },
    },
    table: () => ({
      columns: [{ label: t('col.outcome'), key: 'outcome', format: (value) => model.outcomeLabel(value) }, { label: t('col.arm'), key: 'scenario', format: (value) => model.armLabel(value) },
        { label: t('col.change'), key: 'mean', numeric: true, format: (value, row) => estimate(row, true) }, { label: intervalName(model), key: 'low', numeric: true, format: (value, row) => interval(row, true) }, { label: '', key: 'high', format: () => '' }].filter((column) => column.key !== 'high'),
      rows: rows.map((row) => ({ outcome: row.outcome, scenario: row.name, ...scaled(row.figure, PER) })), rowHead: 2,
    }),
    notes: () => [shortNote(model)],
  });
}

export function people(page) {
  const { model } = page;
  const curves = readCurves(model);
  const nodes = [curves.size ? thousand(page, curves) : null, curves.size ? areas(page, curves) : null, curves.size ? workCurve(page, curves) : null, yearChanges(page)].filter(Boolean);
  if (nodes.length === 0) return { empty: true, nodes: [notRun(page, 'people', `ipsim compare ${files(model)}`)] };
  return { nodes: [h('p', { class: 'intro' }, t('people.intro')), nodes] };
}
