// SPDX-License-Identifier: GPL-3.0-or-later
// Makes folders like those of psa and dsa from a small comparison, so that the page can be tested with every section in it and with numbers that
// the tests know. node make_draws.mjs COMPARE PSA DSA DRAWS. The draws are invented; only their form is that of ours.
import fs from 'node:fs';
import path from 'node:path';
import { readCsv, writeCsv } from './csv.mjs';

const [compare, psa, dsa, count] = process.argv.slice(2);
const draws = Number(count);
for (const folder of [psa, dsa]) fs.mkdirSync(folder, { recursive: true });

/* Uniform numbers that are the same on every machine (Lehmer's generator), and normal ones from twelve of them. */
let seed = 20231;
const uniform = () => { seed = (seed * 48271) % 2147483647; return seed / 2147483647; };
const normal = () => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b, -6);

const about = readCsv(path.join(compare, 'about.csv'));
const arms = [...new Set(about.map((row) => row.scenario))];
const perspectives = [...new Set(about.filter((row) => row.key.startsWith('perspective:')).map((row) => row.key.slice(12)))];
const horizon = Math.max(...readCsv(path.join(compare, 'results.csv')).map((row) => Number(row.year)));
const figures = (name) => readCsv(path.join(compare, name)).filter((row) => row.estimate !== '');
const key = (row) => [row.scenario, row.subgroup, row.outcome, row.payer, row.discounted, Number(row.year)].join('|');
const levels = new Map(figures('results.csv').map((row) => [key(row), Number(row.estimate)]));
const differences = figures('differences.csv');

const parameters = [...new Set(readCsv(path.join(compare, 'parameters.csv')).map((row) => row.parameter))].slice(0, 8);
const values = Array.from({ length: draws }, () => parameters.map(normal));
const change = (z, outcome) => (outcome.startsWith('cost') ? 1 + 0.5 * z[0] + 0.4 * z[2] : 1 + 0.4 * z[0] + 0.2 * z[1]);
const extra = (z, outcome) => (outcome.startsWith('cost_') ? 30000 * z[3] : 0);
const difference = new Map(differences.map((row) => [key(row), Number(row.estimate)]));
const value = (arm, subgroup, outcome, payer, discounted, year, z) => {
  const rest = [subgroup, outcome, payer, discounted, year].join('|');
  const base = levels.get(`${arms[0]}|${rest}`) * (1 + 0.02 * z[4]);
  return arm === arms[0] ? base : base + (difference.get(`${arm}|${rest}`) ?? 0) * change(z, outcome) + extra(z, outcome);
};

const attribute = 'age_band=';
const share = new Map(readCsv(path.join(compare, 'population.csv')).filter((row) => `${row.attribute}=` === attribute).map((row) => [`${attribute}${row.level}`, Number(row.simulated)]));
const subgroups = ['all', ...share.keys()];
const rows = [];
values.forEach((z, d) => {
  for (const arm of arms) {
    for (const perspective of perspectives) {
      for (const subgroup of subgroups) {
        rows.push({ draw: d + 1, scenario: arm, perspective, subgroup, weight: share.get(subgroup) ?? 1, cost: value(arm, subgroup, `cost_${perspective}`, 'all', 'yes', horizon, z), qalys: value(arm, subgroup, 'qalys', 'all', 'yes', horizon, z) });
      }
    }
  }
});
writeCsv(path.join(psa, 'psa.csv'), rows);
writeCsv(path.join(psa, 'parameters.csv'), values.flatMap((z, d) => parameters.map((parameter, p) => ({ draw: d + 1, parameter, value: z[p] }))));

