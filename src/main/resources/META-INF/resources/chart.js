// Curves by epoch. The SVG stretches to any width while strokes keep theirs; labels are HTML, so that
// text keeps its size.

import {el, fill, style, svg, text} from './dom.js';

const TICKS = 4;

/** A chart of one or more curves over the same epochs. */
export class Chart {
  #plot = el('div', {class: 'plot', role: 'img'});
  #caption = el('span');
  #shown = '';

  constructor(title) {
    this.element = el('figure', {class: 'chart'},
      el('figcaption', {}, el('b', {}, title), this.#caption), this.#plot);
  }

  /**
   * @param chart `caption`; `summary`, a sentence; `epochs`, how many there will be; `digits` of labels;
   *     `curves`, each with `name`, `kind` and `points` [epoch, value]; `lines`, each with `name` and
   *     `value`, for baselines; `best`, the epoch to mark
   */
  show(chart) {
    const key = JSON.stringify(chart);
    if (key === this.#shown) {
      return;
    }
    this.#shown = key;
    text(this.#caption, chart.caption);
    this.#plot.setAttribute('aria-label', chart.summary);
    const values = chart.curves.flatMap(curve => curve.points.map(([, value]) => value));
    const scale = axis([...values, ...chart.lines.map(line => line.value)]);
    const last = Math.max(2, chart.epochs, ...chart.curves.flatMap(c => c.points.map(([epoch]) => epoch)));
    const x = epoch => (100 * (epoch - 1)) / (last - 1);
    const y = value => 100 - (100 * (value - scale.from)) / (scale.to - scale.from);
    const path = (kind, d) => svg('path', {class: kind, d});
    const drawing = svg('svg', {viewBox: '0 0 100 100', preserveAspectRatio: 'none', 'aria-hidden': 'true'},
      path('grid', scale.ticks.map(tick => `M0 ${y(tick)}h100`).join('')),
      chart.lines.map(line => path('baseline', `M0 ${y(line.value)}h100`)),
      chart.curves.filter(curve => curve.points.length > 0).map(curve => [
        path(curve.kind, 'M' + curve.points.map(([epoch, value]) => `${round(x(epoch))} ${round(y(value))}`).join(' ')),
        dots(curve, chart.best).map(([epoch, value]) =>
          path(`${curve.kind} dot`, `M${round(x(epoch))} ${round(y(value))}h0`)),
      ]));
    fill(this.#plot, drawing,
      scale.ticks.map(tick => style(el('i', {class: 'y'}, tick.toFixed(scale.digits)), {top: `${y(tick)}%`})),
      epochTicks(last).map(tick => style(el('i', {class: 'x'}, String(tick)), {left: `${x(tick)}%`})),
      labels(chart).map(label => style(
        el('b', {class: label.kind}, label.text),
        {top: `${y(label.value)}%`, ...(label.end ? {right: `${100 - x(label.epoch ?? last)}%`} : {left: `${x(label.epoch)}%`})})));
    separate(this.#plot);
  }
}

/** A curve of one point needs a dot to be seen; a mark shows the best epoch. */
function dots(curve, best) {
  return curve.points.filter(([epoch]) =>
    curve.points.length === 1 || (epoch === best && curve.kind !== 'training'));
}

function labels(chart) {
  return [
    ...chart.lines.map(line => ({
      kind: 'baseline', text: `${line.name} ${line.value.toFixed(chart.digits)}`, value: line.value, end: true,
    })),
    ...chart.curves.filter(curve => curve.points.length > 0).map(curve => {
      const [epoch, value] = curve.points.at(-1);
      return {
        kind: curve.kind, text: `${curve.name} ${value.toFixed(chart.digits)}`, value, epoch,
        end: epoch > chart.epochs * 0.6,
      };
    }),
  ];
}

/** Moves labels above their curves, and apart where they would cover one another. */
function separate(plot) {
  const height = 16;
  const placed = [];
  const size = plot.clientHeight || 168;
  const found = [...plot.querySelectorAll('b')].sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top));
  for (const label of found) {
    let top = (parseFloat(label.style.top) * size) / 100 - height - 4;
    if (placed.length > 0) {
      top = Math.max(top, placed.at(-1) + height);
    }
    placed.push(top);
    label.style.top = `${top + height / 2}px`;
  }
}

function axis(values) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const span = high - low || Math.abs(high) || 1;
  const raw = span / TICKS;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find(factor => factor * power >= raw) * power;
  const from = Math.floor(low / step + 1e-9) * step;
  const to = Math.max(Math.ceil(high / step - 1e-9) * step, from + step);
  const ticks = [];
  for (let tick = from; tick <= to + step / 2; tick += step) {
    ticks.push(Number(tick.toFixed(10)));
  }
  return {from, to, ticks, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9))};
}

function epochTicks(last) {
  const step = last <= 10 ? (last <= 5 ? 1 : 3) : last <= 25 ? 5 : 10 * Math.ceil(last / 60);
  const ticks = [1];
  for (let tick = step; tick < last; tick += step) {
    if (tick > 1 && last - tick > step / 3) {
      ticks.push(tick);
    }
  }
  return [...ticks, last];
}

const round = number => Math.round(number * 100) / 100;
