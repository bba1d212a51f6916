// SPDX-License-Identifier: GPL-3.0-or-later
// A figure: a heading, a sentence that says what it shows, controls, a legend, the chart, its numbers as a table and as a CSV file.
import { makeChart } from './chart.js';
import { freshId, h, svg } from './dom.js';
import { csvText } from './table.js';
import { t } from './text.js';

/* columns: {label, key, numeric, format(value, row), tone(row)?}, where tone names the class of a cell; rows: objects with raw values. */
export function dataTable({ columns, rows, caption, rowHead = 1, className = '' }) {
  const cell = (row, column, at) => {
    const value = column.format ? column.format(row[column.key], row) : row[column.key] ?? '';
    const classes = [column.numeric ? 'numeric' : null, column.tone?.(row)].filter(Boolean).join(' ');
    const attributes = { class: classes || null, 'data-label': column.label };
    return at < rowHead ? h('th', { scope: 'row', role: 'rowheader', ...attributes }, value) : h('td', { role: 'cell', ...attributes }, value);
  };
  /* Roles, because a phone shows rows as cards (page.css), and a table that is laid out as blocks is none to a screen reader. */
  return h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': caption },
    h('table', { class: className, role: 'table' },
      h('caption', {}, caption),
      h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, columns.map((column) => h('th', { scope: 'col', role: 'columnheader', class: column.numeric ? 'numeric' : null }, column.label)))),
      h('tbody', { role: 'rowgroup' }, rows.map((row) => h('tr', { role: 'row' }, columns.map((column, at) => cell(row, column, at)))))));
}

export function download(name, columns, rows) {
  const text = csvText(columns.map((column) => column.key), rows.map((row) => columns.map((column) => row[column.key])));
  const url = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/csv;charset=utf-8' }));
  const link = h('a', { href: url, download: `${name}.csv` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

export function csvButton(name, spec) {
  return h('button', { type: 'button', class: 'quiet', onclick: () => { const { columns, rows } = spec(); download(name, columns, rows); } },
    t('download'), h('span', { class: 'sr' }, `: ${name}`));
}

/* A list of what is what on a chart. items: {label, color, dash, symbol, kind: line | area | band | dot | range} */
export function legend(items) {
  const mark = ({ color, dash, symbol, kind }) => {
    if (kind === 'area' || kind === 'band') return svg('rect', { x: 1, y: 3, width: 24, height: 10, fill: color, 'fill-opacity': kind === 'band' ? 0.25 : 1 });
    const dot = symbol === 'rect' ? svg('rect', { x: 9, y: 4, width: 8, height: 8, fill: color })
      : symbol === 'triangle' ? svg('path', { d: 'M13 3l5 9H8z', fill: color })
        : symbol === 'diamond' ? svg('path', { d: 'M13 2l5 6-5 6-5-6z', fill: color })
          : svg('circle', { cx: 13, cy: 8, r: 4, fill: color });
    const line = svg('line', { x1: 0, y1: 8, x2: 26, y2: 8, stroke: color, 'stroke-width': 2, 'stroke-dasharray': Array.isArray(dash) ? dash.join(' ') : null });
    return kind === 'dot' ? dot : kind === 'line' ? line : [line, dot];
  };
  return h('ul', { class: 'legend' }, items.map((item) => h('li', {},
    svg('svg', { width: 26, height: 16, 'aria-hidden': 'true', focusable: 'false' }, mark(item)), h('bdi', {}, item.label))));
}

/* spec: {id, title, says(), lines?(), chart: {height, option(view), description?()} | null, body?(), legend?(view), controls?, table(), tableTitle?, notes?(), deps: [...]} */
export function figure(page, spec) {
  const titleId = freshId('title');
  const says = h('p', { class: 'says' });
  const lines = spec.lines ? h('ul', { class: 'lines' }) : null;
  const marks = h('div', { class: 'marks' });
  const host = spec.chart ? h('div', { class: 'chart' }) : null;
  const body = h('div', { class: 'body' });
  const notes = h('div', { class: 'notes' });
  const details = h('details', { class: 'numbers' }, h('summary', {}, t('numbers'), h('span', { class: 'sr' }, `: ${spec.title}`)));
  const tools = h('div', { class: 'tools' });
  const node = h('figure', { class: `figure${spec.wide ? ' wide' : ''}`, id: spec.id, 'aria-labelledby': titleId },
    h('h3', { id: titleId }, spec.title), says, lines, spec.controls || null, marks, host, body, notes, tools);
  let chart = null;
  const fillTable = () => {
    if (details.open && spec.table) {
      details.querySelector('.scroll')?.remove();
      details.append(dataTable({ caption: spec.title, ...spec.table() }));
    }
  };
  details.addEventListener('toggle', fillTable);
  if (spec.table) tools.append(details);
  if (spec.table || spec.csv) tools.append(csvButton(spec.id, spec.table || spec.csv));
  const update = () => {
    says.replaceChildren(...[].concat(spec.says()).flat(Infinity).filter((x) => x !== null && x !== undefined && x !== ''));
    lines?.replaceChildren(...spec.lines().map((line) => h('li', {}, line)));
    if (spec.legend) marks.replaceChildren(legend(spec.legend(page.colours())));
    if (spec.body) body.replaceChildren(...[].concat(spec.body()).filter(Boolean));
    if (spec.notes) notes.replaceChildren(...[].concat(spec.notes()).filter(Boolean).map((note) => (note instanceof Node ? note : h('p', {}, note))));
    chart?.draw();
    fillTable();
  };
  if (host) {
    chart = makeChart(host, { ...spec.chart, description: spec.chart.description || (() => [`${spec.title}. ${says.textContent}`, ...(lines ? [...lines.children].map((line) => line.textContent) : [])].join(' ')) }, page);
  }
  page.onChange(spec.deps || [], update);
  page.whenShown(update);
  return node;
}

// ---- controls; all of them move a state of the page, so that figures agree ----
export function choice(page, key, label, options) {
  const id = freshId('choice');
  const select = h('select', { id, onchange: (event) => page.set({ [key]: event.target.value }) },
    options.map(([value, text]) => h('option', { value, selected: String(page.state[key]) === String(value) }, text)));
  page.onChange([key], () => { select.value = String(page.state[key]); });
  return h('div', { class: 'control' }, h('label', { for: id }, label), select);
}

export function armChoice(page) {
  const { model } = page;
  return model.others.length < 2 ? null : choice(page, 'arm', t('control.arm'), model.others.map((arm) => [arm, model.armLabel(arm)]));
}
export function perspectiveChoice(page, perspectives = page.model.perspectives) {
  return perspectives.length < 2 ? null
    : choice(page, 'perspective', t('control.perspective'), perspectives.map((name) => [name, page.model.perspectiveLabel(name)]));
}
export function controls(...items) {
  const given = items.filter(Boolean);
  return given.length ? h('div', { class: 'controls' }, given) : null;
}
