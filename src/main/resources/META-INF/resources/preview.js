// The card of a file before anything is trained: what a dry run found, and the ways to correct it.

import {announce, debounce, el, fill, memory, refused, style, text} from './dom.js';
import {call, curl, curlUpload, isAborted, latest} from './api.js';
import {bytes, count, many, month, seconds} from './format.js';
import {commandFigure} from './call.js';

const ROLES = [['user', 'User'], ['item', 'Item'], ['rating', 'Rating'], ['timestamp', 'Time'],
  ['count', 'How often'], ['event', 'Kind of event']];
const REQUIRED = ['user', 'item'];
const DELIMITERS = [[',', 'Comma'], [';', 'Semicolon'], ['\t', 'Tab'], ['|', 'Bar'], ['::', 'Two colons'], [' ', 'Blanks']];
const LAYOUTS = {
  'ratings.csv': 'MovieLens, with a header', 'u.data': 'MovieLens 100k', 'ratings.dat': 'MovieLens 1M or 10M',
  'named columns': 'Table, columns as chosen', 'table': 'Table with a header', 'table without header': 'Table without a header',
};
const FEEDBACK = [['', 'As found'], ['ratings', 'Ratings'], ['choices', 'Choices']];
const TABLE = /\.(csv|tsv|dat|data|json|jsonl|ndjson|parquet|arrow|feather)(\.(gz|zst))?$/i;
const PAUSE_MILLIS = 400;

