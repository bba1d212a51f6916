// SPDX-License-Identifier: GPL-3.0-or-later
// 7. Can I trust it?
import { freshId, h, scenarioText, svg } from '../lib/dom.js';
import { csvButton, dataTable } from '../lib/figure.js';

import { fixed, gloss, inline, integer, list, moneyExact, percent, plain, sourceText, t, tx, year } from '../lib/text.js';
import { discounting, isMoney, rawTable } from './common.js';

function block(id, title, says, ...rest) {
  return h('div', { class: 'block', id }, h('h3', {}, title), says ? h('p', { class: 'says' }, says) : null, rest);
}

function shown(value, unit) {
  return unit === 'share' ? percent(value, 1) : plain(value, 3);
}

/* The accepted range as a bar, the published figure as a tick, the simulated one as a dot. */
function rangeMark(row) {
  const all = [row.low, row.high, row.value, row.simulated].filter((value) => value !== null);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const place = (value) => 6 + (108 * (value - least)) / (most - least || 1);
  return svg('svg', { width: 120, height: 18, viewBox: '0 0 120 18', 'aria-hidden': 'true', focusable: 'false', class: 'range' },
    svg('line', { x1: 2, x2: 118, y1: 9, y2: 9, class: 'range-axis' }),
    row.low !== null && row.high !== null ? svg('rect', { x: place(row.low), y: 5, width: Math.max(2, place(row.high) - place(row.low)), height: 8, class: 'range-band' }) : null,
    row.value !== null ? svg('line', { x1: place(row.value), x2: place(row.value), y1: 3, y2: 15, class: 'range-value' }) : null,
    row.simulated !== null ? svg('circle', { cx: place(row.simulated), cy: 9, r: 4, class: row.verdict === 'outside' ? 'range-dot outside' : 'range-dot' }) : null);
}

function targets(model) {
  const rows = model.table('targets')?.all() || [];
  if (rows.length === 0) return block('targets', t('targets.title'), t('targets.none'));
  const count = (use, verdict) => rows.filter((row) => (row.use === 'calibration') === (use === 'calibration') && (!verdict || row.verdict === verdict)).length;
  const judged = (use) => count(use, 'inside') + count(use, 'outside');
  const outside = rows.filter((row) => row.verdict === 'outside');
  const says = [judged('calibration') ? t('targets.calibration', { n: integer(count('calibration', 'inside')), m: integer(judged('calibration')) }) : '', ' ', judged('held_out') ? t('targets.held_out', { n: integer(count('held_out', 'inside')), m: integer(judged('held_out')) }) : t('targets.no_held_out'),
    outside.length ? ` ${t('targets.outside', { list: list(outside.map((row) => `${model.label('target', row.target)} (${inline(model.armLabel(row.scenario))})`)) })}` : ''].join('');
  const verdict = (value) => h('span', { class: `verdict ${value.replace(/ /g, '-')}` }, h('span', { 'aria-hidden': 'true' }, value === 'inside' ? '✓ ' : value === 'outside' ? '✗ ' : ''), t(`verdict.${value.replace(/ /g, '_')}`));
  const accepted = (row) => (row.low === null && row.high === null ? '' : t('interval', { low: row.low === null ? '' : shown(row.low, row.unit), high: row.high === null ? '' : shown(row.high, row.unit) }));
  const unit = (row) => (row.unit && row.unit !== 'share' ? `, ${gloss(row.unit)}` : '');
  const columns = [
    { label: t('col.target'), key: 'target', format: (value, row) => [scenarioText(model.label('target', value)), unit(row), h('span', { class: 'unit' }, h('cite', {}, scenarioText(sourceText(row.source))), row.note ? [' · ', scenarioText(row.note)] : '')] },
    { label: t('col.arm'), key: 'scenario', format: (value) => scenarioText(model.armLabel(value)) },
    { label: t('col.use'), key: 'use', format: (value) => t(`use.${value === 'calibration' ? 'calibration' : 'held_out'}`) },
    { label: t('col.simulated'), key: 'simulated', numeric: true, format: (value, row) => shown(value, row.unit) },
    { label: t('col.published'), key: 'value', numeric: true, format: (value, row) => [shown(value, row.unit), h('span', { class: 'unit' }, accepted(row))] },
    { label: t('col.picture'), key: 'high', format: (value, row) => rangeMark(row) }, { label: t('col.verdict'), key: 'verdict', format: verdict }];
  return block('targets', t('targets.title'), says, dataTable({ caption: t('targets.title'), columns, rows }), h('div', { class: 'tools' }, csvButton('targets', () => ({ columns: [...model.table('targets').columns.keys()].map((key) => ({ key })), rows }))));
}

