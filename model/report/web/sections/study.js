// SPDX-License-Identifier: GPL-3.0-or-later
// What a study would be worth (EVSI), and whether that is more than it costs: the last part of "what do we not know?".
import { bandSeries, markLine, tip, tooltip, xAxis, yAxis } from '../lib/chart.js';
import { h } from '../lib/dom.js';
import { choice, controls, figure, perspectiveChoice } from '../lib/figure.js';
import { fixed, integer, money as amount, moneyExact, moneyScale, moneyUnit, percent, t, tx } from '../lib/text.js';
import { PER, strong, withError } from './common.js';

/* The size at which the study gains most, or loses least; without costs, the largest. */
function bestOf(rows) {
  const paid = rows.filter((row) => row.enbs !== null && row.enbs !== undefined);
  return paid.length ? paid.reduce((a, b) => (b.enbs > a.enbs ? b : a)) : rows[rows.length - 1];
}

export function study(page) {
  const { model } = page;
  const table = model.table('evsi');
  if (!table) return null;
  const all = table.distinct('subgroup').includes('all');
  const thresholds = table.distinct('threshold').sort((a, b) => a - b);
  const perspectives = table.distinct('perspective');
  page.state.studyThreshold = thresholds.reduce((a, b) => (Math.abs(b - page.state.threshold) < Math.abs(a - page.state.threshold) ? b : a));
  if (!perspectives.includes(page.state.perspective)) page.state.perspective = perspectives[perspectives.length - 1];
  const rows = () => table.all().filter((row) => row.perspective === page.state.perspective && row.threshold === Number(page.state.studyThreshold) && (!all || row.subgroup === 'all'))
    .sort((a, b) => a.size_per_arm - b.size_per_arm);
  /* For all whose treatment is decided where their number is known, otherwise for 1 000 of them. */
  const forAll = (row) => row.population_evsi !== null && row.population_evsi !== undefined;
  const worth = (row) => (forAll(row) ? row.population_evsi : row.evsi * PER);
  const error = (row) => (row.evsi > 0 ? worth(row) * (row.evsi_se / row.evsi) : row.evsi_se * PER);
  const paid = (row) => row.study_cost !== null && row.study_cost !== undefined;
  return figure(page, {
    id: 'evsi', title: t('evsi.title'), wide: true, deps: ['perspective', 'studyThreshold'],
    says: () => {
      const own = rows();
      if (own.length === 0) return t('tornado.none');
      const best = bestOf(own);
      const common = { perspective: model.perspectiveLabel(page.state.perspective), threshold: moneyExact(Number(page.state.studyThreshold)), n: integer(best.size_per_arm) };
      if (own.every((row) => worth(row) < 0.5)) return t('evsi.zero', common);
      if (best.enbs === null || best.enbs === undefined) return tx('evsi.plain', { ...common, evsi: strong(withError(best.evsi, best.evsi_se)), share: percent(best.share_of_evpi) });
      if (!(best.evsi > 0)) return t('evsi.loss_zero', { ...common, cost: amount(best.study_cost) });
      return [tx(best.enbs > 0 ? 'evsi.best' : 'evsi.loss', { ...common, net: strong(amount(best.enbs)), se: amount(best.enbs_se, 2), worth: amount(best.population_evsi), cost: amount(best.study_cost) }),
        Math.abs(best.enbs) < 2 * best.enbs_se ? [' ', t('evsi.unsure')] : ''];
    },
    controls: controls(perspectiveChoice(page, perspectives), thresholds.length > 1 ? choice(page, 'studyThreshold', t('col.threshold'), thresholds.map((x) => [x, moneyExact(x)])) : null),
    legend: (colours) => {
      const own = rows();
      return [{ label: t(own.some(forAll) ? 'evsi.worth' : 'evsi.worth_person'), color: colours.arms[1], symbol: 'circle', kind: 'both' }, { label: t('evsi.band'), color: colours.arms[1], kind: 'band' },
        ...(own.some(paid) ? [{ label: t('evsi.cost'), color: colours.arms[2], dash: [7, 4], kind: 'line' }] : [])];
    },
    chart: {
      height: (view) => (view.narrow ? 300 : 340),
      option: (view) => {
        const own = rows();
        if (own.length === 0) return {};
        const s = moneyScale(Math.max(...own.flatMap((row) => [worth(row), paid(row) ? row.study_cost : 0])));
        const [blue, red] = [view.colours.arms[1], view.colours.arms[2]];
        const line = (name, color, data, dash) => ({ type: 'line', name, symbol: 'circle', symbolSize: 8, lineStyle: { width: 2.4, color, type: dash || 'solid' }, itemStyle: { color }, emphasis: { disabled: true }, data });
        return {
          grid: { left: 64, right: 20, top: 30, bottom: 52 },
          tooltip: { trigger: 'axis', ...tooltip(view, (shown) => {
            const row = own.find((r) => r.size_per_arm === shown[0].value[0]);
            return row && tip(`${t('col.size')}: ${integer(row.size_per_arm)}`, [[t('evsi.worth_person'), `${amount(worth(row))} ± ${amount(error(row), 2)}`], ...(paid(row) ? [[t('evsi.cost'), amount(row.study_cost)]] : []), ...(row.enbs !== null ? [[t('evsi.net'), amount(row.enbs)]] : [])]);
          }) },
          xAxis: xAxis(view, { name: t('evsi.axis'), min: 0, max: own[own.length - 1].size_per_arm, axisLabel: { formatter: (x) => integer(x) } }),
          yAxis: yAxis(view, { name: moneyUnit(s), min: 0, nameTextStyle: { align: 'left', color: view.colours.muted }, axisLabel: { formatter: (x) => fixed(x, Number.isInteger(x) ? 0 : 1) } }),
          series: [...bandSeries(own.map((row) => [row.size_per_arm, Math.max(0, worth(row) - 2 * error(row)) * s.factor, (worth(row) + 2 * error(row)) * s.factor]), blue, view.colours.band),
            { ...line('worth', blue, own.map((row) => [row.size_per_arm, worth(row) * s.factor])), markLine: markLine(view, [{ xAxis: bestOf(own).size_per_arm, lineStyle: { type: [3, 3] }, label: { show: false } }]) },
            ...(own.some(paid) ? [line('cost', red, own.filter(paid).map((row) => [row.size_per_arm, row.study_cost * s.factor]), [7, 4])] : [])],
        };
      },
    },
    table: () => ({
      columns: [{ label: t('col.size'), key: 'size_per_arm', numeric: true, format: integer }, { label: t('col.evsi'), key: 'evsi', numeric: true, format: moneyExact }, { label: t('col.mcse'), key: 'evsi_se', numeric: true, format: moneyExact }, { label: t('col.share_of_evpi'), key: 'share_of_evpi', numeric: true, format: (value) => percent(value) },
        ...(rows().some(forAll) ? [{ label: t('evsi.worth'), key: 'population_evsi', numeric: true, format: moneyExact }] : []), ...(rows().some(paid) ? [{ label: t('evsi.cost'), key: 'study_cost', numeric: true, format: moneyExact }, { label: t('evsi.net'), key: 'enbs', numeric: true, format: moneyExact }, { label: t('col.mcse'), key: 'enbs_se', numeric: true, format: moneyExact }] : [])],
      rows: rows(),
    }),
    notes: () => [h('p', {}, tx('evsi.note', { link: h('a', { href: '#reproduce' }, t('reproduce.title')) }))],
  });
}