/** What a dry run found in a file, and the ways to correct it. */
export class Preview {
  #file;
  #page;
  #roles = {};
  #signal = latest();
  #facts = el('dl', {class: 'facts'});
  #state = el('span', {class: 'mute num', role: 'status'});
  #problem = el('div', {class: 'pad', hidden: true});
  #findings = el('details', {class: 'pad mute', hidden: true});
  #table = el('div', {class: 'columns'});
  #columns = '';
  #header = true;
  #delimiter = el('select', {'aria-label': 'Delimiter', on: {change: () => this.#correct({delimiter: this.#delimiter.value})}});
  #scale;
  #missingRating;
  #ofRatings;
  #feedback;
  #events;
  #entry;
  #entries = el('datalist', {id: 'entries'});
  #tables = new Set();
  #append;
  #rows;
  #found = el('div', {class: 'halves'});
  #name = el('input', {type: 'text', id: 'name', size: 18, spellcheck: 'false', autocomplete: 'off', maxlength: 100,
    on: {input: () => this.#showCalls()}});
  #nameNote = el('span', {class: 'mute'});
  #train;
  #needs = el('span', {class: 'mute num'});
  #calls = el('div');
  #refusal = el('p', {class: 'refused', role: 'alert', hidden: true});
  #answer = null;

  /** @param file its `key`, `name`, `bytes`, and the `settings` chosen so far */
  constructor(file, page) {
    this.#file = file;
    this.#page = page;
    this.#roles = {...file.settings.columns};
    const rescale = debounce(PAUSE_MILLIS, () => this.#rescale());
    const number = label => el('input', {type: 'number', step: 'any', placeholder: 'any', 'aria-label': label, on: {input: rescale}});
    this.#scale = {min: number('Lowest rating'), max: number('Highest rating'), step: number('Step of the ratings, if they have one')};
    for (const [part, value] of Object.entries(file.settings.scale ?? {})) {
      this.#scale[part].value = value;
    }
    this.#missingRating = el('input', {type: 'number', step: 'any', placeholder: 'none', 'aria-label': 'Rating that means that there is none',
      value: file.settings.missing?.[0] ?? '', on: {input: debounce(PAUSE_MILLIS, () => this.#correct({
        missing: this.#missingRating.value === '' ? undefined : [Number(this.#missingRating.value)],
      }))}});
    this.#ofRatings = [
      el('fieldset', {class: 'scale'}, el('legend', {}, 'Scale'), this.#scale.min, ' to ', this.#scale.max, ' by ', this.#scale.step),
      el('label', {}, 'Not rated is ', this.#missingRating)];
    this.#feedback = el('select', {name: 'feedback', on: {change: () => this.#reread(this.#feedback.value)}},
      FEEDBACK.map(([value, label]) => el('option', {value, selected: (file.settings.feedback ?? '') === value}, label)));
    this.#events = el('input', {type: 'text', name: 'events', size: 24, spellcheck: 'false', autocomplete: 'off', value: weightsText(file.settings.events),
      on: {input: debounce(PAUSE_MILLIS, () => this.#weigh())}});
    this.#entry = el('input', {type: 'text', name: 'entry', size: 24, spellcheck: 'false', autocomplete: 'off', list: 'entries', value: file.settings.entry ?? '',
      on: {input: debounce(PAUSE_MILLIS, () => this.#correct({entry: this.#entry.value.trim() || undefined}))}});
    this.#append = el('input', {type: 'checkbox', name: 'append', checked: file.settings.append === true, on: {change: () => this.#showCalls()}});
    const bad = (value, label) => el('label', {}, el('input', {
      type: 'radio', name: 'bad', value, checked: (file.settings.onBadRow ?? 'fail') === value,
      on: {change: () => this.#correct({onBadRow: value === 'fail' ? undefined : value})},
    }), label);
    this.#rows = el('fieldset', {class: 'choices'}, el('legend', {}, 'A row that cannot be used'),
      bad('fail', 'refuses the file'), bad('skip', 'is left out'));
    this.#train = el('button', {type: 'button', class: 'button main', disabled: true, on: {click: () => this.#submit()}}, 'Train a model');
    this.element = el('div', {class: 'card preview'},
      el('div', {class: 'file'}, el('h3', {}, file.name), this.#state,
        el('button', {type: 'button', class: 'link', on: {click: page.discard}}, 'Discard')),
      el('div', {class: 'pad'}, this.#facts), this.#findings,
      this.#problem, this.#table,
      el('div', {class: 'pad corrections'},
        el('label', {hidden: true}, 'Table in the zip ', this.#entry, this.#entries),
        el('label', {}, 'Delimiter ', this.#delimiter),
        el('label', {}, 'Rows are ', this.#feedback),
        el('label', {hidden: true}, 'Events weigh ', this.#events),
        this.#ofRatings,
        this.#rows),
      this.#found,
      el('div', {class: 'pad'},
        el('div', {class: 'row'}, el('label', {for: 'name'}, 'Dataset'), this.#name,
          el('label', {class: 'append', hidden: true}, this.#append, 'Add to its last version'), this.#train, this.#needs),
        this.#nameNote, this.#refusal, this.#calls));
    if (file.settings.dataset) {
      this.#name.value = file.settings.dataset;
    }
  }

  /** Asks what is in the file with the settings chosen so far. */
  async read() {
    memory.set('upload', this.#file);
    this.#train.disabled = true;
    this.element.setAttribute('aria-busy', 'true');
    text(this.#state, `${bytes(this.#file.bytes)}, reading`);
    try {
      const {answer, millis} = await call('ingest', this.#request({dryRun: true}), this.#signal());
      text(this.#state, `${bytes(this.#file.bytes)}, read in ${seconds(millis / 1000)}`);
      this.#show(answer);
    } catch (error) {
      if (isAborted(error)) {
        return;
      }
      if (error.status === 404) {
        this.#page.discard();
        return;
      }
      text(this.#state, bytes(this.#file.bytes));
      this.#show({problem: error.message});
    }
    this.element.removeAttribute('aria-busy');
  }

  #request(more) {
    const {columns, delimiter, header, scale, missing, onBadRow, feedback, events, entry} = this.#file.settings;
    return {key: this.#file.key, entry, columns, delimiter, header, feedback, events, scale, missing, onBadRow, ...more};
  }

  #correct(settings) {
    Object.assign(this.#file.settings, settings);
    this.read();
  }

  #rescale() {
    const [min, max, step] = ['min', 'max', 'step'].map(part => this.#scale[part].value);
    if (min !== '' && max !== '') {
      this.#correct({scale: {min: Number(min), max: Number(max), ...(step === '' ? {} : {step: Number(step)})}});
    } else if (min === '' && max === '' && step === '') {
      this.#correct({scale: undefined});
    }
  }

  /** Takes the rows for ratings or choices, and the column of the one for that of the other. */
  #reread(feedback) {
    const [from, to] = feedback === 'choices' ? ['rating', 'count'] : ['count', 'rating'];
    if (feedback && this.#roles[from]) {
      this.#roles[to] = this.#roles[from];
      delete this.#roles[from];
    }
    this.#correct({
      feedback: feedback || undefined,
      ...(this.#file.settings.columns && {columns: {...this.#roles}}),
      ...(feedback === 'choices' && {scale: undefined, missing: undefined}),
    });
  }

  /** Reads weights such as `view 1, buy 5`. */
  #weigh() {
    const parts = this.#events.value.split(',').map(part => part.trim()).filter(Boolean)
      .map(part => /^(.+?)[\s:=]+(\d+(?:\.\d+)?)$/.exec(part));
    this.#events.setAttribute('aria-invalid', String(parts.includes(null)));
    if (!parts.includes(null)) {
      this.#correct({events: parts.length === 0 ? undefined : Object.fromEntries(parts.map(([, name, weight]) => [name, Number(weight)]))});
    }
  }

  /** Shows the settings that this file can have. */
  #showSettings(answer) {
    const isEvents = Boolean(this.#roles.event);
    const isChoices = isEvents || (answer.feedback ?? this.#file.settings.feedback) === 'choices';
    this.#feedback.parentElement.hidden = isEvents;
    this.#events.parentElement.hidden = !isEvents;
    this.#ofRatings.forEach(control => { control.hidden = isChoices; });
    const kinds = answer.sample?.columns.find(({role}) => role === 'event')?.examples ?? [];
    this.#events.placeholder = [...new Set(kinds)].map(kind => `${kind} 1`).join(', ');
    [answer.sample?.file, ...(answer.skippedFiles ?? [])].filter(name => name && TABLE.test(name)).forEach(name => this.#tables.add(name));
    fill(this.#entries, [...this.#tables].map(value => el('option', {value})));
    this.#entry.placeholder = answer.sample?.file ?? '';
    this.#entry.parentElement.hidden = !/\.zip$/i.test(this.#file.name)
      || (this.#tables.size < 2 && !answer.problem && !this.#file.settings.entry);
  }

  #show(answer) {
    this.#answer = answer;
    const problem = answer.problem;
    const sample = answer.sample;
    if (sample) {
      this.#showColumns(sample);
    }
    this.#showSettings(answer);
    this.#problem.hidden = !problem;
    fill(this.#problem, problem && [refused(problem), el('p', {class: 'mute'}, this.#advice(sample))]);
    this.#found.hidden = Boolean(problem);
    this.#findings.hidden = Boolean(problem);
    if (problem) {
      this.#facts.parentElement.hidden = true;
      text(this.#needs, '');
      announce(problem);
    } else {
      this.#facts.parentElement.hidden = false;
      this.#showFacts(answer);
      this.#showFound(answer);
      announce(`${this.#file.name} has ${many(answer.ratings, nounOf(answer))}`);
    }
    if (answer.dataset && this.#name.value === '') {
      this.#name.value = answer.dataset;
    }
    this.#train.disabled = Boolean(problem) || answer.preview?.problems?.length > 0;
    this.#showCalls();
  }

  #advice(sample) {
    const missing = this.#missing();
    if (sample && missing.length > 0) {
      return `Choose which column holds each of these: ${missing.map(([, label]) => label.toLowerCase()).join(', ')}.`;
    }
    return sample ? 'Correct it below, or drop a corrected file.' : 'Drop a corrected file.';
  }

  #missing() {
    return ROLES.filter(([role]) => REQUIRED.includes(role) && !this.#roles[role]);
  }

  #showFacts(answer) {
    const facts = [
      ['Layout', LAYOUTS[answer.layout] ?? answer.layout],
      [answer.feedback === 'choices' ? 'Choices' : 'Ratings', count(answer.ratings)],
      answer.preview?.users != null && ['Users', count(answer.preview.users)],
      answer.preview?.items != null && ['Items', count(answer.preview.items)],
      ['Titles', answer.items > 0 ? count(answer.items) : 'none'],
      answer.scale ? ['Scale', scaleText(answer.scale)] : ['Amounts', amountsText(answer)],
      ['Dates', answer.format?.time === 'none' ? 'none' : dates(answer)],
    ];
    fill(this.#facts, facts.filter(Boolean).map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))));
    for (const part of ['min', 'max', 'step']) {
      this.#scale[part].placeholder = answer.scale?.[part] ?? 'any';
    }
    const findings = answer.format?.findings ?? [];
    this.#findings.hidden = findings.length === 0;
    fill(this.#findings, el('summary', {}, 'How the file is read, and why'),
      el('ul', {}, findings.map(finding => el('li', {}, finding))));
  }

  #showColumns(sample) {
    for (const {name, role} of sample.columns) {
      if (role) {
        this.#roles = Object.fromEntries(Object.entries(this.#roles).filter(([, column]) => column !== name));
        this.#roles[role] = name;
      }
    }
    const signature = JSON.stringify(sample);
    if (signature !== this.#columns) {
      this.#columns = signature;
      this.#buildColumns(sample);
    }
    const known = DELIMITERS.some(([value]) => value === sample.delimiter);
    fill(this.#delimiter, [...DELIMITERS, ...(known ? [] : [[sample.delimiter, sample.delimiter]])].map(([value, label]) =>
      el('option', {value}, label)));
    this.#delimiter.value = sample.delimiter;
    this.#header = sample.header;
  }

  #buildColumns(sample) {
    const names = sample.columns.map(column => column.name);
    for (const [role, name] of Object.entries(this.#roles)) {
      if (!names.includes(name)) {
        delete this.#roles[role];
      }
    }
    const selects = [];
    const refresh = () => {
      for (const {name, select, row} of selects) {
        const role = ROLES.find(([one]) => this.#roles[one] === name)?.[0] ?? '';
        select.value = role;
        row.className = role;
      }
    };
    const focused = this.#table.contains(document.activeElement) ? document.activeElement.getAttribute('aria-label') : null;
    const nameOf = name => sample.header ? name : `Column ${name}`;
    const rows = sample.columns.map(({name, examples}) => {
      const select = el('select', {
        'aria-label': `${nameOf(name)} means`,
        on: {
          change: () => {
            this.#assign(name, select.value);
            refresh();
          },
        },
      }, el('option', {value: ''}, 'Not used'), ROLES.map(([value, label]) => el('option', {value}, label)));
      const row = el('tr', {}, el('th', {scope: 'row'}, nameOf(name)), el('td', {}, select),
        el('td', {}, examples.map((example, index) => [index > 0 && ' ', el('code', {}, example === '' ? '(empty)' : example)])));
      selects.push({name, select, row});
      return row;
    });
    fill(this.#table, el('table', {},
      el('caption', {class: 'unseen'}, 'The columns of the file and what they mean'),
      el('thead', {}, el('tr', {}, ['Column', 'Means', 'First values'].map(title => el('th', {scope: 'col'}, title)))),
      el('tbody', {}, rows)));
    refresh();
    if (focused) {
      [...this.#table.querySelectorAll('select')].find(select => select.getAttribute('aria-label') === focused)?.focus();
    }
  }

  /** Gives a column its meaning; the column that had it loses it. */
  #assign(name, role) {
    for (const [other, column] of Object.entries(this.#roles)) {
      if (column === name || other === role) {
        delete this.#roles[other];
      }
    }
    if (role) {
      this.#roles[role] = name;
    }
    if (this.#missing().length === 0) {
      this.#correct({columns: {...this.#roles}, delimiter: this.#delimiter.value, header: this.#header ? undefined : false});
    } else {
      this.#train.disabled = true;
      this.#problem.hidden = false;
      fill(this.#problem, el('p', {class: 'refusal'}, this.#advice({})));
    }
  }

  #showFound(answer) {
    const preview = answer.preview;
    const parts = [preview.train.rows, preview.test.rows, preview.validation.rows];
    fill(this.#found,
      el('div', {class: 'pad'}, el('h4', {}, 'What is left out'), this.#notes(answer)),
      el('div', {class: 'pad'}, el('h4', {}, 'How a model will be judged'),
        el('div', {class: 'parts', 'aria-hidden': 'true'}, parts.map(rows => style(el('i'), {'flex-grow': rows}))),
        el('p', {class: 'num'}, `${answer.format?.time === 'none' ? 'At random' : 'By time'}: it learns from ${many(parts[0], nounOf(answer))}, is judged on the next ${count(parts[1])},`
          + ` and tuned on the last ${count(parts[2])}.`),
        el('p', {class: 'mute num'}, `${count(preview.test.warmRows)} of the judging ${nounOf(answer)}s are of known users and items.`),
        preview.problems.map(sentence => note('bad', `It cannot be trained: ${sentence}.`))));
    const memoryBytes = Math.max(...preview.steps.map(step => step.memoryBytes));
    const total = preview.steps.reduce((sum, step) => sum + step.seconds, 0);
    text(this.#needs, `${total < 20 ? 'Less than a minute' : `About ${seconds(total)}`}, ${bytes(memoryBytes)} of memory`);
    this.#needs.title = preview.basis;
  }

  #notes(answer) {
    const notes = [
      answer.missingRatings > 0 && note('hold', `${many(answer.missingRatings, 'row')} without a rating.`),
      answer.badRows > 0 && note('hold', `${many(answer.badRows, 'row')} cannot be used and will be left out.`, answer.badRowExamples),
      answer.duplicates > 0 && (answer.feedback === 'choices'
        ? note('', `${many(answer.duplicates, 'repeated choice')} of an item by the same user will be added up.`)
        : note('hold', `${many(answer.duplicates, 'earlier rating')} of an item that the same user rated again later.`)),
      answer.sideFileProblems > 0 && note('hold', `${many(answer.sideFileProblems, 'problem')} with titles, tags or links; no rating is lost.`, answer.sideFileProblemExamples),
      answer.skippedFiles.length > 0 && note('', `Not read: ${answer.skippedFiles.join(', ')}.`),
    ].filter(Boolean);
    if (notes.length === 0) {
      notes.push(note('done', 'Nothing: every row can be used.'));
    }
    if (answer.items === 0) {
      notes.push(note('', 'The file has no titles, so items show their ids. A zip with movies.csv beside the ratings has them.'));
    }
    return notes;
  }

  #showCalls() {
    const dataset = this.#name.value.trim();
    const valid = /^[\w.-]*$/.test(dataset);
    const replaces = this.#page.names().includes(dataset);
    const appends = replaces && this.#append.checked;
    this.#append.parentElement.hidden = !replaces;
    this.#file.settings.append = appends || undefined;
    text(this.#nameNote, !valid ? 'A name has only letters, digits, dots, hyphens and underscores.'
      : appends ? `The next version of ${dataset} has its rows and these; what is shown above is of this file alone.`
        : replaces ? `There is a dataset ${dataset}: this becomes its next version.` : '');
    this.#file.settings.dataset = dataset && dataset !== this.#answer?.dataset ? dataset : undefined;
    memory.set('upload', this.#file);
    const commands = [
      ...(this.#file.key.startsWith('incoming/') ? [curlUpload(this.#file.name)] : []),
      curl('ingest', this.#request({dryRun: true})), curl('submit', this.#submission()),
    ];
    fill(this.#calls, commandFigure('POST /ingest', 'all of this from a shell', commands.join('\n')));
  }

  #submission() {
    const {append, dataset} = this.#file.settings;
    return {...this.#request({}), append, dataset};
  }

  async #submit() {
    this.#train.disabled = true;
    try {
      const {answer} = await call('submit', this.#submission());
      announce(`${this.#file.name} waits its turn`);
      this.#page.trained(answer.dataset);
    } catch (error) {
      this.#train.disabled = false;
      text(this.#refusal, error.message);
      this.#refusal.hidden = false;
    }
  }
}

const note = (icon, sentence, examples = []) => el('div', {class: 'note'},
  el('span', {class: `icon ${icon || 'info'}`, 'aria-hidden': 'true'}),
  el('div', {}, el('p', {}, sentence), examples.length > 0 && el('details', {}, el('summary', {}, 'Show them'),
    el('ul', {}, examples.map(example => el('li', {}, el('code', {}, example)))))));

const nounOf = answer => (answer.feedback === 'choices' ? 'choice' : 'rating');

const weightsText = events => Object.entries(events ?? {}).map(([kind, weight]) => `${kind} ${weight}`).join(', ');

const amountsText = answer => (answer.minRating === answer.maxRating
  ? `${count(answer.minRating)} each` : `${count(answer.minRating)} to ${count(answer.maxRating)}`);

const scaleText = scale => `${scale.min} to ${scale.max}${scale.step ? `, by ${scale.step}` : ''}`;

function dates(answer) {
  const from = month(answer.minTimestamp * 1000);
  const to = month(answer.maxTimestamp * 1000);
  return from === to ? from : `${from} – ${to}`;
}
