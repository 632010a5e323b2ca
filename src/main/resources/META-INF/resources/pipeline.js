// The pipeline: the run that is under way, or the last one, and the other runs below it.

import {announce, byId, el, fill, style, text} from './dom.js';
import {call} from './api.js';
import {bytes, count, many, metric, moment, rate, seconds, shortId} from './format.js';
import {Chart} from './chart.js';
import {commandFigure} from './call.js';
import {errorScore, rankingScore, reportLink, verdictOf} from './scores.js';

const STEPS = {
  ingest: ['reading', 'Reads the file, and refuses what it cannot use'],
  split: ['splitting', 'Earlier ratings to learn from, later ones to judge by'],
  index: ['indexing', 'Gives users and items their numbers'],
  train: ['training', 'One model for what comes next, one for how much'],
  evaluate: ['evaluating', 'Scores both beside simple baselines'],
  refit: ['training on every rating', 'The same training on every rating'],
  publish: ['publishing', 'The new model answers'],
};
const STATES = {waiting: 'waiting', running: 'in progress', done: 'done', failed: 'failed', skipped: 'skipped'};
const ICONS = {queued: 'wait', running: 'run', done: 'done', refused: 'bad', failed: 'bad', stopped: 'hold'};
const SHOWN_RUNS = 5;

/** The section of runs. */
export class Pipeline {
  #body = byId('pipeline-body');
  #note = byId('pipeline-note');
  #runs = [];
  #chosen = null;
  #card = null;
  #all = false;
  #list = el('ul', {class: 'runs'});
  #look;

  /** @param look called with a refused run, to look at its file again */
  constructor(look) {
    this.#look = look;
  }

  get runs() {
    return this.#runs;
  }

  /** Takes the server's state. */
  state(state) {
    this.#runs = state.runs;
    this.#show();
  }

  /** Takes a run that is new or has changed. */
  run(run) {
    const index = this.#runs.findIndex(other => other.run === run.run);
    if (index >= 0) {
      this.#runs[index] = run;
    } else {
      this.#runs.unshift(run);
      if (!isOver(run)) {
        this.#chosen = null;
      }
    }
    this.#show();
  }

  /** Shows a run, or the one under way, the newest that ended, or the next. */
  #shown() {
    return this.#runs.find(run => run.run === this.#chosen)
      ?? this.#runs.find(run => run.state === 'running')
      ?? this.#runs.filter(run => isOver(run)).sort((a, b) => ended(b) - ended(a))[0]
      ?? this.#runs.at(-1);
  }

  #show() {
    const run = this.#shown();
    if (!run) {
      text(this.#note, 'What happens after an upload, within seconds or minutes');
      this.#card = null;
      fill(this.#body, el('div', {class: 'card pad'}, el('ol', {class: 'steps plain'},
        Object.entries(STEPS).map(([step, [, purpose]]) =>
          el('li', {class: 'waiting'}, el('b', {}, icon('wait'), step), el('small', {}, purpose))))));
      return;
    }
    text(this.#note, '');
    if (this.#card?.run !== run.run) {
      this.#card = new RunCard(run.run, this.#look);
      fill(this.#body, el('div', {class: 'card'}, this.#card.element, this.#list));
    }
    this.#card.show(run);
    this.#showList(this.#runs.filter(other => other !== run));
  }

  #showList(others) {
    const focused = this.#list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const shown = this.#all ? others : others.slice(0, SHOWN_RUNS);
    fill(this.#list, shown.map(run => this.#entry(run)),
      others.length > shown.length && el('li', {}, el('button', {
        type: 'button', class: 'link', 'data-key': 'all',
        on: {
          click: () => {
            this.#all = true;
            this.#show();
          },
        },
      }, `Show ${others.length - shown.length} more`)));
    if (focused) {
      this.#list.querySelector(`[data-key="${focused}"]`)?.focus();
    }
  }

  #entry(run) {
    const waits = run.state === 'queued';
    const file = fileOf(run);
    return el('li', {class: run.state},
      icon(ICONS[run.state]),
      el('p', {}, el('code', {}, file), ' ', el('span', {class: 'mute num'}, `${bytes(run.bytes)}, ${stateText(run)}`)),
      el('button', {
        type: 'button', class: 'link', 'data-key': `run${run.run}`,
        'aria-label': waits ? `Remove ${file} from the queue` : `Show the run of ${file}`,
        on: {
          click: event => {
            if (waits) {
              stop(run, event.currentTarget);
            } else {
              this.#chosen = run.run;
              this.#show();
              this.#card.element.querySelector('.say').focus();
            }
          },
        },
      }, waits ? 'Remove' : 'Show'));
  }
}

const isOver = run => run.state !== 'queued' && run.state !== 'running';

const ended = run => Date.parse(run.finished ?? run.queued);

const fileOf = run => run.key.slice(run.key.lastIndexOf('/') + 1);

const icon = name => el('span', {class: `icon ${name}`, 'aria-hidden': 'true'});

