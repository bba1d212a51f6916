// SPDX-License-Identifier: GPL-3.0-or-later
// 6. For whom?
import { intervalSeries, markLine, nameAxis, rowsHeight, tip, tooltip, xAxis } from '../lib/chart.js';
import { h, scenarioText } from '../lib/dom.js';
import { armChoice, choice, controls, figure } from '../lib/figure.js';
import { clear } from '../lib/model.js';
import { estimate, fixed, interval, list, money as amount, moneyInterval, moneyScale, moneyUnit, scaled, t, tx } from '../lib/text.js';
import { armStyle } from '../lib/theme.js';
import { arm, costOutcome, files, groupName, intervalName, notRun, PER, shortNote } from './common.js';
import { deciding, distribution, equity } from './fairness.js';

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
  const name = (subgroup) => groupName(model, subgroup);
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

export function groups(page) {
  const { model } = page;
  const subgroups = subgroupsOf(model);
  const compared = model.compares && subgroups.length > 0;
  const nodes = [compared ? forest(page, subgroups) : null, deciding(page), distribution(page), equity(page)].filter(Boolean);
  if (nodes.length === 0) return { empty: true, nodes: [notRun(page, model.compares && (model.table('differences') || model.table('psa_summary')) ? 'groups.none' : 'groups', `ipsim compare ${files(model)}`)] };
  const missing = !compared ? null : !model.table('distribution') ? notRun(page, model.hasPsa ? 'groups.cea' : 'groups.psa', model.hasPsa ? 'ipsim cea PSA' : `ipsim psa ${files(model)}`)
    : !model.table('equity') ? notRun(page, 'groups.equity', 'ipsim cea PSA --inequality-aversion 1') : null;
  return { nodes: [h('p', { class: 'intro' }, t('groups.intro')), nodes, missing] };
}
