// SPDX-License-Identifier: GPL-3.0-or-later
// What the tables say, in the words of the questions: arms, labels, levels and differences with their uncertainty.
import { currentLanguage, gloss, has, t } from './text.js';

const Z = 1.959964;

export class Model {
  constructor(tables) {
    this.tables = tables;
    this.readAbout();
    this.findArms();
    this.findYears();
    this.index = new Map();
    this.indexFigures('results', 'estimate');
    this.indexFigures('differences', 'estimate');
    this.indexPsa();
  }

  table(name) {
    const table = this.tables.get(name);
    return table && table.rows > 0 ? table : null;
  }

  // ---- labels and conventions ----
  readAbout() {
    this.about = new Map();
    this.names = new Map();
    for (const { scenario, key, value } of this.table('about')?.all() || []) {
      const colon = key.indexOf(':');
      if (!this.about.has(key)) this.about.set(key, value);
      this.about.set(`${scenario}\n${key}`, value);
      if (colon > 0) {
        const kind = key.slice(0, colon);
        if (!this.names.has(kind)) this.names.set(kind, []);
        const names = this.names.get(kind);
        if (!names.includes(key.slice(colon + 1))) names.push(key.slice(colon + 1));
      }
    }
  }

  convention(key) {
    return this.about.get(key) ?? null;
  }

  conventionOf(arm, key) {
    return this.about.get(`${arm}\n${key}`) ?? null;
  }

  declared(kind) {
    return this.names.get(kind) || [];
  }

  label(kind, name) {
    return gloss(this.about.get(`${kind}:${name}`) || name);
  }

  /* A list such as "employed, education". */
  members(kind, name) {
    return (this.about.get(`${kind}:${name}`) || '').split(', ').filter(Boolean);
  }

  outcomeLabel(name) {
    const declared = this.about.get(`outcome:${name}`);
    if (declared) return gloss(declared);
    return has(`outcome.${name}`) ? t(`outcome.${name}`) : this.label('outcome', name);
  }

  subgroupLabel(name) {
    if (name === 'all') return t('everybody');
    const at = name.indexOf('=');
    const attribute = at > 0 ? this.label('attribute', name.slice(0, at)) : t('subgroup');
    return { attribute, level: gloss(name.slice(at + 1).replace(/_/g, ' ')) };
  }

  // ---- arms ----
  findArms() {
    const arms = [];
    const add = (name) => {
      if (name && !arms.includes(name)) arms.push(name);
    };
    for (const name of ['about', 'results', 'psa_summary']) this.table(name)?.distinct('scenario').forEach(add);
    for (const name of ['cea', 'grid_ceac', 'ceac']) this.table(name)?.distinct('strategy').forEach(add);
    this.arms = arms;
    const named = ['differences', 'psa_summary', 'plane', 'dsa', 'break_even']
      .map((name) => this.table(name)?.distinct('comparator').find(Boolean))
      .find(Boolean);
    this.compares = Boolean(named);
    this.comparator = named && arms.includes(named) ? named : arms[0];
    this.others = this.compares ? arms.filter((arm) => arm !== this.comparator) : arms;
  }

  title(arm) {
    return this.conventionOf(arm, 'title') || arm;
  }

  /* Short enough for a legend, in the reader's language where we know it. */
  armLabel(arm) {
    const plain = (title) => title.replace(/\s*\(.*\)\s*$/, '');
    const cut = (title) => plain(title).split(': ')[0];
    const whole = gloss(this.title(arm));
    const others = this.arms.filter((other) => other !== arm).map((other) => gloss(this.title(other)));
    const short = [cut, plain].find((shorten) => !others.some((other) => shorten(other) === shorten(whole)));
    return short ? short(whole) : whole;
  }

  findYears() {
    const source = this.table('differences') || this.table('results') || this.table('psa_summary');
    this.years = source ? source.distinct('year').sort((a, b) => a - b) : [];
    this.horizon = this.years[this.years.length - 1] ?? Number(this.convention('horizon_years'));
    this.perspectives = this.declared('perspective');
    if (this.perspectives.length === 0) {
      this.perspectives = (this.table('grid_ceac') || this.table('ceac') || this.table('plane'))?.distinct('perspective') || [];
    }
    if (this.perspectives.length === 0 && source?.distinct('outcome').includes('cost')) this.perspectives = ['all'];
  }

  // ---- figures ----
  key(arm, comparator, subgroup, outcome, payer, discounted, year) {
    return [arm, comparator, subgroup, outcome, payer, discounted ? 'yes' : 'no', year].join('\n');
  }

  indexFigures(name, column) {
    const table = this.table(name);
    for (let row = 0; table && row < table.rows; row += 1) {
      let mean = table.get(row, column);
      let mcse = table.get(row, 'mcse');
      /* Below the finest quantum of the sums (2^-32) stands nothing but rounding. */
      if (Math.abs(mean) < 2 ** -32 && Math.abs(mcse) < 2 ** -32 && mean !== null) mean = mcse = 0;
      const key = this.key(table.get(row, 'scenario'), table.get(row, 'comparator') || '', table.get(row, 'subgroup'), table.get(row, 'outcome'),
        table.get(row, 'payer'), table.get(row, 'discounted') === 'yes', table.get(row, 'year'));
      if (mean !== null) this.index.set(key, { mean, low: mean - Z * mcse, high: mean + Z * mcse, mcse, kind: 'mc', unit: table.get(row, 'unit') });
    }
  }