function population(model) {
  const rows = model.table('population')?.all() || [];
  if (rows.length === 0) return null;
  const judged = rows.filter((row) => row.target !== null && row.mcse > 0);
  const far = Math.max(0, ...judged.map((row) => Math.abs(row.simulated - row.target) / row.mcse));
  const columns = [{ label: t('col.attribute'), key: 'attribute', format: (value, row) => scenarioText(`${model.label('attribute', value)}${row.level ? `: ${model.subgroupLabel(`${value}=${row.level}`).level}` : ''}`) }, { label: t('col.statistic'), key: 'statistic', format: (value) => t(`statistic.${value}`) },
    { label: t('col.simulated'), key: 'simulated', numeric: true, format: (value, row) => shown(value, row.unit) }, { label: t('col.target_value'), key: 'target', numeric: true, format: (value, row) => (value === null ? '–' : shown(value, row.unit)) }, { label: t('col.source'), key: 'source', format: (value) => h('cite', {}, scenarioText(gloss(sourceText(value)))) }];
  return block('population', t('population.title'), judged.length ? t('population.says', { n: integer(judged.length), z: fixed(Math.ceil(far * 10) / 10, 1) }) : t('population.none'),
    h('div', { class: 'tools' }, h('details', { class: 'numbers' }, h('summary', {}, t('numbers'), h('span', { class: 'sr' }, `: ${t('population.title')}`)), dataTable({ caption: t('population.title'), columns, rows })), csvButton('population', () => ({ columns: [...model.table('population').columns.keys()].map((key) => ({ key })), rows }))));
}

function noise(model) {
  const table = model.table('differences') || model.table('results');
  const persons = Number(model.convention('persons'));
  const noiseTable = model.table('noise');
  const parts = [];
  if (table) {
    const rows = table.all().filter((row) => row.subgroup === 'all' && row.year === model.horizon && (row.outcome === 'qalys' || row.outcome === 'employment_years' || row.outcome === 'cost' && model.perspectives[0] === 'all' || model.perspectives.includes(row.outcome.replace(/^cost_/, ''))));
    const unclear = rows.filter((row) => row.mcse > 0 && Math.abs(row.estimate) < 1.96 * row.mcse);
    parts.push(h('p', { class: 'says' }, t(unclear.length ? 'noise.some' : 'noise.says', { persons: integer(persons), n: integer(rows.length), u: integer(unclear.length) })));
  }
  if (noiseTable) {
    parts.push(h('details', { class: 'numbers' }, h('summary', {}, t('noise.table')), dataTable({ caption: t('noise.table'), ...rawTable(model, noiseTable) })));
  }
  return parts.length ? h('div', { class: 'block', id: 'noise' }, h('h3', {}, t('noise.title')), parts) : null;
}

/* How much each parameter matters, as far as dsa or voi have told: the largest spread relative to the largest of all, or else the largest EVPPI of
 * a single one, where it stands clear of its error. by: what of, for the words. */
function influence(model) {
  const out = new Map();
  const dsa = model.table('dsa')?.all().filter((row) => row.outcome === 'net_benefit' || isMoney(row.outcome)) || [];
  const most = Math.max(0, ...dsa.map((row) => row.spread ?? 0));
  for (const row of dsa) out.set(row.parameter, Math.max(out.get(row.parameter) ?? 0, most > 0 ? row.spread / most : 0));
  if (out.size > 0) return { by: 'dsa', of: out };
  const voi = (model.table('evppi')?.all() || []).filter((row) => row.n_parameters === 1).map((row) => ({ name: row.parameters, worth: row.evppi >= 2 * (row.evppi_se ?? 0) ? row.evppi : 0 }));
  const top = Math.max(0, ...voi.map((row) => row.worth));
  for (const row of voi) out.set(row.name, Math.max(out.get(row.name) ?? 0, top > 0 ? row.worth / top : 0));
  return { by: top > 0 ? 'voi' : null, of: out };
}

