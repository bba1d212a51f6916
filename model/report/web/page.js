// SPDX-License-Identifier: GPL-3.0-or-later
// The page: reads the tables, lays out the questions in the order in which a decision maker asks them, and redraws when a choice changes.
import { disposeAll, onPaperChange } from './lib/chart.js';
import { h, scenarioText } from './lib/dom.js';
import { Model } from './lib/model.js';
import { readTables } from './lib/table.js';
import { currentLanguage, inline, list, setCurrency, setLanguage, t } from './lib/text.js';
import { palette } from './lib/theme.js';
import { answer } from './sections/answer.js';
import { breakEven } from './sections/breakeven.js';
import { drivers } from './sections/drivers.js';
import { groups } from './sections/groups.js';
import { money } from './sections/money.js';
import { people } from './sections/people.js';
import { trust } from './sections/trust.js';
import { worth } from './sections/worth.js';

const SECTIONS = [['people', people], ['money', money], ['breakeven', breakEven], ['worth', worth], ['drivers', drivers], ['groups', groups], ['trust', trust]];
const dark = window.matchMedia('(prefers-color-scheme: dark)');

class Page {
  constructor(source) {
    this.model = new Model(source.tables);
    const { model } = this;
    setLanguage(source.language);
    setCurrency(model.convention('currency'));
    const thresholds = model.thresholds();
    this.state = {
      arm: model.others[model.others.length > 2 ? model.others.length - 2 : model.others.length - 1],
      perspective: model.perspectives[model.perspectives.length - 1],
      threshold: thresholds[Math.floor((thresholds.length - 1) / 2)],
      theme: 'auto',
    };
    this.listeners = [];
    this.shown = [];
    dark.addEventListener('change', () => this.redraw());
    onPaperChange(() => this.shown.forEach((update) => update()));
  }

  get theme() {
    return this.state.theme === 'auto' ? (dark.matches ? 'dark' : 'light') : this.state.theme;
  }

  colours() {
    return palette(document.documentElement.hasAttribute('data-paper') ? 'light' : this.theme);
  }

  onChange(keys, update) {
    this.listeners.push({ keys, update });
  }

  whenShown(update) {
    this.shown.push(update);
  }

  set(values) {
    Object.assign(this.state, values);
    const changed = Object.keys(values);
    this.listeners.filter(({ keys }) => keys.some((key) => changed.includes(key))).forEach(({ update }) => update());
  }

  setTheme(theme) {
    this.state.theme = theme;
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    this.redraw();
  }

  /* Another language or theme: everything anew, at the same place on the page. */
  redraw() {
    const at = window.scrollY;
    const focused = document.activeElement?.id;
    this.render();
    window.scrollTo(0, at);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  title() {
    const { model } = this;
    const label = (arm) => model.armLabel(arm);
    if (model.arms.length === 0) return t('title.analysis');
    if (!model.compares) return list(model.arms.map(label));
    if (model.others.length === 1) return t('title.two', { arm: label(model.others[0]), comparator: inline(label(model.comparator)) });
    const many = t('title.many', { arms: list(model.others.map((name, k) => (k ? inline(label(name)) : label(name)))), comparator: inline(label(model.comparator)) });
    return many.length <= 90 ? many : t('title.count', { count: t(`count.${Math.min(model.others.length, 9)}`), comparator: inline(label(model.comparator)) });
  }

  toolbar() {
    const language = (code, name) => h('button', {
      type: 'button', id: `language-${code}`, lang: code, 'aria-pressed': String(currentLanguage() === code),
      onclick: () => { setLanguage(code); this.redraw(); },
    }, name);
    const theme = h('select', { id: 'theme', onchange: (event) => this.setTheme(event.target.value) },
      ['auto', 'light', 'dark'].map((value) => h('option', { value, selected: this.state.theme === value }, t(`theme.${value}`))));
    return h('header', { class: 'bar' }, h('div', { class: 'bar-inner' },
      h('p', { class: 'wordmark' }, 'ipsim', h('span', {}, t('wordmark'))),
      h('div', { class: 'switches' },
        h('div', { class: 'languages', role: 'group', 'aria-label': t('language') }, language('nb', 'Norsk'), language('en', 'English')),
        h('label', { class: 'theme', for: 'theme' }, h('span', { class: 'sr' }, t('theme')), theme),
        h('button', { type: 'button', class: 'print', onclick: () => window.print() }, t('print')))));
  }

  render() {
    disposeAll();
    this.listeners = [];
    this.shown = [];
    document.documentElement.lang = currentLanguage();
    const title = this.title();
    document.title = `${title} · ipsim`;
    const sections = SECTIONS.map(([id, make], at) => {
      const parts = make(this);
      return h('section', { id, 'aria-labelledby': `${id}-title`, class: parts.empty ? 'question absent' : 'question' },
        h('div', { class: 'head' }, h('p', { class: 'count', 'aria-hidden': 'true' }, String(at + 1)), h('h2', { id: `${id}-title` }, t(`${id}.title`))),
        parts.nodes);
    });
    const nav = h('nav', { 'aria-label': t('contents') }, h('p', { 'aria-hidden': 'true' }, t('contents')), h('ol', {}, SECTIONS.map(([id]) => h('li', {}, h('a', { href: `#${id}` }, t(`${id}.title`))))));
    const main = h('main', { id: 'report', tabindex: '-1' },
      h('div', { class: 'hero' }, h('h1', {}, scenarioText(title)), answer(this)), nav, h('div', { class: 'questions' }, sections));
    const footer = h('footer', {}, h('p', {}, t('footer.made')), h('p', {}, t('footer.charts')));
    document.querySelector('.skip').textContent = t('skip');
    document.getElementById('page').replaceChildren(this.toolbar(), main, footer);
    this.shown.forEach((update) => update());
    this.followReading(nav, main);
  }

  /* Marks the question that is being read in the list of contents. */
  followReading(nav, main) {
    this.reading?.disconnect();
    this.reading = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) {
          nav.querySelectorAll('a').forEach((link) => {
            if (link.getAttribute('href') === `#${target.id}`) link.setAttribute('aria-current', 'true');
            else link.removeAttribute('aria-current');
          });
        }
      }
    }, { rootMargin: '-30% 0px -65% 0px' });
    main.querySelectorAll('section').forEach((section) => this.reading.observe(section));
  }
}

new Page(readTables()).render();