  /* What psa knows takes the place of what a single run knows: its interval holds more. */
  indexPsa() {
    const table = this.table('psa_summary');
    this.hasPsa = Boolean(table);
    for (let row = 0; table && row < table.rows; row += 1) {
      const r = table.object(row);
      const key = this.key(r.scenario, r.comparator || '', r.subgroup, r.outcome, r.payer, r.discounted === 'yes', r.year);
      if (r.mean !== null) {
        const base = this.index.get(key); /* what a single run says, for what only a single run tells apart */
        this.index.set(key, { mean: r.mean, low: r.low, high: r.high, sd: r.sd, mcse: r.mcse, above: r.probability_above_0, kind: 'psa', unit: r.unit, base });
      }
    }
  }

  level(arm, outcome, { payer = 'all', discounted = false, year = this.horizon, subgroup = 'all' } = {}) {
    return this.index.get(this.key(arm, '', subgroup, outcome, payer, discounted, year)) || null;
  }

  difference(arm, outcome, { payer = 'all', discounted = false, year = this.horizon, subgroup = 'all' } = {}) {
    return this.index.get(this.key(arm, this.comparator, subgroup, outcome, payer, discounted, year)) || null;
  }

  /* The difference where scenarios are compared, the level where they are described one by one. */
  figure(arm, outcome, options) {
    return this.compares ? this.difference(arm, outcome, options) : this.level(arm, outcome, options);
  }

  knows(outcome, options) {
    return this.others.some((arm) => this.figure(arm, outcome, options));
  }

  get discounts() {
    const text = this.convention('discounting_effects') || this.convention('discounting_costs') || 'none';
    return !text.startsWith('none');
  }

  /* Outcomes in years that the scenario declares, those of work first, then benefits. */
  yearOutcomes() {
    const first = ['employment_years', 'disability_years', 'aap_years', 'social_assistance_years'];
    const all = this.declared('outcome').filter((name) => (this.about.get(`outcome_type:${name}`) || 'years') === 'years' && this.knows(name));
    return [...first.filter((name) => all.includes(name)), ...all.filter((name) => !first.includes(name))];
  }

  /* States in the order in which they are stacked: work at the bottom, those who have left and the dead on top. */
  states() {
    const all = this.table('occupancy')?.distinct('state') || [];
    const work = this.members('outcome_states', 'employment_years');
    const rank = (state) => (work.includes(state) ? 0 : this.about.get(`state_role:${state}`) === 'dead' ? 3 : this.about.get(`state_role:${state}`) === 'left' ? 2 : 1);
    return [...all].sort((a, b) => rank(a) - rank(b));
  }

  stateLabel(state) {
    return state === 'not_entered' ? t('state.not_entered') : this.label('state', state);
  }

  /* Targets that are a share in one state at one time, as points on a curve. */
  points(state) {
    const out = [];
    for (const row of this.table('targets')?.all() || []) {
      const measure = this.conventionOf(row.scenario, `target_measure:${row.target}`) || '';
      const found = /^\s*share\(\s*['"]([^'"]+)['"]\s*,\s*([0-9.]+)\s*\)\s*$/.exec(measure);
      if (found && found[1] === state) out.push({ ...row, year: Number(found[2]), label: this.label('target', row.target) });
    }
    return out;
  }

  thresholds() {
    return (this.convention('thresholds') || '').split(',').map(Number).filter((value) => Number.isFinite(value) && value > 0);
  }

  /* "parameter", "scenario:parameter" or several joined by "+": by their labels. */
  parameterLabel(name) {
    if (this.labelsIn !== currentLanguage()) this.parameterLabels = null;
    this.labelsIn = currentLanguage();
    this.parameterLabels ??= new Map(((this.table('provenance') || this.table('parameters'))?.all() || []).map((row) => [row.parameter, gloss(row.label || row.parameter)]));
    return name.split('+').map((part) => {
      const [scenario, own] = part.includes(':') ? part.split(/:(.*)/s) : ['', part];
      const label = this.parameterLabels.get(own) || this.setLabel(own) || gloss(own);
      return scenario ? `${label} (${this.armLabel(scenario)})` : label;
    }).join(' + ');
  }

  /* What voi calls "all published" and "hr_*". */
  setLabel(name) {
    const status = /^all (published|derived|calibrated|assumed)$/.exec(name);
    if (status) return t('set.all', { status: t(`status.${status[1]}`) });
    if (!name.endsWith('_*')) return null;
    const rows = (this.table('provenance') || this.table('parameters'))?.all() || [];
    const family = [...new Set(rows.filter((row) => row.parameter.startsWith(name.slice(0, -1)) && row.drawn !== 'no').map((row) => row.parameter))];
    return family.length > 1 ? t('set.family', { first: this.parameterLabels.get(family[0]), n: family.length - 1 }) : family.length ? this.parameterLabels.get(family[0]) : null;
  }

  perspectiveLabel(name) {
    return name === 'all' || !name ? t('perspective.all') : this.label('perspective', name);
  }
}

/* Whether an interval says on which side of zero the figure lies. */
export function clear(figure) {
  return figure !== null && (figure.low > 0 || figure.high < 0 || (figure.low === figure.high && figure.mean !== 0));
}
export function isZero(figure) {
  return figure !== null && figure.mean === 0 && figure.low === 0 && figure.high === 0;
}