function stateText(run) {
  const at = run.finished ? ` at ${moment(run.finished)}` : '';
  switch (run.state) {
    case 'queued': return 'waits its turn';
    case 'running': return 'in progress';
    case 'done': return `${run.published ? 'published' : 'not published'}${at}${run.seconds ? ` after ${seconds(run.seconds)}` : ''}`;
    default: return `${run.state}${at}`;
  }
}

async function stop(run, button) {
  button.disabled = true;
  try {
    await call('stop', {run: run.run});
  } catch (error) {
    button.disabled = false;
    announce(error.message);
  }
}

/** One run: where it is, its curves, and how it ended. */
class RunCard {
  #say = el('h3', {class: 'say', tabindex: -1});
  #more = el('p', {class: 'mute num'});
  #stop;
  #steps = el('ol', {class: 'steps'});
  #rows = new Map();
  #ratings = new Chart('Rating model');
  #ranking = new Chart('Ranking model');
  #charts = el('div', {class: 'charts', hidden: true}, this.#ratings.element, this.#ranking.element);
  #result = el('div', {class: 'result', hidden: true});
  #error = el('div', {class: 'refusal', hidden: true, role: 'alert'});
  #ended = '';
  #run = null;

  constructor(run, look) {
    this.run = run;
    this.look = look;
    this.#stop = el('button', {
      type: 'button', class: 'button', on: {click: () => stop(this.#run, this.#stop)},
    }, 'Stop');
    this.element = el('div', {class: 'pad'},
      el('div', {class: 'status'}, this.#say, this.#more, this.#stop),
      this.#steps, this.#error, this.#charts, this.#result,
      el('details', {class: 'shell'}, el('summary', {}, 'Follow it from a shell'),
        commandFigure('GET /events', 'state and every change', `curl -sN ${location.host}/events`)));
  }

  show(run) {
    this.#run = run;
    const step = run.steps.find(one => one.state === 'running');
    text(this.#say, heading(run, step));
    text(this.#more, detail(run, step));
    this.#stop.hidden = isOver(run);
    this.#showSteps(run);
    this.#showCurves(run);
    this.#showEnd(run);
  }

  #showSteps(run) {
    for (const step of run.steps) {
      let row = this.#rows.get(step.step);
      if (!row) {
        row = {
          icon: el('span', {'aria-hidden': 'true'}), state: el('span', {class: 'unseen'}),
          what: el('span'), how: el('small', {class: 'num'}),
        };
        row.element = el('li', {}, el('b', {}, row.icon, step.step, row.state), row.what, row.how);
        this.#rows.set(step.step, row);
        this.#steps.append(row.element);
      }
      row.element.className = step.state;
      row.icon.className = `icon ${{running: 'run', done: 'done', failed: 'bad', skipped: 'skipped'}[step.state] ?? 'wait'}`;
      text(row.state, `, ${STATES[step.state] ?? step.state}`);
      text(row.what, whatOf(step));
      text(row.how, howOf(step));
      const share = step.total > 0 && step.done != null ? Math.min(1, step.done / step.total) : step.state === 'running' ? 0.06 : 0;
      style(row.element, {'--share': `${(100 * share).toFixed(1)}%`});
    }
  }

  #showCurves(run) {
    const rating = run.epochs.filter(epoch => epoch.model === 'rating' && epoch.step === 'train');
    const ranking = run.epochs.filter(epoch => epoch.model === 'ranking' && epoch.step === 'train' && epoch.ndcgAt10 != null);
    this.#charts.hidden = rating.length + ranking.length === 0;
    if (this.#charts.hidden) {
      return;
    }
    this.#ratings.element.hidden = rating.length === 0;
    this.#ranking.element.hidden = ranking.length === 0;
    if (rating.length > 0) {
      this.#ratings.show(errorChart(rating));
    }
    if (ranking.length > 0) {
      this.#ranking.show(rankingChart(ranking));
    }
  }

  #showEnd(run) {
    const end = JSON.stringify([run.state, run.error, run.result, run.verdict, run.report, run.model]);
    if (end === this.#ended) {
      return;
    }
    this.#ended = end;
    this.#error.hidden = !run.error;
    fill(this.#error, run.error && [
      el('p', {class: 'sentence'}, run.error),
      run.state === 'refused' && el('div', {class: 'row'},
        el('button', {type: 'button', class: 'button main', on: {click: () => this.look(run)}}, 'Look at its columns and scale'),
        el('span', {class: 'mute'}, 'or drop a corrected file under the same name')),
    ]);
    this.#result.hidden = !run.result && !run.verdict;
    const judged = run.result?.ratings ? `on ${many(run.result.ratings, 'later rating')}` : '';
    const users = run.result?.users ? `for ${many(run.result.users, 'user')}` : '';
    fill(this.#result, run.result && [
      run.result.reason && el('p', {class: 'mute'}, run.result.reason),
      el('dl', {},
        run.result.rmse != null && el('div', {}, el('dt', {}, 'RMSE of predicted ratings ', el('small', {}, judged)), el('dd', {}, errorScore(run.result))),
        el('div', {}, el('dt', {}, 'NDCG@10 of recommendations ', el('small', {}, users)), el('dd', {}, rankingScore(run.result)))),
    ], run.verdict && el('div', {class: 'gate'}, verdictOf(run.verdict)), run.report && el('p', {class: 'more'}, reportLink(run.report)));
  }
}

