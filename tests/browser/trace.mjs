// SPDX-License-Identifier: GPL-3.0-or-later
// Every number has a file: what a figure shows in its table is what its own CSV file holds, and that is what stands in the output folders.
import fs from 'node:fs';
import path from 'node:path';
import { parseCsv, readCsv } from './csv.mjs';

/* A number as the English page writes it, and half a unit of its last digit. */
function readShown(text) {
  const found = /^(?:[A-Z]{3}\s)?([+\u2212-]?)([0-9][0-9,]*)(\.[0-9]+)?(?:\s(million|billion))?(%)?$/.exec(text.replace(/^[<>]\s/, '').trim());
  if (!found) return null;
  const scale = (found[4] === 'million' ? 1e6 : found[4] === 'billion' ? 1e9 : 1) * (found[5] ? 0.01 : 1);
  const whole = found[2].replace(/,/g, '');
  const zeros = found[3] ? 0 : /0*$/.exec(whole)[0].length; /* 1,700 may stand for 1,654 */
  return { value: (found[1] && found[1] !== '+' ? -1 : 1) * Number(whole + (found[3] || '')) * scale, half: 0.5001 * (found[3] ? 10 ** (1 - found[3].length) : 10 ** Math.min(zeros, whole.length)) * scale, bound: /^[<>]/.test(text.trim()) };
}

/* The table of a figure as it is seen, and its CSV file. */
async function readFigure(page, id) {
  await page.evaluate((name) => { const details = document.querySelector(`#${name} details.numbers`); if (details) details.open = true; }, id);
  await page.waitForTimeout(50);
  const cells = await page.$$eval(`#${id} details.numbers tbody tr`, (rows) => rows.map((row) => [...row.children].map((cell) => cell.innerText)));
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(`#${id} .tools button.quiet`)]);
  const text = fs.readFileSync(await download.path(), 'utf8').replace(/^\ufeff/, '');
  return { cells, rows: parseCsv(text), keys: text.split('\n')[0].split(',') };
}

