// Upload: a file is sent, and shown for correction before anything is trained.

import {announce, byId, el, fill, memory, refused, svg, text} from './dom.js';
import {call, isAborted, upload} from './api.js';
import {bytes} from './format.js';

/** The section that takes a file to a run. */
export class Upload {
  #body = byId('upload-body');
  #note = byId('upload-note');
  #input = byId('file');
  #page;
  #server = null;
  #compact = false;
  #waiting = [];
  #preview = null;
  #sending = false;

  /** @param page `names()` of the datasets, and `trained(dataset)`, called when a run is queued */
  constructor(page) {
    this.#page = page;
    this.#input.addEventListener('change', () => {
      this.#take([...this.#input.files]);
      this.#input.value = '';
    });
    this.#acceptDrops();
    const saved = memory.get('upload');
    if (saved) {
      this.#open(saved);
    } else {
      this.#idle();
    }
  }

  /** Whether there is something besides the upload to look at. */
  set compact(compact) {
    if (compact !== this.#compact) {
      this.#compact = compact;
      this.#idleAgain();
    }
  }

  /** Takes the server's state, which names its sample. */
  set server(server) {
    const changed = this.#server?.sample !== server.sample;
    this.#server = server;
    if (changed) {
      this.#idleAgain();
    }
  }

  /** Looks at the file of a refused run again. */
  look(run) {
    this.#open({key: run.key, name: run.key.slice(run.key.lastIndexOf('/') + 1), bytes: run.bytes, settings: {}});
    byId('upload').scrollIntoView();
  }

  #idleAgain() {
    if (!this.#preview && !this.#sending) {
      this.#idle();
    }
  }

  #idle(problem) {
    this.#preview = null;
    memory.set('upload', null);
    text(this.#note, '');
    const next = this.#waiting.shift();
    if (next) {
      this.#send(next);
      return;
    }
    const buttons = [
      el('button', {type: 'button', class: this.#compact ? 'button' : 'button main', on: {click: () => this.#input.click()}},
        !this.#compact && el('span', {class: 'icon up'}), 'Choose a file'),
      this.#server?.sample && el('button', {type: 'button', class: 'button', on: {click: event => this.#sample(event.currentTarget)}},
        'Use the sample'),
    ];
    fill(this.#body, problem && refused(problem), this.#compact
      ? el('div', {class: 'drop'}, el('span', {class: 'icon up'}),
        el('p', {}, 'Drop a ratings file anywhere on this page ', el('small', {}, 'CSV, gzip or zip')),
        el('div', {class: 'row'}, buttons))
      : el('div', {class: 'drop large'},
        el('div', {},
          el('h3', {}, 'Drop a ratings file'),
          el('p', {class: 'mute'}, 'One row for each rating: who, what, how much and when. This page shows what it'
            + ' found in the file before it trains anything.'),
          el('div', {class: 'row'}, buttons),
          el('p', {class: 'hint'}, this.#server?.sample && 'The sample has 100,000 generated ratings of 2,600 made-up movies. ',
            'Files may be MovieLens sets, or any CSV of ratings; plain, gzipped or zipped. ',
            this.#server?.watching && ['A shell does the same: ', el('code', {}, `cp ratings.csv ${this.#server.store}/raw/`)])),
        matrix()));
  }

  #acceptDrops() {
    let depth = 0;
    const over = on => this.#body.querySelector('.drop, .preview')?.classList.toggle('over', on);
    const hasFiles = event => event.dataTransfer?.types.includes('Files');
    document.addEventListener('dragenter', event => {
      if (hasFiles(event)) {
        depth++;
        over(true);
      }
    });
    document.addEventListener('dragleave', event => {
      if (hasFiles(event) && --depth <= 0) {
        depth = 0;
        over(false);
      }
    });
    document.addEventListener('dragover', event => {
      if (hasFiles(event)) {
        event.preventDefault();
      }
    });
    document.addEventListener('drop', event => {
      if (hasFiles(event)) {
        event.preventDefault();
        depth = 0;
        over(false);
        this.#take([...event.dataTransfer.files]);
      }
    });
  }

  /** Takes files: one now, the others after it is trained on or discarded. */
  #take(files) {
    this.#waiting.push(...files);
    if (!this.#preview && !this.#sending && files.length > 0) {
      this.#send(this.#waiting.shift());
    } else if (this.#preview && files.length > 0) {
      announce(`${files[0].name} comes next`);
    }
  }

  async #send(file) {
    this.#sending = true;
    const controller = new AbortController();
    const bar = el('progress', {max: 1, value: 0, 'aria-label': `Sending ${file.name}`});
    const sent = el('span', {class: 'mute num'}, bytes(file.size));
    fill(this.#body, el('div', {class: 'drop'}, el('span', {class: 'icon run'}),
      el('p', {}, 'Sending ', el('code', {}, file.name), ' ', sent), bar,
      el('button', {type: 'button', class: 'button', on: {click: () => controller.abort()}}, 'Cancel')));
    announce(`Sending ${file.name}`);
    try {
      const {key} = await upload(file, share => {
        bar.value = share;
        text(sent, `${bytes(share * file.size)} of ${bytes(file.size)}`);
      }, controller.signal);
      this.#sending = false;
      this.#open({key, name: file.name, bytes: file.size, settings: {}});
    } catch (error) {
      this.#sending = false;
      this.#idle(isAborted(error) ? null : `${file.name}: ${error.message}`);
    }
  }

  async #sample(button) {
    button.disabled = true;
    try {
      const {answer} = await call('submit', {sample: true});
      this.#page.trained(answer.dataset);
    } catch (error) {
      this.#idle(error.message);
      return;
    }
    button.disabled = false;
  }

  async #open(file) {
    this.#sending = true;
    const {Preview} = await import('./preview.js');
    this.#sending = false;
    this.#preview = new Preview(file, {
      names: this.#page.names,
      discard: () => this.#idle(),
      trained: dataset => {
        this.#idle();
        this.#page.trained(dataset);
      },
    });
    text(this.#note, 'Nothing is trained until you say so.');
    fill(this.#body, this.#preview.element);
    this.#preview.read();
  }
}

/** A picture of the task: from few known ratings to one for every user and item. */
function matrix() {
  const side = 11;
  const rows = 8;
  const known = new Set([3, 7, 16, 24, 29, 35, 38, 46, 52, 57, 63, 66, 75, 81, 87]);
  const cell = (index, left, className, opacity) => svg('rect', {
    class: className, x: left + 16 * (index % side), y: 16 * Math.floor(index / side), width: 13, height: 13, opacity,
  });
  const cells = [];
  for (let index = 0; index < side * rows; index++) {
    const user = Math.floor(index / side);
    const strength = 0.2 + 0.8 * Math.abs(Math.sin(1.7 * user + 1) * Math.cos(0.9 * (index % side) + user % 3));
    cells.push(cell(index, 0, known.has(index) ? 'known' : 'blank', known.has(index) ? strength : 1));
    cells.push(cell(index, 236, known.has(index) ? 'known' : 'predicted', strength));
  }
  return svg('svg', {
    class: 'matrix', viewBox: '0 0 412 146', role: 'img',
    'aria-label': 'A few known ratings become a prediction for every user and item',
  }, cells, svg('path', {class: 'arrow', d: 'M192 63h28m-7-7l7 7-7 7'}),
  svg('text', {y: 143}, 'what people rated'), svg('text', {x: 236, y: 143}, 'what a model predicts'));
}
