// SPDX-License-Identifier: GPL-3.0-or-later
// Of section 6: what deciding group by group would be worth, who gains and who pays, and what changes when equality counts too. From the tables of
// `ipsim cea`; values are means over the draws.
import { markLine, nameAxis, rowsHeight, tip, tooltip, xAxis } from '../lib/chart.js';
import { scenarioText } from '../lib/dom.js';
import { armChoice, choice, controls, dataTable, figure, perspectiveChoice } from '../lib/figure.js';
import { estimateWithError, fixed, list, moneyExact, moneyWithError, number, percent, plain, t, tx } from '../lib/text.js';
import { arm, armInside, groupName, PER } from './common.js';

/* Values of a QALY to choose from: those that the scenario names, or a few of the table. */
function thresholdsOf(model, table) {
  const all = table.distinct('threshold').filter((x) => x > 0).sort((a, b) => a - b);
  const named = all.filter((x) => model.thresholds().includes(x));
  return named.length ? named : all.filter((x, k) => k % Math.ceil(all.length / 8) === 0);
}

/* The three figures share their choices. */
function place(page, table) {
  const { model } = page;
  const thresholds = thresholdsOf(model, table);
  const perspectives = table.distinct('perspective');
  if (!perspectives.includes(page.state.perspective)) page.state.perspective = perspectives[perspectives.length - 1];
  if (!thresholds.includes(Number(page.state.groupThreshold))) page.state.groupThreshold = thresholds.reduce((a, b) => (Math.abs(b - page.state.threshold) < Math.abs(a - page.state.threshold) ? b : a), thresholds[0]);
  return {
    rows: () => table.all().filter((row) => row.perspective === page.state.perspective && row.threshold === Number(page.state.groupThreshold)),
    choices: (...more) => controls(...more, perspectiveChoice(page, perspectives), thresholds.length > 1 ? choice(page, 'groupThreshold', t('col.threshold'), thresholds.map((x) => [x, moneyExact(x)])) : null),
    said: () => ({ perspective: model.perspectiveLabel(page.state.perspective), threshold: moneyExact(Number(page.state.groupThreshold)) }),
  };
}
const DEPS = ['perspective', 'groupThreshold'];

/* "Age at entry" for age_band: the name of the attribute that a group is a level of. */
function variableName(model, variable, subgroup) {
  return subgroup ? model.subgroupLabel(subgroup).attribute : model.label('attribute', variable);
}

export function deciding(page) {
  const { model } = page;
  const table = model.table('subgroups');
  if (!table) return null;
  const { rows, choices, said } = place(page, table);
  /* Less than half a unit of currency: equal, but for rounding. */
  const worthwhile = () => rows().filter((row) => row.value_of_deciding_by_subgroup >= 0.5);
  return figure(page, {
    id: 'deciding', title: t('deciding.title'), wide: true, deps: DEPS,
    says: () => t(worthwhile().length ? 'deciding.says' : 'deciding.none', said()),
    controls: choices(),
    body: () => (worthwhile().length === 0 ? null : dataTable({
      caption: t('deciding.title'), columns: [
        { label: t('col.subgroup'), key: 'subgroup', format: (value) => scenarioText(groupName(model, value)) }, { label: t('col.share'), key: 'share', numeric: true, format: (value) => percent(value) },
        { label: t('col.best_for_it'), key: 'best_for_subgroup', format: (value, row) => scenarioText(`${model.armLabel(value)}${Math.abs(row.lead) < 2 * (row.lead_se ?? 0) ? ' ?' : ''}`) }, { label: t('col.best_for_all'), key: 'best_for_all', format: (value) => scenarioText(model.armLabel(value)) },
        { label: t('col.worth'), key: 'value_of_deciding_by_subgroup', numeric: true, format: (value, row) => moneyWithError(value, row.value_se) }],
      rows: worthwhile(),
    })),
    csv: () => ({ columns: [...table.columns.keys()].map((key) => ({ key })), rows: table.all() }),
    notes: () => [worthwhile().length ? t('deciding.note') : ''],
  });
}