/* A parameter with the same value in several arms is one line. */
function parameters(model) {
  const rows = new Map();
  for (const row of (model.table('provenance') || model.table('parameters'))?.all() || []) {
    const key = [row.parameter, row.value, row.status, row.source].join('\n');
    if (rows.has(key)) rows.get(key).arms.push(row.scenario);
    else rows.set(key, { ...row, arms: [row.scenario] });
  }
  return [...rows.values()];
}

function assumptions(model, rows) {
  const assumed = rows.filter((row) => row.status === 'assumed');
  if (rows.length === 0) return null;
  const { by, of: weight } = influence(model);
  const of = (row) => Math.max(-1, weight.get(row.parameter) ?? -1, ...row.arms.map((name) => weight.get(`${name}:${row.parameter}`) ?? -1));
  const sorted = [...assumed].sort((a, b) => of(b) - of(a));
  const says = t('assumptions.says', { n: integer(new Set(assumed.map((row) => row.parameter)).size), m: integer(new Set(rows.map((row) => row.parameter)).size) });
  return block('assumptions', t('assumptions.title'), [says, ' ', t(by ? `assumptions.ranked.${by}` : 'assumptions.unranked')],
    assumed.length ? h('ol', { class: 'assumptions' }, sorted.slice(0, 12).map((row) => h('li', {}, h('strong', {}, scenarioText(gloss(row.label || row.parameter))), `: ${plain(row.value)} ${gloss(row.unit || '')}. `,
      of(row) > 0 ? h('span', { class: 'influence' }, `${t(`assumptions.influence.${by}`, { p: percent(of(row)) })}. `) : '', row.note ? h('span', { class: 'remark' }, scenarioText(row.note)) : ''))) : null,
    sorted.length > 12 ? h('p', { class: 'note' }, t('assumptions.more', { n: integer(sorted.length - 12) })) : null, h('p', { class: 'note' }, t('notes.original')));
}

function provenance(model, rows) {
  if (rows.length === 0) return null;
  const id = freshId('search');
  const states = ['published', 'derived', 'calibrated', 'assumed'];
  const count = states.map((status) => [status, rows.filter((row) => row.status === status).length]).filter(([, n]) => n > 0);
  const result = h('p', { class: 'note', role: 'status' });
  const place = h('div');
  const columns = [{ label: t('col.parameter'), key: 'label', format: (value, row) => [scenarioText(gloss(value || row.parameter)), h('code', {}, row.parameter)] }, { label: t('col.value'), key: 'value', numeric: true, format: (value) => plain(value, 6) }, { label: t('col.unit'), key: 'unit', format: (value) => scenarioText(gloss(value || '')) },
    { label: t('col.status'), key: 'status', format: (value) => (value ? h('span', { class: `status ${value}` }, t(`status.${value}`)) : '–') }, { label: t('col.source'), key: 'source', format: (value, row) => [h('cite', {}, scenarioText(value || '–')), row.note ? h('span', { class: 'remark' }, ' ', scenarioText(row.note)) : ''] },
    { label: t('col.arms'), key: 'arms', format: (value) => (value.length === model.arms.length ? t('all_arms') : list(value.map((name) => model.armLabel(name)))) }, { label: t('col.where'), key: 'file', format: (value, row) => h('code', {}, `${value || ''}${row.line ? `:${row.line}` : ''}`) }];
  const fill = (text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = rows.filter((row) => { const all = [row.parameter, row.label, gloss(row.label), gloss(row.unit), row.source, row.note, row.unit, t(`status.${row.status}`), row.status, row.file].join(' ').toLowerCase(); return words.every((word) => all.includes(word)); });
    result.textContent = t('provenance.found', { n: integer(found.length), m: integer(rows.length) });
    place.replaceChildren(dataTable({ caption: t('provenance.title'), columns, rows: found }));
  };
  const input = h('input', { type: 'search', id, autocomplete: 'off', oninput: (event) => fill(event.target.value) });
  const details = h('details', { class: 'numbers' }, h('summary', {}, t('provenance.open')), h('div', { class: 'control search' }, h('label', { for: id }, t('provenance.search')), input), result, place);
  details.addEventListener('toggle', () => { if (details.open && !place.firstChild) fill(''); });
  return block('provenance', t('provenance.title'), t('provenance.says', { n: integer(rows.length), list: list(count.map(([status, n]) => `${integer(n)} ${t(`status.${status}`)}`)) }),
    h('div', { class: 'tools' }, details, csvButton('parameters', () => ({ columns: ['parameter', 'label', 'value', 'unit', 'status', 'source', 'note', 'scenarios', 'file', 'line'].map((key) => ({ key })), rows: rows.map((row) => ({ ...row, scenarios: row.arms.join(' ') })) }))));
}

