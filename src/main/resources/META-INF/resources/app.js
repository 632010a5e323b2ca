// Wires the sections of the page to the server's events.

import {byId, debounce, el, fill, memory, text} from './dom.js';
import {listen} from './api.js';
import {Models} from './models.js';
import {Pipeline} from './pipeline.js';
import {Upload} from './upload.js';

const NOTHING_TO_TRY = 'Rate a few items, and recommendations follow each rating. Opens with the first published'
  + ' model: upload ratings, or use the sample.';

const picker = byId('dataset');
const offline = byId('offline');
const server = byId('server');

let datasets = [];
let chosen = memory.get('dataset');
let connected = false;
let tryIt = null;

const models = new Models(() => reload());
const upload = new Upload({
  names: () => datasets.map(entry => entry.dataset),
  trained: dataset => {
    choose(dataset);
    byId('pipeline').scrollIntoView();
  },
});
const pipeline = new Pipeline(run => upload.look(run));

/** Asks which datasets and versions there are. Several causes at once make one request. */
const reload = debounce(50, async () => {
  try {
    datasets = await models.load();
    showDatasets();
  } catch (error) {
    models.show(undefined);
    if (error.status !== 0) {
      text(byId('models-note'), error.message);
    }
  }
});

function showDatasets() {
  const served = datasets.filter(entry => entry.model);
  const names = datasets.map(entry => entry.dataset);
  const current = names.includes(chosen) ? chosen : (served[0] ?? datasets[0])?.dataset;
  picker.disabled = names.length === 0;
  fill(picker, names.length === 0
    ? el('option', {}, 'No dataset yet')
    : names.map(name => el('option', {value: name}, name)));
  if (current) {
    picker.value = current;
  }
  const entry = datasets.find(one => one.dataset === current);
  models.show(entry);
  showTryIt(entry?.model ? current : null);
  upload.compact = names.length > 0 || pipeline.runs.length > 0;
  showServer();
}

/** Opens the section that tries a model. Its modules are not needed before there is one. */
async function showTryIt(dataset) {
  if (!tryIt && dataset) {
    const {TryIt} = await import('./tryit.js');
    tryIt ??= new TryIt(() => reload());
  }
  if (tryIt) {
    tryIt.show(dataset);
  } else {
    fill(byId('try-body'), el('p', {class: 'later'}, NOTHING_TO_TRY));
  }
}

function choose(dataset) {
  chosen = dataset;
  memory.set('dataset', dataset);
}

function showServer() {
  const waiting = pipeline.runs.filter(run => run.state === 'running' || run.state === 'queued').length;
  const answers = datasets.some(entry => entry.model);
  const [dot, label] = server.children;
  dot.className = `dot ${!connected ? 'lost' : waiting > 0 ? 'busy' : answers ? 'ready' : ''}`;
  text(label, !connected ? 'No answer' : [answers ? 'Answering' : 'No model yet', waiting > 0 && `training ${waiting}`]
    .filter(Boolean).join(', '));
}

picker.addEventListener('change', () => {
  choose(picker.value);
  showDatasets();
});

listen({
  state(state) {
    connected = true;
    fill(offline);
    fill(byId('store'), 'Store ', el('code', {}, state.store));
    upload.server = state;
    pipeline.state(state);
    upload.compact = datasets.length > 0 || state.runs.length > 0;
    showServer();
    reload();
  },
  run(run) {
    pipeline.run(run);
    upload.compact = true;
    showServer();
    if (run.state === 'done') {
      reload();
    }
  },
  lost() {
    connected = false;
    fill(offline, el('p', {class: 'page'}, `No answer from the server at ${location.host}. The page tries again every two seconds.`));
    showServer();
  },
});
