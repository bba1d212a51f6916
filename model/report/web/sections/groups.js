// SPDX-License-Identifier: GPL-3.0-or-later
// 6. For whom?
import { intervalSeries, markLine, nameAxis, rowsHeight, tip, tooltip, xAxis } from '../lib/chart.js';
import { h, scenarioText } from '../lib/dom.js';
import { armChoice, choice, controls, dataTable, figure } from '../lib/figure.js';
import { clear } from '../lib/model.js';
import { estimate, fixed, interval, list, money as amount, moneyExact, moneyInterval, moneyScale, moneyUnit, percent, scaled, t, tx } from '../lib/text.js';
import { armStyle } from '../lib/theme.js';
import { arm, costOutcome, files, intervalName, notRun, PER, shortNote } from './common.js';

function subgroupsOf(model) {
  const table = model.table('differences') || model.table('psa_summary');
  return table ? table.distinct('subgroup').filter((name) => name !== 'all') : [];
}

function forest(page, subgroups) {
  const { model } = page;
  const outcomes = [...model.yearOutcomes().slice(0, 3), 'qalys', ...model.perspectives.map(costOutcome)]
    .filter((outcome) => subgroups.some((subgroup) => model.others.some((name) => model.difference(name, outcome, { subgroup, discounted: !model.yearOutcomes().includes(outcome) }))));
  if (outcomes.length === 0) return null;
  page.state.groupOutcome = outcomes[0];
  const isCost = (outcome) => outcome === 'cost' || outcome.startsWith('cost_');
  const label = (outcome) => (isCost(outcome) ? t('key.cost', { perspective: model.perspectiveLabel(outcome.slice(5) || 'all') }) : outcome === 'qalys' ? t('qalys.discounted') : model.outcomeLabel(outcome));
  const groups = ['all', ...subgroups];
  const rows = () => {
    const outcome = page.state.groupOutcome;
    return groups.map((subgroup) => ({ subgroup, figure: model.difference(page.state.arm, outcome, { subgroup, discounted: !model.yearOutcomes().includes(outcome) }) })).filter((row) => row.figure);
  };
  const name = (subgroup) => { const text = model.subgroupLabel(subgroup); return typeof text === 'string' ? text : `${text.attribute}: ${text.level}`; };
  const show = (figure) => (isCost(page.state.groupOutcome) ? [amount(figure.mean * PER), moneyInterval(scaled(figure, PER))] : [estimate(scaled(figure, PER), true), interval(scaled(figure, PER), true)]);
  return figure(page, {
    id: 'forest', title: t('forest.title'), deps: ['arm', 'groupOutcome'],
    says: () => {
      const own = rows().filter((row) => row.subgroup !== 'all');
      const total = rows().find((row) => row.subgroup === 'all');
      const sorted = [...own].sort((a, b) => a.figure.mean - b.figure.mean);
      const [low, high] = [sorted[0], sorted[sorted.length - 1]];
      const against = total ? own.filter((row) => clear(row.figure) && clear(total.figure) && Math.sign(row.figure.mean) !== Math.sign(total.figure.mean)) : [];
      return [tx('forest.says', { arm: arm(model, page.state.arm), outcome: label(page.state.groupOutcome), low_group: scenarioText(name(low.subgroup)), low: show(low.figure)[0], high_group: scenarioText(name(high.subgroup)), high: show(high.figure)[0] }), ' ',
        against.length ? t('forest.against', { list: list(against.map((row) => name(row.subgroup))) }) : t('forest.same_direction')];
    },
    controls: controls(armChoice(page), choice(page, 'groupOutcome', t('control.outcome'), outcomes.map((outcome) => [outcome, label(outcome)]))),
    chart: {
      height: (view) => rowsHeight(view, rows().length, 34),
      option: (view) => {
        const own = rows();
        const s = isCost(page.state.groupOutcome) ? moneyScale(PER * Math.max(...own.map((row) => Math.abs(row.figure.mean)))) : { factor: 1, word: '' };
        const axis = nameAxis(view, own.map((row) => name(row.subgroup)));
        const data = own.map((row, k) => [k, ...['mean', 'low', 'high'].map((x) => row.figure[x] * PER * s.factor)]);
        const total = data[0] && own[0].subgroup === 'all' ? data[0][1] : null;
        const series = intervalSeries('groups', data, armStyle(model, page.state.arm, view.colours));
        series[1].markLine = markLine(view, [{ xAxis: 0, label: { show: false } }, ...(total === null ? [] : [{ xAxis: total, lineStyle: { type: [3, 3] }, label: { show: false } }])]);
        return {
          grid: { left: axis.room + 12, right: 18, top: 8, bottom: 50 },
          tooltip: { trigger: 'item', ...tooltip(view, (item) => { const row = own[item.value[1]]; return tip(name(row.subgroup), [[label(page.state.groupOutcome), show(row.figure)[0]], [intervalName(model), show(row.figure)[1]]]); }) },
          xAxis: xAxis(view, { name: isCost(page.state.groupOutcome) ? t('axis.money_change', { unit: moneyUnit(s) }) : t('axis.change_per_1000'), scale: false, splitLine: { show: true, lineStyle: { color: view.colours.faint } }, axisLabel: { formatter: (value) => fixed(value, Number.isInteger(value) ? 0 : 1, true) } }),
          yAxis: axis, series,
        };
      },
    },
    table: () => ({
      columns: [{ label: t('col.subgroup'), key: 'subgroup', format: (value) => name(value) }, { label: label(page.state.groupOutcome), key: 'mean', numeric: true, format: (value, row) => show(scaled(row, 1 / PER))[0] }, { label: intervalName(model), key: 'low', numeric: true, format: (value, row) => show(scaled(row, 1 / PER))[1] }],
      rows: rows().map((row) => ({ subgroup: row.subgroup, ...scaled(row.figure, PER) })),
    }),
    notes: () => [t('forest.note'), shortNote(model)],
  });
}