export function distribution(page) {
  const { model } = page;
  const table = model.table('distribution');
  if (!table) return null;
  const at = place(page, table);
  const rows = () => at.rows().filter((row) => row.strategy === page.state.arm);
  const qalys = (value) => fixed(value * PER, Math.abs(value * PER) >= 100 ? 0 : 1, true);
  /* As exact as its standard error allows. */
  const net = (row) => (row.net_se > 0 ? estimateWithError(row.net * PER, row.net_se * PER) : qalys(row.net));
  const name = (row) => groupName(model, row.subgroup);
  return figure(page, {
    id: 'distribution', title: t('distribution.title'), wide: true, deps: [...DEPS, 'arm'],
    says: () => {
      const own = [...rows()].sort((a, b) => a.net - b.net);
      if (own.length === 0) return t('tornado.none');
      const [low, high] = [own[0], own[own.length - 1]];
      const unclear = own.filter((row) => Math.abs(row.net) < 2 * (row.net_se ?? 0));
      const lose = own.filter((row) => row.net < 0 && !unclear.includes(row));
      const parts = [lose.length ? t('distribution.lose', { list: list(lose.map(name)) }) : unclear.length ? '' : t('distribution.all_gain'), unclear.length ? t('distribution.unclear', { list: list(unclear.map(name)) }) : ''];
      return [tx('distribution.says', { ...at.said(), arm: arm(model, page.state.arm), comparator: armInside(model, own[0].comparator), low: net(low), low_group: scenarioText(name(low)), high: net(high), high_group: scenarioText(name(high)) }), ' ', parts.filter(Boolean).join(' ')];
    },
    controls: at.choices(armChoice(page)),
    legend: (colours) => [{ label: t('distribution.gains'), kind: 'area', color: colours.arms[3] }, { label: t('distribution.pays'), kind: 'area', color: colours.arms[5] }, { label: t('distribution.net'), kind: 'dot', symbol: 'diamond', color: colours.ink }],
    chart: {
      height: (view) => rowsHeight(view, Math.max(1, rows().length), 38),
      option: (view) => {
        const own = rows();
        const axis = nameAxis(view, own.map(name));
        const bar = (key, sign, color, top) => ({
          type: 'bar', name: key, barWidth: 11, barGap: '15%', itemStyle: { color }, data: own.map((row, k) => [sign * row[key] * PER, k]), ...(top ? { markLine: markLine(view, [{ xAxis: 0, label: { show: false } }]) } : {}),
        });
        return {
          grid: { left: axis.room + 12, right: 24, top: 8, bottom: 50 },
          tooltip: { trigger: 'item', ...tooltip(view, (item) => { const row = own[item.value[1]]; return row && tip(name(row), [[t('col.gains'), qalys(row.gains)], [t('col.pays'), qalys(-row.pays)], [t('col.net'), net(row)]]); }) },
          xAxis: xAxis(view, { name: t('distribution.axis'), splitLine: { show: true, lineStyle: { color: view.colours.faint } }, axisLabel: { formatter: (x) => fixed(x, Number.isInteger(x) ? 0 : 1, true) } }),
          yAxis: axis,
          series: [bar('gains', 1, view.colours.arms[3], true), bar('pays', -1, view.colours.arms[5], false),
            { type: 'scatter', name: 'net', z: 5, symbol: 'diamond', symbolSize: 12, itemStyle: { color: view.colours.ink, borderColor: view.colours.paper, borderWidth: 1 }, data: own.map((row, k) => [row.net * PER, k]) }],
        };
      },
    },
    table: () => ({
      columns: [{ label: t('col.subgroup'), key: 'subgroup', format: (value) => scenarioText(groupName(model, value)) }, { label: t('col.share'), key: 'share', numeric: true, format: (value) => percent(value) },
        { label: t('distribution.gains'), key: 'gains', numeric: true, format: qalys }, { label: t('distribution.pays'), key: 'pays', numeric: true, format: (value) => qalys(-value) }, { label: t('distribution.net'), key: 'net', numeric: true, format: (value, row) => net(row) }],
      rows: rows(),
    }),
    notes: () => [t('distribution.note')],
  });
}

export function equity(page) {
  const { model } = page;
  const table = model.table('equity');
  if (!table) return null;
  const { rows, choices, said } = place(page, table);
  const groups = model.table('distribution') || model.table('subgroups');
  const anyGroup = (variable) => groups?.where({ variable })[0]?.subgroup;
  const name = (variable) => variableName(model, variable, anyGroup(variable));
  const order = (own, key) => [...own].sort((a, b) => b[key] - a[key]).map((row) => row.strategy).join('\n');
  const moved = () => table.distinct('variable').filter((variable) => { const own = rows().filter((row) => row.variable === variable); return order(own, 'incremental_nhb') !== order(own, 'equity_weighted_nhb'); });
  return figure(page, {
    id: 'equity', title: t('equity.title'), wide: true, deps: DEPS,
    says: () => t(moved().length ? 'equity.changes' : 'equity.same', { ...said(), e: plain(table.get(0, 'inequality_aversion')), list: list(moved().map(name)) }),
    controls: choices(),
    body: () => dataTable({
      caption: t('equity.title'), rowHead: 2, columns: [
        { label: t('col.groups_by'), key: 'variable', format: (value) => scenarioText(name(value)) }, { label: t('col.arm'), key: 'strategy', format: (value) => scenarioText(model.armLabel(value)) },
        { label: t('col.net_plain'), key: 'incremental_nhb', numeric: true, format: (value) => number(value * PER) }, { label: t('col.net_weighted'), key: 'equity_weighted_nhb', numeric: true, format: (value) => number(value * PER) }],
      rows: rows(),
    }),
    csv: () => ({ columns: [...table.columns.keys()].map((key) => ({ key })), rows: table.all() }),
    notes: () => [t('equity.note')],
  });
}