/* Returns what is wrong, and how many numbers were followed to their file. */
export async function trace(page, data) {
  const problems = [];
  const counts = new Map();
  const files = new Map();
  const read = (name) => { if (!files.has(name)) files.set(name, readCsv(path.join(data, name))); return files.get(name); };
  const horizon = String(Math.max(...read('compare/results.csv').map((row) => Number(row.year))));
  const summary = (row, outcome, discounted) => read('psa/psa_summary.csv').find((r) => r.scenario === row.scenario && r.subgroup === 'all' && r.payer === 'all' && r.outcome === outcome && r.discounted === discounted && r.year === horizon);
  const at = await page.evaluate(() => ({ arm: document.querySelector('#forest select, #tornado select')?.value, threshold: document.querySelector('#distribution .controls .control:last-child select')?.value, study: document.querySelector('#evsi .controls .control:last-child select')?.value,
    evppi: document.querySelector('#evppi .controls .control:last-child select')?.value, perspective: document.querySelector('#ceac select')?.value, driver: document.querySelector('#tornado .control:last-child select')?.value }));
  const decision = (file, row, threshold, extra) => read(file).find((r) => r.perspective === at.perspective && Number(r.threshold) === Number(threshold) && Object.entries(extra).every(([key, value]) => r[key] === value));
  /* figure: [row of its CSV file -> row of a file of the folder, {column: [column there, factor]}] */
  const figures = {
    years: [(row) => summary(row, row.outcome, 'no'), { mean: ['mean', 1000], low: ['low', 1000] }],
    perspectives: [(row) => summary(row, `cost_${row.perspective}`, 'yes'), { mean: ['mean', 1000], low: ['low', 1000] }],
    'break-even': [(row) => read('psa/break_even.csv').find((r) => r.scenario === row.scenario && r.account === 'perspective' && r.name === row.perspective && Number(r.year) === Number(row.year)), { mean: ['mean', 1000], low: ['low', 1000], saving: ['probability_saving', 1] }],
    payers: [(row) => read('psa/psa_summary.csv').find((r) => r.scenario === row.scenario && r.subgroup === 'all' && r.outcome === `cost_${row.kind}` && r.payer === row.payer && r.discounted === 'yes' && r.year === horizon), { mean: ['mean', 1000], low: ['low', 1000] }],
    plane: [(row) => read('fair/plane.csv').find((r) => r.strategy === row.strategy && r.perspective === row.perspective && r.subgroup === 'all'), { difference_cost: ['difference_cost', 1], difference_effect: ['difference_effect', 1], share_less_costly_more_effect: ['share_less_costly_more_effect', 1] }],
    tornado: [(row) => { const [outcome, perspective, threshold] = at.driver?.includes('|') ? at.driver.split('|') : ['net_benefit', null, null]; return read('dsa/dsa.csv').find((r) => r.scenario === at.arm && r.label === row.label && r.outcome === outcome && (perspective === null || r.perspective === perspective) && (threshold === null || Number(r.threshold) === Number(threshold))); },
      { low: ['low', 1], base: ['base', 1], high: ['high', 1], at_low: ['at_low', 1], at_high: ['at_high', 1], spread: ['spread', 1] }],
    pairs: [(row) => read('dsa/dsa_grid.csv').find((r) => ['scenario', 'parameter_1', 'parameter_2', 'outcome'].every((key) => r[key] === row[key]) && Number(r.value_1) === Number(row.value_1) && Number(r.value_2) === Number(row.value_2)), { estimate: ['estimate', 1] }],
    evppi: [(row) => decision('voi/evppi.csv', row, at.evppi, { parameters: row.parameters }), { evppi: ['evppi', 1], evppi_se: ['evppi_se', 1], share_of_evpi: ['share_of_evpi', 1] }],
    evsi: [(row) => decision('voi/evsi.csv', row, at.study, { size_per_arm: row.size_per_arm }), { evsi: ['evsi', 1], population_evsi: ['population_evsi', 1], study_cost: ['study_cost', 1], enbs: ['enbs', 1] }],
    distribution: [(row) => decision('fair/distribution.csv', row, at.threshold, { subgroup: row.subgroup, strategy: at.arm }), { gains: ['gains', 1], pays: ['pays', 1], net: ['net', 1] }],
    equity: [(row) => read('fair/equity.csv').find((r) => ['perspective', 'variable', 'strategy'].every((key) => r[key] === row[key]) && Number(r.threshold) === Number(row.threshold)), { incremental_nhb: ['incremental_nhb', 1], equity_weighted_nhb: ['equity_weighted_nhb', 1] }],
    deciding: [(row) => read('fair/subgroups.csv').find((r) => ['perspective', 'variable', 'subgroup'].every((key) => r[key] === row[key]) && Number(r.threshold) === Number(row.threshold)), { value_of_deciding_by_subgroup: ['value_of_deciding_by_subgroup', 1] }],
  };
  const perThousand = new Set(['distribution', 'tornado']); /* their tables count 1 000 people, their files one person */
  /* The page holds numbers with seven digits, standard errors with three (include/ipsim/report.h). */
  for (const [id, [find, columns]] of Object.entries(figures)) {
    const { cells, rows, keys } = await readFigure(page, id);
    let count = 0;
    rows.forEach((row, r) => {
      const source = find(row);
      if (!source) { problems.push(`${id}: no file has the row ${JSON.stringify(row).slice(0, 160)}`); return; }
      for (const [key, [column, factor]] of Object.entries(columns)) {
        const [own, theirs] = [Number(row[key]), Number(source[column]) * factor];
        if (!(Math.abs(own - theirs) <= (key.endsWith('_se') ? 5e-3 : 2e-6) * Math.abs(theirs) + 1e-12)) problems.push(`${id}: ${key} is ${row[key]}, the file says ${theirs}: ${JSON.stringify(row).slice(0, 120)}`);
        count += 1;
        const shown = cells[r] && readShown(cells[r][keys.indexOf(key)] ?? '');
        if (!shown) continue;
        const scaled = (key === 'pays' ? -1 : 1) * own * (perThousand.has(id) && !['low', 'base', 'high'].includes(key) ? 1000 : 1);
        if (!shown.bound && !(Math.abs(shown.value - scaled) <= shown.half + 1e-9 * Math.abs(scaled))) problems.push(`${id}: ${key} is ${scaled} and shown as ${cells[r][keys.indexOf(key)]}`);
      }
    });
    counts.set(id, count);
  }
  /* The largest numbers of the page, which stand in no figure. */
  const key = await page.$$eval('.key tbody tr', (all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => [cell.dataset.outcome, cell.dataset.scenario, cell.dataset.discounted, cell.dataset.factor, cell.querySelector('.value')?.textContent])).flat());
  for (const [outcome, scenario, discounted, factor, text] of key) {
    const source = summary({ scenario }, outcome, discounted);
    const shown = readShown(text ?? '');
    const real = Number(source?.mean) * Number(factor);
    if (!shown || !(Math.abs(shown.value - real) <= shown.half + 1e-9)) problems.push(`key figures: ${outcome} of ${scenario} is ${real} and shown as ${text}`);
    else counts.set('key', (counts.get('key') ?? 0) + 1);
  }
  return { problems, counts };
}