/* What deciding group by group would be worth (economics/subgroup_tables). */
function worthOfDeciding(page) {
  const { model } = page;
  const table = model.table('subgroups');
  if (!table) return null;
  const wanted = model.thresholds();
  const rows = table.all().filter((row) => row.perspective === page.state.perspective && (wanted.length === 0 || wanted.includes(row.threshold)));
  if (rows.length === 0) return null;
  return h('div', { class: 'block' }, h('h3', {}, t('deciding.title')), h('p', { class: 'says' }, t('deciding.says')),
    dataTable({ caption: t('deciding.title'), columns: [
      { label: t('col.subgroup'), key: 'subgroup', format: (value) => { const text = model.subgroupLabel(value); return typeof text === 'string' ? text : `${text.attribute}: ${text.level}`; } },
      { label: t('col.share'), key: 'share', numeric: true, format: percent }, { label: t('col.threshold'), key: 'threshold', numeric: true, format: moneyExact },
      { label: t('col.best_for_it'), key: 'best_for_subgroup', format: (value) => model.armLabel(value) }, { label: t('col.best_for_all'), key: 'best_for_all', format: (value) => model.armLabel(value) },
      { label: t('col.worth'), key: 'value_of_deciding_by_subgroup', numeric: true, format: (value) => (value === null ? '' : moneyExact(value)) }], rows }));
}

export function groups(page) {
  const { model } = page;
  const subgroups = subgroupsOf(model);
  const nodes = [model.compares && subgroups.length ? forest(page, subgroups) : null, worthOfDeciding(page)].filter(Boolean);
  if (nodes.length === 0) return { empty: true, nodes: [notRun(page, model.compares && (model.table('differences') || model.table('psa_summary')) ? 'groups.none' : 'groups', `ipsim compare ${files(model)}`)] };
  return { nodes: [h('p', { class: 'intro' }, t('groups.intro')), nodes] };
}