function heading(run, step) {
  switch (run.state) {
    case 'queued': return `${fileOf(run)} waits its turn`;
    case 'running': return `${run.dataset}: ${step ? STEPS[step.step]?.[0] ?? step.step : 'starting'}${
      step?.secondsLeft >= 1 ? `, about ${seconds(step.secondsLeft)} left` : ''}`;
    case 'done': return run.published ? `${run.dataset} is published` : `${run.dataset} is trained, not published`;
    case 'refused': return `${fileOf(run)} was refused`;
    case 'failed': return `${fileOf(run)} failed`;
    default: return `${fileOf(run)} was stopped`;
  }
}

function detail(run, step) {
  if (run.state === 'running') {
    const soFar = run.started ? `${seconds(Math.max(0, (Date.now() - Date.parse(run.started)) / 1000))} so far` : '';
    return [step?.activity, soFar].filter(Boolean).join(', ');
  }
  if (run.state === 'queued') {
    return bytes(run.bytes);
  }
  const model = run.model ? `model ${shortId(run.model)}, ` : '';
  const took = run.seconds ? `, after ${seconds(run.seconds)}` : '';
  const changed = run.state === 'refused' || run.state === 'failed' ? 'Nothing changed: what answered before still answers. ' : '';
  return `${changed}${model}${run.finished ? moment(run.finished) : ''}${took}, ${fileOf(run)} of ${bytes(run.bytes)}${
    run.state === 'done' && !run.published && run.summary ? `. ${run.summary}` : ''}`;
}

function whatOf(step) {
  if (step.summary) {
    return step.summary;
  }
  if (step.state === 'running' && step.done != null) {
    const unit = step.unit ?? '';
    const number = unit === 'bytes' ? bytes : count;
    return step.total ? `${number(step.done)} of ${number(step.total)}${unit === 'bytes' ? '' : ` ${unit}`}` : `${number(step.done)} ${unit}`;
  }
  return step.state === 'running' ? step.activity ?? '' : '';
}

function howOf(step) {
  if (step.state === 'waiting') {
    return '';
  }
  if (step.cached) {
    return 'done before';
  }
  const speed = step.perSecond >= 100 ? (step.unit === 'bytes' ? `${bytes(step.perSecond)}/s` : rate(step.perSecond)) : '';
  const left = step.state === 'running' && step.secondsLeft ? `${seconds(step.secondsLeft)} left` : '';
  return [speed, step.seconds != null ? seconds(step.seconds) : '', left].filter(Boolean).join(', ');
}

function errorChart(epochs) {
  const validation = epochs.filter(epoch => epoch.validationRmse != null);
  const best = validation.reduce((low, epoch) => (low && low.validationRmse <= epoch.validationRmse ? low : epoch), null);
  const last = epochs.at(-1);
  return {
    caption: `RMSE by epoch${best ? `, lowest at epoch ${best.epoch}` : ''}`,
    summary: best
      ? `After ${last.epoch} of ${last.of} epochs, the RMSE on validation ratings went from ${metric(validation[0].validationRmse)}`
        + ` to ${metric(validation.at(-1).validationRmse)}; the lowest is ${metric(best.validationRmse)} at epoch ${best.epoch}.`
      : `The training RMSE is ${metric(last.trainRmse ?? 0)} after ${last.epoch} of ${last.of} epochs.`,
    epochs: last.of, digits: 3, best: best?.epoch, lines: [],
    curves: [
      {name: 'training', kind: 'training', points: epochs.filter(e => e.trainRmse != null).map(e => [e.epoch, e.trainRmse])},
      {name: 'validation', kind: 'rating', points: validation.map(e => [e.epoch, e.validationRmse])},
    ],
  };
}

function rankingChart(epochs) {
  const last = epochs.at(-1);
  const best = epochs.reduce((high, epoch) => (high.ndcgAt10 >= epoch.ndcgAt10 ? high : epoch));
  return {
    caption: `NDCG@10 by epoch, highest at epoch ${best.epoch}`,
    summary: `After ${last.epoch} of ${last.of} epochs, the NDCG@10 on validation data went from ${metric(epochs[0].ndcgAt10)}`
      + ` to ${metric(last.ndcgAt10)}; the highest is ${metric(best.ndcgAt10)} at epoch ${best.epoch}.`,
    epochs: last.of, digits: 3, best: best.epoch, lines: [],
    curves: [{name: 'validation', kind: 'ranking', points: epochs.map(e => [e.epoch, e.ndcgAt10])}],
  };
}