function conventions(model) {
  const item = (key, value) => (value ? [h('dt', {}, t(`convention.${key}`)), h('dd', {}, scenarioText(value))] : null);
  const price = [model.convention('currency'), model.convention('price_year')].filter(Boolean).join(' ');
  const rows = [item('horizon', Number.isFinite(model.horizon) ? t('years_n', { n: year(model.horizon) }) : null), item('report_years', (model.convention('report_years') || '').split(', ').filter(Boolean).map((text) => (Number.isFinite(Number(text)) ? year(Number(text)) : text)).join('; ')), item('discounting_costs', discounting(model, 'discounting_costs')), item('discounting_effects', discounting(model, 'discounting_effects')),
    item('prices', price), item('timing', model.convention('timing') ? t('timing') : null), item('thresholds', model.thresholds().length ? list(model.thresholds().map(moneyExact)) : null)].filter(Boolean);
  return rows.length ? block('conventions', t('conventions.title'), null, h('dl', {}, rows)) : null;
}

function reproduce(page) {
  const { model } = page;
  const sources = model.table('sources')?.all() || [];
  if (sources.length === 0) return null;
  const digests = model.arms.map((name) => [name, model.conventionOf(name, 'digest'), model.conventionOf(name, 'file')]).filter(([, digest]) => digest);
  return block('reproduce', t('reproduce.title'), t('reproduce.says'),
    h('pre', { tabindex: '0' }, sources.map((row) => [row.command_line.split(' ').map((word, k) => [k ? ' ' : '', h('span', { class: 'word' }, word)]), '\n'])),
    h('dl', {}, [...new Set(sources.map((row) => `${row.version} (${row.git_hash})`))].map((version) => [h('dt', {}, t('reproduce.version')), h('dd', {}, `ipsim ${version}`)]),
      [...new Set(sources.map((row) => row.seed).filter(Boolean))].map((seed) => [h('dt', {}, t('reproduce.seed')), h('dd', {}, seed)]),
      digests.length ? [h('dt', {}, t('reproduce.digests')), h('dd', {}, h('ul', { class: 'plain' }, digests.map(([name, digest, file]) => h('li', {}, h('code', {}, digest), ' ', scenarioText(file || name)))))] : null));
}

/* What a reader may not know; of the words that only some scenarios have, those that stand in this one's labels. */
const WORDS = ['qaly', 'discounting', 'perspective', 'interval', 'draw', 'net_benefit', 'ceac', 'evpi'];
const WORDS_OF_LABELS = { ips: /\bIPS\b/, nav: /\bNAV\b/, aap: /\bAAP\b/, aft: /\bAFT\b/, helfo: /\bHelfo\b/ };

function words(model) {
  const labels = [...(model.table('about')?.all() || [])].map((row) => row.value).join('\n');
  const norwegian = model.convention('currency') === 'NOK';
  const known = [...WORDS.filter((word) => (word !== 'draw' && word !== 'ceac' && word !== 'evpi') || model.table('thinned')), ...Object.keys(WORDS_OF_LABELS).filter((word) => norwegian && WORDS_OF_LABELS[word].test(labels))];
  return block('words', t('words.title'), null, h('dl', {}, known.map((word) => [h('dt', {}, t(`words.${word}`)), h('dd', {}, t(`words.${word}.is`))])));
}

export function trust(page) {
  const { model } = page;
  const rows = parameters(model);
  const nodes = [model.table('about') ? targets(model) : null, population(model), noise(model), assumptions(model, rows), conventions(model), provenance(model, rows), words(model), reproduce(page)].filter(Boolean);
  return { nodes: [h('p', { class: 'intro' }, tx('trust.intro', {})), nodes] };
}
