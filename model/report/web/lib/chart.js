// SPDX-License-Identifier: GPL-3.0-or-later
// One chart: Apache ECharts with its SVG renderer, drawn again when its width, the theme or the paper changes.
import * as echarts from 'echarts/core';
import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { AriaComponent, GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { LabelLayout } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';
import { h } from './dom.js';
import { FONT } from './theme.js';

echarts.use([BarChart, CustomChart, LineChart, ScatterChart, AriaComponent, GridComponent, MarkLineComponent, TooltipComponent, LabelLayout, SVGRenderer]);

const PAPER_WIDTH = 660; /* pixels of CSS that fit between the margins of A4 */
const PAPER_SCALE = 0.6; /* so that two figures fit one page */
const charts = new Set();
let onPaper = false;

class Chart {
  constructor(host, spec, page) {
    this.host = host;
    this.spec = spec;
    this.page = page;
    this.width = 0;
    charts.add(this);
    this.observer = new ResizeObserver(() => {
      if (!onPaper && Math.abs(this.host.clientWidth - this.width) > 1) this.draw();
    });
    this.observer.observe(host);
  }

  draw() {
    this.host.hidden = false;
    const width = onPaper ? Math.min(PAPER_WIDTH, this.spec.paperWidth || PAPER_WIDTH) : this.host.clientWidth;
    if (width === 0) return; /* not on the page yet */
    this.width = width;
    const view = { width, narrow: width < 520, colours: this.page.colours(), paper: onPaper };
    const height = Math.round((onPaper ? PAPER_SCALE : 1) * (typeof this.spec.height === 'function' ? this.spec.height(view) : this.spec.height));
    const option = this.spec.option(view);
    this.instance?.dispose();
    this.instance = null;
    this.host.hidden = !option.series; /* nothing to draw: the sentence says so */
    if (this.host.hidden) return;
    this.host.style.height = `${height}px`;
    this.instance = echarts.init(this.host, null, { renderer: 'svg', width, height });
    const description = this.spec.description();
    this.instance.setOption({
      animation: false,
      textStyle: { fontFamily: FONT, fontSize: 13, color: view.colours.ink },
      aria: { enabled: true, label: { enabled: true, description } },
      ...option,
    });
    const drawing = this.host.querySelector('svg');
    if (drawing) {
      drawing.setAttribute('viewBox', `0 0 ${width} ${height}`);
      drawing.setAttribute('aria-hidden', 'true'); /* the host has the description */
      drawing.setAttribute('focusable', 'false');
    }
    this.host.setAttribute('role', 'img');
    this.host.setAttribute('aria-label', description);
  }

  dispose() {
    this.observer.disconnect();
    this.instance?.dispose();
    charts.delete(this);
  }
}

export function makeChart(host, spec, page) {
  return new Chart(host, spec, page);
}
export function disposeAll() {
  [...charts].forEach((chart) => chart.dispose());
}
/* For paper everything is drawn anew: light, and as wide as A4 is. */
let whenPaperChanges = () => {};
export function onPaperChange(update) {
  whenPaperChanges = update;
}
function setPaper(paper) {
  if (paper !== onPaper) {
    onPaper = paper;
    document.documentElement.toggleAttribute('data-paper', paper);
    whenPaperChanges();
  }
}
window.addEventListener('beforeprint', () => setPaper(true));
window.addEventListener('afterprint', () => setPaper(false));

// ---- parts of options ----
export function axisStyle(view) {
  const { colours } = view;
  return {
    axisLine: { lineStyle: { color: colours.muted } },
    axisTick: { lineStyle: { color: colours.muted } },
    axisLabel: { color: colours.muted, fontSize: 13, hideOverlap: true },
    nameTextStyle: { color: colours.muted, fontSize: 13 },
    splitLine: { lineStyle: { color: colours.rule, width: 1 } },
  };
}

export function xAxis(view, rest) {
  const style = axisStyle(view);
  return { type: 'value', nameLocation: 'middle', nameGap: 30, splitNumber: view.narrow ? 3 : 5, ...style, ...rest, splitLine: { show: false, ...(rest.splitLine || {}) }, axisLabel: { ...style.axisLabel, ...rest.axisLabel } };
}

export function yAxis(view, rest) {
  const style = axisStyle(view);
  return { type: 'value', ...style, axisLine: { show: false }, axisTick: { show: false }, ...rest, axisLabel: { ...style.axisLabel, ...rest.axisLabel } };
}

/* Names down the left side, broken into lines that fit; on a phone above their rows, which half is the half height of. */
export function nameAxis(view, names, rest = {}, half = 10) {
  const width = view.narrow ? view.width - 24 : Math.round(view.width * (view.paper ? 0.36 : 0.3));
  const style = axisStyle(view);
  const place = view.narrow ? { inside: true, textBorderColor: view.colours.paper, textBorderWidth: 3, align: 'left', verticalAlign: 'bottom', margin: 0, padding: [0, 0, half + 2, 0] } : {};
  return {
    type: 'category', data: names, inverse: true, axisTick: { show: false }, axisLine: { show: false }, z: 5,
    ...rest,
    axisLabel: { ...style.axisLabel, color: view.colours.ink, width, overflow: 'break', interval: 0, hideOverlap: false, lineHeight: view.paper ? 13 : 16, ...(view.paper ? { fontSize: 11.5 } : {}), ...place, ...rest.axisLabel },
    room: view.narrow ? 0 : width,
  };
}
/* Height of a chart of that many rows. */
export function rowsHeight(view, rows, size) {
  if (view.paper) return (74 + rows * Math.max(24, 0.75 * size)) / PAPER_SCALE; /* a name of two lines needs its room on paper too */
  return (view.narrow ? 84 : 74) + rows * (size + (view.narrow ? 20 : 0));
}

export function tooltip(view, build) {
  const { colours } = view;
  return {
    confine: true,
    backgroundColor: colours.paper,
    borderColor: colours.rule,
    textStyle: { color: colours.ink, fontSize: 13, fontFamily: FONT },
    extraCssText: 'max-width:20rem;white-space:normal;box-shadow:0 2px 10px rgba(0,0,0,.18)',
    formatter: (data) => build(data) || '',
  };
}
/* The lines of a tooltip; texts of scenarios go through h() and stay text. */
export function tip(title, rows) {
  return h('div', { class: 'tip' }, h('strong', {}, title), ...rows.map(([name, value]) => h('div', {}, name ? `${name}: ` : '', h('b', {}, value))));
}

/* Horizontal intervals: a line with a dot. data: [position, mean, low, high]. */
export function intervalSeries(name, data, style, offset = 0, size = 9) {
  return [
    {
      type: 'custom', name, silent: true, z: 3, data, encode: { x: [1, 2, 3], y: 0 },
      renderItem(params, api) {
        const [a, b] = [api.coord([api.value(2), api.value(0)]), api.coord([api.value(3), api.value(0)])];
        const y = a[1] + offset;
        if (!Number.isFinite(a[0]) || !Number.isFinite(b[0])) return null;
        return {
          type: 'group',
          children: [
            { type: 'line', shape: { x1: a[0], y1: y, x2: b[0], y2: y }, style: { stroke: style.color, lineWidth: 2 } },
            ...(Math.abs(b[0] - a[0]) < 16 ? [] : [a, b]).map((end) => ({ type: 'line', shape: { x1: end[0], y1: y - 4, x2: end[0], y2: y + 4 }, style: { stroke: style.color, lineWidth: 2 } })),
          ],
        };
      },
    },
    { type: 'scatter', name, z: 4, data: data.map(([at, mean]) => [mean, at]), symbol: style.symbol, symbolSize: size, symbolOffset: [0, offset], itemStyle: { color: style.color } },
  ];
}

/* Between two curves. data: [x, low, high]. */
export function bandSeries(data, color, opacity) {
  const edge = { type: 'line', stack: 'band', stackStrategy: 'all', silent: true, symbol: 'none', z: 1, lineStyle: { opacity: 0 }, tooltip: { show: false } };
  return [{ ...edge, data: data.map(([x, low]) => [x, low]) }, { ...edge, areaStyle: { color, opacity }, data: data.map(([x, low, high]) => [x, high - low]) }];
}

/* A line at zero, or at a value that matters. */
export function markLine(view, items) {
  return {
    silent: true, symbol: 'none', animation: false,
    label: { color: view.colours.muted, fontSize: 12 },
    lineStyle: { color: view.colours.muted, type: 'solid', width: 1 },
    data: items,
  };
}