const summary = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const mean = sorted.reduce((a, b) => a + b, 0) / sorted.length;
  const sd = Math.sqrt(sorted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (sorted.length - 1));
  const at = (share) => sorted[Math.floor(share * (sorted.length - 1))];
  return { mean, sd, low: at(0.025), high: at(0.975), mcse: sd / Math.sqrt(sorted.length), above: sorted.filter((x) => x > 0).length / sorted.length };
};
const wanted = differences.filter((row) => row.subgroup === 'all' && !/^(n_|days_|item_|reached_)/.test(row.outcome));
writeCsv(path.join(psa, 'psa_summary.csv'), wanted.map((row) => {
  const own = summary(values.map((z) => {
    const at = [row.subgroup, row.outcome, row.payer, row.discounted, Number(row.year), z];
    return value(row.scenario, ...at) - value(arms[0], ...at);
  }));
  return { scenario: row.scenario, comparator: arms[0], subgroup: 'all', outcome: row.outcome, payer: row.payer, discounted: row.discounted, year: Number(row.year), mean: own.mean, sd: own.sd, low: own.low, high: own.high, mcse: own.mcse, noise_share: 0.05, probability_above_0: own.above, unit: row.unit };
}));
const years = [...new Set(differences.map((row) => Number(row.year)))].sort((a, b) => a - b);
writeCsv(path.join(psa, 'break_even.csv'), arms.slice(1).flatMap((arm) => perspectives.flatMap((name) => years.map((year) => {
  const own = summary(values.map((z) => value(arm, 'all', `cost_${name}`, 'all', 'yes', year, z) - value(arms[0], 'all', `cost_${name}`, 'all', 'yes', year, z)));
  return { scenario: arm, comparator: arms[0], account: 'perspective', name, year, mean: own.mean, low: own.low, high: own.high, probability_saving: 1 - own.above, unit: 'NOK' };
}))));
for (const name of ['about', 'occupancy', 'population', 'targets']) fs.copyFileSync(path.join(compare, `${name}.csv`), path.join(psa, `${name}.csv`));

writeCsv(path.join(dsa, 'dsa.csv'), arms.slice(1).flatMap((arm) => parameters.map((parameter, p) => ({
  scenario: arm, comparator: arms[0], parameter, label: `Label of ${parameter}`, unit: 'unit', status: p % 2 ? 'assumed' : 'published', perspective: perspectives[0], outcome: 'net_benefit', threshold: 500000,
  low: 0.5, base: 1, high: 2, at_low: 20000 - 9000 * (parameters.length - p), at_base: 20000, at_high: 20000 + 5000 * (parameters.length - p), mcse_low: 10, mcse_high: 10, spread: 14000 * (parameters.length - p), rank: p + 1,
}))));
writeCsv(path.join(dsa, 'dsa_threshold.csv'), arms.slice(1).flatMap((arm) => parameters.slice(0, 3).map((parameter, p) => ({
  scenario: arm, comparator: arms[0], parameter, label: `Label of ${parameter}`, unit: 'unit', perspective: perspectives[0], outcome: 'net_benefit', threshold: 500000, base: 1, flips_at: p ? 1.5 : '', mcse: p ? 0.1 : '', searched_from: 0.1, searched_to: 5, reading: p ? 'flips' : 'no flip',
}))));
/* Above zero, below zero, and within two errors of it. */
writeCsv(path.join(dsa, 'dsa_grid.csv'), arms.slice(1).flatMap((arm) => [0.5, 1, 2].flatMap((value_1) => [0, 0.02, 0.04, 0.06].map((value_2) => (
  { scenario: arm, comparator: arms[0], parameter_1: parameters[0], value_1, parameter_2: parameters[1], value_2, perspective: perspectives[0], outcome: 'net_benefit', threshold: 500000, estimate: 9000 * (value_1 - 50 * value_2), mcse: 2500 })))));

const manifest = JSON.parse(fs.readFileSync(path.join(compare, 'manifest.json'), 'utf8'));
for (const [folder, command] of [[psa, 'psa'], [dsa, 'dsa']]) {
  const own = { ...manifest, command_line: `ipsim ${command} ${manifest.scenarios.map((scenario) => scenario.file).join(' ')} --threads 2 --output 'a folder'`, draws, files: [...fs.readdirSync(folder), 'manifest.json'] };
  fs.writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify(own));
}
