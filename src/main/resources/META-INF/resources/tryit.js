// Try it: rate or choose a handful of items, or choose a known user, and see what the model answers.

import {announce, debounce, el, fill, memory, text, byId} from './dom.js';
import {call, isAborted, latest} from './api.js';
import {count, day, many, shortId} from './format.js';
import {CallFigure} from './call.js';
import {inputOf, scaleOf, shownRating} from './rating.js';

const PAUSE_MILLIS = 120;
const PAGE = 10;
const OFTEN_RATED = 5;
const SUGGESTIONS = 8;
const NEAREST = 5;
const HISTORY_PAGE = 15;

const ORDERS = [['preference', 'preference'], ['rating', 'predicted rating'], ['popularity', 'popularity']];

/** The section of one dataset's current model. */
export class TryIt {
  #body = byId('try-body');
  #note = byId('try-note');
  #modelChanged;
  #dataset = null;
  #info = null;
  #shownModel = null;
  #panel = null;

  /** @param modelChanged called when an answer comes from another model than the one shown */
  constructor(modelChanged) {
    this.#modelChanged = modelChanged;
    document.addEventListener('keydown', event => {
      if (event.key === '/' && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
        const search = this.#body.querySelector('input[type=search]');
        if (search) {
          event.preventDefault();
          search.focus();
        }
      }
    });
  }

  /** Shows a dataset's model; without one, what to do. */
  async show(dataset) {
    if (!dataset) {
      this.#dataset = null;
      this.#explain('No model of this dataset is published yet. Train one above: drop a file, or use the sample.');
      return;
    }
    try {
      const {answer} = await call('modelInfo', {dataset});
      const same = this.#dataset === dataset && this.#panel
        && this.#info.feedback === answer.feedback && this.#info.ratingMin === answer.ratingMin && this.#info.ratingMax === answer.ratingMax;
      const sameModel = same && this.#shownModel === answer.model;
      this.#dataset = dataset;
      this.#info = answer;
      this.#shownModel = answer.model;
      fill(this.#note, `${dataset}, model `, el('code', {title: answer.model}, shortId(answer.model)),
        `: ${many(answer.users, 'user')}, ${many(answer.items, 'item')}`);
      if (same && !sameModel) {
        this.#panel.update(answer);
      } else if (!same) {
        this.#panel = new Panel(dataset, answer, model => this.#check(model));
        fill(this.#body, this.#panel.element);
      }
    } catch (error) {
      this.#dataset = null;
      this.#explain(error.status === 404
        ? `${error.message}. Train one above: drop a file, or use the sample.`
        : error.message);
    }
  }

  #check(model) {
    if (this.#info && model !== this.#info.model) {
      this.#info.model = model;
      this.#modelChanged();
    }
  }

  #explain(sentence) {
    this.#panel = null;
    text(this.#note, '');
    fill(this.#body, el('p', {class: 'later'}, sentence));
  }
}

/** The request on the left, the answer on the right. */
class Panel {
  #modes;
  #mode;
  #out = el('div', {class: 'answer'});
  #left = el('div');
  #request = el('div', {class: 'request'});

  constructor(dataset, info, answered) {
    const context = {dataset, info, scale: scaleOf(info), answered};
    this.context = context;
    this.#modes = {
      you: {label: 'You', view: new You(context)},
      known: {label: 'A known user', view: new KnownUser(context)},
      popular: {label: 'Popular', view: new Popular(context)},
    };
    const saved = memory.get('mode');
    this.#mode = saved in this.#modes ? saved : 'you';
    const switcher = el('div', {class: 'switch', role: 'radiogroup', 'aria-label': 'Recommend for'},
      Object.entries(this.#modes).map(([name, {label}]) => el('label', {},
        el('input', {
          type: 'radio', name: 'mode', value: name, checked: name === this.#mode,
          on: {change: () => this.#choose(name)},
        }), label)));
    this.element = el('div', {class: 'card try'},
      el('div', {class: 'question'}, switcher, this.#left), this.#out, this.#request);
    this.#choose(this.#mode);
  }

  #choose(mode) {
    this.#mode = mode;
    memory.set('mode', mode);
    const view = this.#modes[mode].view;
    fill(this.#left, view.question);
    fill(this.#out, view.answer);
    fill(this.#request, view.call);
    view.refresh();
  }

  /** Asks again, as another model of the same dataset answers now. */
  update(info) {
    this.context.info = info;
    for (const {view} of Object.values(this.#modes)) {
      view.filters?.update(info);
    }
    this.#modes[this.#mode].view.refresh();
  }
}

/** Genre, years, number of ratings and order. */
class Filters {
  #genre = el('select');
  #order;
  #from = yearInput('From year');
  #to = yearInput('To year');
  #least = el('input', {type: 'number', min: 0, inputmode: 'numeric', placeholder: '0'});

  constructor(context, changed, {withOrder}) {
    const slowly = debounce(PAUSE_MILLIS, changed);
    const orders = ORDERS.filter(([value]) => value !== 'rating' || context.scale.field === 'rating');
    this.#least.setAttribute('aria-label', `At least so many ${context.scale.noun}s`);
    this.#order = withOrder && context.info.ranking
      ? el('select', {on: {change: changed}}, orders.map(([value, label]) => el('option', {value}, label)))
      : null;
    this.#genre.addEventListener('change', changed);
    for (const input of [this.#from, this.#to, this.#least]) {
      input.addEventListener('input', slowly);
    }
    this.element = el('div', {class: 'filters', role: 'group', 'aria-label': 'Filters'},
      el('label', {}, 'Genre ', this.#genre),
      el('span', {class: 'field'}, 'Years ', el('span', {}, this.#from, ' – ', this.#to)),
      el('label', {}, 'At least ', el('span', {}, this.#least, ` ${context.scale.noun}s`)),
      this.#order && el('label', {}, 'By ', this.#order));
    this.update(context.info);
  }

  update(info) {
    const chosen = this.#genre.value;
    fill(this.#genre, el('option', {value: ''}, 'any'),
      (info.genres ?? []).map(({name, items}) => el('option', {value: name}, `${name} (${count(items)})`)));
    if ([...this.#genre.options].some(option => option.value === chosen)) {
      this.#genre.value = chosen;
    }
    this.#genre.closest('label').hidden = !info.genres?.length;
  }

  /** The filters as fields of a request. */
  get fields() {
    return {
      genres: this.#genre.value ? [this.#genre.value] : undefined,
      yearFrom: whole(this.#from),
      yearTo: whole(this.#to),
      minRatings: whole(this.#least),
      rankBy: this.#order && this.#order.value !== 'preference' ? this.#order.value : undefined,
    };
  }

  get isSet() {
    return Object.values(this.fields).some(value => value !== undefined);
  }
}

const yearInput = label =>
  el('input', {type: 'number', inputmode: 'numeric', 'aria-label': label, placeholder: 'any'});

const whole = input => (/^-?\d+$/.test(input.value) ? Number(input.value) : undefined);

/** A title as the data has it, with its year unless it names it; an id if there is no title. */
export function nameOf(item) {
  if (!item.title) {
    return `item ${item.itemId}`;
  }
  return item.year && !item.title.includes(String(item.year)) ? `${item.title} (${item.year})` : item.title;
}

const genresOf = item => (item.genres ?? []).join(', ');
const attributesOf = item => Object.entries(item.attributes ?? {}).map(([name, value]) => `${name}: ${value}`).join('\n') || null;

/** An ordered list of items; each opens what is similar to it. */
class ItemList {
  #context;
  #row;
  #similarFilters;
  #entries = new Map();
  #ranks = new Map();
  #empty = el('p', {class: 'nothing', hidden: true});
  #list = el('ol', {class: 'items'});
  #more = el('button', {type: 'button', class: 'link', hidden: true}, 'Show more');

  /**
   * @param row what an item's row says, beside its rank: `{lines, score}`
   * @param rate offers to rate an item in its details; null if nobody can
   */
  constructor(context, {row, rate, similarFilters, more}) {
    this.#context = context;
    this.#row = row;
    this.rate = rate;
    this.#similarFilters = similarFilters;
    this.#more.addEventListener('click', more);
    this.element = el('div', {}, this.#empty, this.#list, this.#more);
  }

  /** Shows items; those that were there keep their element, and with it what is open and focused. */
  show(items, {nothing, hasMore, marks}) {
    const entries = new Map();
    const ranks = new Map();
    items.forEach((item, index) => {
      const entry = this.#entries.get(item.itemId) ?? this.#create(item);
      fill(entry.rank, String(index + 1), marks && this.#move(item.itemId, index));
      const {lines, score} = this.#row(item);
      fill(entry.lines, el('strong', {}, nameOf(item)), lines);
      fill(entry.score, score);
      entries.set(item.itemId, entry);
      ranks.set(item.itemId, index);
    });
    for (const [itemId, entry] of this.#entries) {
      if (!entries.has(itemId)) {
        entry.element.remove();
      }
    }
    [...entries.values()].forEach((entry, index) => {
      if (this.#list.children[index] !== entry.element) {
        this.#list.insertBefore(entry.element, this.#list.children[index] ?? null);
      }
    });
    this.#entries = entries;
    this.#ranks = ranks;
    text(this.#empty, items.length === 0 ? nothing : '');
    this.#empty.hidden = items.length > 0;
    this.#more.hidden = !hasMore;
  }

  #move(itemId, index) {
    if (this.#ranks.size === 0) {
      return null;
    }
    const before = this.#ranks.get(itemId);
    if (before === undefined) {
      return el('small', {class: 'new'}, 'new');
    }
    const places = before - index;
    if (places === 0) {
      return null;
    }
    const rises = places > 0;
    return el('small', {class: rises ? 'up' : ''},
      el('span', {'aria-hidden': 'true'}, `${rises ? '▲' : '▼'}${Math.abs(places)}`),
      el('span', {class: 'unseen'}, `, ${rises ? 'up' : 'down'} ${Math.abs(places)}`));
  }

  #create(item) {
    const entry = {rank: el('span', {class: 'rank'}), lines: el('span', {class: 'lines'}), score: el('span', {class: 'score'})};
    let near = null;
    const details = el('details', {
      on: {
        toggle: () => {
          if (details.open) {
            near ??= new Near(this.#context, item, this.rate, this.#similarFilters);
            details.append(near.element);
            near.refresh();
          }
        },
      },
    }, el('summary', {}, entry.rank, entry.lines, entry.score));
    entry.element = el('li', {}, details);
    return entry;
  }
}

/** What is similar to an item. */
class Near {
  #context;
  #item;
  #filters;
  #list = el('ol');
  #figure = new CallFigure('similar');

  constructor(context, item, rate, filters) {
    this.#context = context;
    this.#item = item;
    this.#filters = filters;
    this.element = el('div', {class: 'near'},
      el('div', {class: 'row'}, el('h4', {}, `Similar to ${nameOf(item)}`), rate?.(item)),
      this.#list, this.#figure.element);
  }

  async refresh() {
    const request = {dataset: this.#context.dataset, itemId: this.#item.itemId, n: NEAREST, ...this.#filters?.()};
    this.#figure.request(request);
    try {
      const {answer, millis} = await call('similar', request);
      this.#figure.answer(answer, `${many(answer.candidates, 'candidate')}, ${Math.round(millis)} ms`);
      fill(this.#list, answer.similar.length === 0
        ? el('li', {}, 'Nothing passes the filters.')
        : answer.similar.map(item => el('li', {},
          el('span', {}, nameOf(item), ' ', el('small', {}, genresOf(item))),
          bar(item.similarity),
          el('span', {class: 'num', title: 'cosine of the two items’ vectors'}, item.similarity.toFixed(2)))));
    } catch (error) {
      fill(this.#list, el('li', {class: 'refused'}, error.message));
    }
  }
}

function bar(share) {
  const element = el('span', {class: 'bar', 'aria-hidden': 'true'});
  element.style.setProperty('--fill', `${(100 * Math.max(0, share)).toFixed(0)}%`);
  return element;
}

/** The recommendations of either kind of user. */
class Recommendations {
  #context;
  #heading = el('h3');
  #reason = el('p', {class: 'reason', hidden: true});
  #figure = new CallFigure('recommend');
  #signal = latest();
  #n = PAGE;
  #who;
  #list;
  #source = null;

  /**
   * @param who `heading()`, `fields()` of the request, `subject` of explanations, and `rate` or null
   */
  constructor(context, who) {
    this.#context = context;
    this.#who = who;
    this.filters = new Filters(context, () => this.refresh(), {withOrder: true});
    this.#list = new ItemList(context, {
      row: item => this.#row(item),
      rate: who.rate,
      similarFilters: () => ({minRatings: this.filters.fields.minRatings}),
      more: () => {
        this.#n += PAGE;
        this.refresh();
      },
    });
    this.answer = [this.#heading, this.filters.element, this.#reason, this.#list.element];
    this.call = this.#figure.element;
  }

  async refresh() {
    const context = this.#context;
    const request = {
      dataset: context.dataset, ...this.#who.fields(), n: this.#n, explain: true, ...this.filters.fields,
    };
    text(this.#heading, this.#who.heading());
    this.#figure.request(request);
    try {
      const {answer, millis} = await call('recommend', request, this.#signal());
      const note = many(answer.candidates, 'candidate');
      this.#figure.answer(answer, `${note}, ${Math.round(millis)} ms`);
      this.#say(answer.reason && `Ordered by popularity: ${answer.reason}.`);
      const sameKind = this.#source === answer.source;
      this.#source = answer.source;
      this.#list.show(answer.recommendations, {
        nothing: this.filters.isSet ? 'No item passes these filters. Loosen one of them.' : 'There is nothing left to recommend.',
        hasMore: answer.recommendations.length === this.#n && answer.candidates > this.#n,
        marks: sameKind,
      });
      announce(`${many(answer.recommendations.length, 'recommendation')} of ${note}`);
      context.answered(answer.model);
    } catch (error) {
      if (!isAborted(error)) {
        this.#list.show([], {nothing: '', hasMore: false});
        this.#say(error.message, true);
        announce(error.message);
      }
    }
  }

  #say(sentence, isError = false) {
    text(this.#reason, sentence ?? '');
    this.#reason.hidden = !sentence;
    this.#reason.classList.toggle('refused', isError);
  }

  #row(item) {
    const {scale} = this.#context;
    const because = item.because ?? [];
    return {
      lines: [
        el('span', {class: 'genres'}, genresOf(item)),
        because.length > 0 && el('span', {class: 'because'}, `because ${this.#who.subject} ${scale.rated} `,
          because.map((reason, index) => [
            index > 0 && ', ', nameOf(reason), ' ',
            el('span', {class: 'given'},
              reason.rating != null && el('span', {class: 'star', 'aria-hidden': 'true'}, '★'), scale.text(reason[scale.field])),
          ])),
      ],
      score: item.rating == null ? [
        el('b', {title: 'score, what the list is ordered by'}, el('span', {class: 'unseen'}, 'score '), scoreText(item.score)),
      ] : [
        el('b', {title: 'predicted rating'}, el('span', {class: 'unseen'}, 'predicted rating '), item.rating.toFixed(2)),
        shownRating(scale, Math.round(item.rating * 100) / 100),
        el('small', {title: 'what the list is ordered by'}, `score ${scoreText(item.score)}`),
      ],
    };
  }
}

const scoreText = score => (Number.isInteger(score) && Math.abs(score) >= 10 ? count(score) : score.toFixed(3));

/** Somebody new, known by the ratings they give here, or by what they choose. */
class You {
  #context;
  #key;
  #ratings;
  #names;
  #inputs = new Map();
  #mine = el('ul', {class: 'mine'});
  #often = el('ul', {class: 'mine'});
  #oftenTitle;
  #clear;
  #later = debounce(PAUSE_MILLIS, () => this.#ask());
  #recommendations;
  #popular;
  #shown = null;
  #heading = el('h3');

  constructor(context) {
    this.#context = context;
    this.#key = `ratings ${context.dataset}`;
    this.#oftenTitle = el('h3', {}, context.scale.field === 'rating' ? 'Often rated, if you know them' : 'Often chosen');
    const saved = memory.get(this.#key) ?? [];
    this.#ratings = new Map(saved.filter(entry => entry[context.scale.field] != null)
      .map(entry => [entry.itemId, entry[context.scale.field]]));
    this.#names = new Map(saved.map(entry => [entry.itemId, entry.name]));
    this.#clear = el('button', {type: 'button', class: 'link', on: {click: () => this.#removeAll()}}, 'Clear');
    this.#recommendations = new Recommendations(context, {
      heading: () => 'Recommended for you',
      fields: () => ({ratings: this.#rated()}),
      subject: 'you',
      rate: item => this.#seenIt(item),
    });
    this.#popular = new Popular(context, item => this.#seenIt(item));
    const search = new ItemSearch(context, item => this.#add(item));
    this.question = [
      search.element,
      el('div', {class: 'row heading'}, this.#heading, this.#clear), this.#mine,
      el('div', {class: 'row heading'}, this.#oftenTitle), this.#often,
    ];
    this.answer = el('div');
    this.call = el('div');
    this.filters = {
      update: info => {
        this.#recommendations.filters.update(info);
        this.#popular.filters.update(info);
      },
    };
    for (const itemId of this.#ratings.keys()) {
      this.#mine.append(this.#rowOf(itemId));
    }
    this.#showCounts();
  }

  /** Asks for recommendations; before the first rating, for what is popular. */
  #ask() {
    const view = this.#rated().length > 0 ? this.#recommendations : this.#popular;
    if (this.#shown !== view) {
      this.#shown = view;
      fill(this.answer, view.answer);
      fill(this.call, view.call);
    }
    view.refresh();
  }

  refresh() {
    this.#ask();
    this.#mine.append(...[...this.#often.children].filter(row => row.querySelector('.remove')));
    this.#showOften();
  }

  #rated() {
    const {field} = this.#context.scale;
    return [...this.#ratings].filter(([, rating]) => rating != null).map(([itemId, rating]) => ({itemId, [field]: rating}));
  }

  /** Adds an item without a rating, and goes to its stars. Where there are choices, the item is chosen once. */
  #add(item) {
    if (!this.#inputs.has(item.itemId)) {
      const isChoice = this.#context.scale.field === 'amount';
      this.#names.set(item.itemId, nameOf(item));
      this.#ratings.set(item.itemId, isChoice ? 1 : null);
      this.#mine.append(this.#rowOf(item.itemId));
      if (isChoice) {
        this.#rate(item.itemId, 1);
      }
      this.#showCounts();
    }
    this.#inputs.get(item.itemId).focus();
  }

  #rowOf(itemId) {
    const name = this.#names.get(itemId);
    const {scale} = this.#context;
    const input = inputOf(scale, `${scale.rate} ${name}`, this.#ratings.get(itemId),
      rating => this.#rate(itemId, rating));
    this.#inputs.set(itemId, input);
    const row = el('li', {}, el('span', {}, name), input.element, input.output);
    row.append(this.#removeButton(itemId, name, row));
    return row;
  }

  #removeButton(itemId, name, row) {
    return el('button', {
      type: 'button', class: 'remove', 'aria-label': `Remove ${name}`,
      on: {
        click: () => {
          const next = row.nextElementSibling ?? row.previousElementSibling;
          row.remove();
          this.#inputs.delete(itemId);
          this.#rate(itemId, undefined);
          next?.querySelector('input').focus();
        },
      },
    }, '×');
  }

  /** @param rating null if the item stays without one, undefined if it leaves the list */
  #rate(itemId, rating) {
    if (rating === undefined) {
      this.#ratings.delete(itemId);
    } else {
      this.#ratings.set(itemId, rating);
    }
    this.#remember();
    this.#showCounts();
    this.#later();
  }

  #remember() {
    memory.set(this.#key, this.#rated().map(entry => ({...entry, name: this.#names.get(entry.itemId)})));
  }

  #removeAll() {
    this.#ratings.clear();
    this.#inputs.clear();
    fill(this.#mine);
    this.#remember();
    this.#showCounts();
    this.refresh();
  }

  #showCounts() {
    const rated = this.#rated().length;
    const {noun, rate} = this.#context.scale;
    text(this.#heading, rated > 0 ? many(rated, noun) + ' of yours' : `${rate} a few items: search for them, or start with these`);
    this.#oftenTitle.parentElement.hidden = rated === 0;
    this.#clear.hidden = this.#inputs.size === 0;
  }

  /** The stars in a recommendation's details. */
  #seenIt(item) {
    const {scale} = this.#context;
    const input = inputOf(scale, `${scale.rate} ${nameOf(item)}`, this.#ratings.get(item.itemId) ?? null, rating => {
      this.#names.set(item.itemId, nameOf(item));
      if (!this.#inputs.has(item.itemId)) {
        this.#ratings.set(item.itemId, rating);
        this.#mine.append(this.#rowOf(item.itemId));
      }
      this.#inputs.get(item.itemId).rating = rating;
      this.#rate(item.itemId, rating);
    });
    return el('span', {class: 'seen'}, scale.field === 'rating' ? 'Know it? ' : 'Choose it ', input.element);
  }

  async #showOften() {
    try {
      const {answer} = await call('popular', {
        dataset: this.#context.dataset, n: OFTEN_RATED, period: 'all', deny: [...this.#ratings.keys()].slice(0, 10_000),
      });
      fill(this.#often, answer.popular.map(item => this.#suggestion(item)));
    } catch {
      // The search finds every item, too.
    }
  }

  #suggestion(item) {
    const name = nameOf(item);
    const {scale} = this.#context;
    const input = inputOf(scale, `${scale.rate} ${name}`, null, rating => {
      this.#names.set(item.itemId, name);
      if (!this.#inputs.has(item.itemId)) {
        this.#inputs.set(item.itemId, input);
        row.append(this.#removeButton(item.itemId, name, row));
      }
      this.#rate(item.itemId, rating);
    });
    const row = el('li', {}, el('span', {}, name), input.element, input.output);
    return row;
  }
}

/** A field that finds items as one types: a combobox with a list of options. */
class ItemSearch {
  #context;
  #choose;
  #signal = latest();
  #options = [];
  #active = -1;
  #list = el('ul', {class: 'options', id: 'found', role: 'listbox', 'aria-label': 'Items', hidden: true});
  #input;

  constructor(context, choose) {
    this.#context = context;
    this.#choose = choose;
    this.#input = el('input', {
      type: 'search', role: 'combobox', 'aria-expanded': 'false', 'aria-controls': 'found', 'aria-autocomplete': 'list',
      'aria-label': 'Search items by title', autocomplete: 'off', spellcheck: 'false',
      placeholder: `Search ${many(context.info.items, 'item')} by title or id`,
      on: {
        input: debounce(PAUSE_MILLIS, () => this.#search()),
        keydown: event => this.#key(event),
        blur: () => this.#close(),
        focus: () => this.#options.length > 0 && this.#open(),
      },
    });
    this.element = el('div', {class: 'search'}, el('span', {class: 'icon find'}), this.#input,
      el('kbd', {'aria-hidden': 'true'}, '/'), this.#list);
  }

  async #search() {
    const query = this.#input.value.trim();
    const signal = this.#signal();
    if (query === '') {
      this.#show([], '');
      return;
    }
    try {
      const {answer} = await call('items', {dataset: this.#context.dataset, query, n: SUGGESTIONS}, signal);
      this.#show(answer.items, query);
      announce(answer.total === 0 ? `No item matches ${query}` : `${many(answer.total, 'item')} found`);
    } catch (error) {
      if (!isAborted(error)) {
        this.#show([], query);
        fill(this.#list, el('li', {class: 'nothing', role: 'option', 'aria-disabled': 'true'}, error.message));
        this.#open();
      }
    }
  }

  #show(items, query) {
    this.#options = items;
    this.#active = items.length > 0 ? 0 : -1;
    fill(this.#list, items.length === 0 && query !== ''
      ? el('li', {class: 'nothing', role: 'option', 'aria-disabled': 'true'}, `No item matches “${query}”.`)
      : items.map((item, index) => el('li', {
        role: 'option', id: `found-${index}`, title: attributesOf(item),
        on: {
          mousedown: event => event.preventDefault(),
          click: () => this.#take(index),
        },
      }, el('span', {}, marked(nameOf(item), query)),
      el('small', {}, [genresOf(item), many(item.ratings, this.#context.scale.noun)].filter(Boolean).join(', ')))));
    if (query === '') {
      this.#close();
    } else {
      this.#open();
    }
  }

  #open() {
    this.#list.hidden = false;
    this.#input.setAttribute('aria-expanded', 'true');
    this.#point();
  }

  #close() {
    this.#list.hidden = true;
    this.#input.setAttribute('aria-expanded', 'false');
    this.#input.removeAttribute('aria-activedescendant');
  }

  #point() {
    [...this.#list.children].forEach((option, index) =>
      option.setAttribute('aria-selected', String(index === this.#active)));
    if (this.#active >= 0) {
      this.#input.setAttribute('aria-activedescendant', `found-${this.#active}`);
    }
  }

  #key(event) {
    const size = this.#options.length;
    if (event.key === 'Escape') {
      if (!this.#list.hidden) {
        event.preventDefault();
      }
      this.#close();
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && size > 0) {
      event.preventDefault();
      if (this.#list.hidden) {
        this.#open();
      } else {
        this.#active = (this.#active + (event.key === 'ArrowDown' ? 1 : size - 1)) % size;
        this.#point();
      }
    } else if (event.key === 'Enter' && this.#active >= 0 && !this.#list.hidden) {
      event.preventDefault();
      this.#take(this.#active);
    }
  }

  #take(index) {
    const item = this.#options[index];
    this.#input.value = '';
    this.#show([], '');
    this.#choose(item);
  }
}

/** A title whose words that match the query are marked. */
function marked(title, query) {
  const prefixes = query.toLowerCase().split(/\s+/).map(fold);
  return title.split(/([^\p{L}\p{N}]+)/u).map(word => {
    const prefix = prefixes.find(start => start !== '' && fold(word.toLowerCase()).startsWith(start));
    return prefix ? [el('mark', {}, word.slice(0, prefix.length)), word.slice(prefix.length)] : word;
  });
}

const fold = word => word.normalize('NFD').replace(/\p{M}/gu, '');

/** A user of the dataset: what they rated or chose beside what the model recommends. */
class KnownUser {
  #context;
  #user;
  #numbered;
  #shown = null;
  #field;
  #title = el('h3');
  #list = el('ul', {class: 'mine history'});
  #more;
  #problem = el('p', {class: 'refused', hidden: true});
  #offset = 0;
  #signal = latest();
  #recommendations;
  #figure = new CallFigure('history');

  constructor(context) {
    this.#context = context;
    const samples = context.info.sampleUsers ?? [];
    this.#numbered = typeof samples[0] === 'number';
    this.#user = memory.get(`user ${context.dataset}`) ?? samples[Math.floor(samples.length / 2)] ?? null;
    this.#field = el('input', {
      type: 'search', 'aria-label': 'User id', autocomplete: 'off', spellcheck: 'false', value: this.#user ?? '',
      placeholder: 'User id', on: {input: debounce(3 * PAUSE_MILLIS, () => this.#take(this.#field.value.trim()))},
    });
    this.#more = el('button', {type: 'button', class: 'link', hidden: true, on: {click: () => this.#history()}}, 'Show more');
    this.#recommendations = new Recommendations(context, {
      heading: () => `What the model recommends to user ${this.#user}`,
      fields: () => ({userId: this.#user}),
      subject: 'they',
      rate: null,
    });
    this.question = [
      el('div', {class: 'search'}, el('span', {class: 'icon find'}), this.#field),
      samples.length > 0 && el('p', {class: 'samples'}, 'For example ',
        samples.map(user => el('button', {type: 'button', class: 'link', on: {click: () => this.#suggest(user)}}, String(user)))),
      el('div', {class: 'row heading'}, this.#title), this.#problem, this.#list, this.#more,
    ];
    this.answer = this.#recommendations.answer;
    this.call = [this.#recommendations.call, this.#figure.element];
    this.filters = this.#recommendations.filters;
  }

  #suggest(user) {
    this.#field.value = user;
    this.#take(String(user));
  }

  #take(value) {
    if (value !== '' && value !== String(this.#user)) {
      this.#user = this.#numbered && String(Number(value)) === value ? Number(value) : value;
      memory.set(`user ${this.#context.dataset}`, this.#user);
      this.refresh();
    }
  }

  refresh() {
    if (this.#user == null) {
      text(this.#title, 'Enter the id of a user who is in the data');
      return;
    }
    this.#offset = 0;
    this.#history();
    this.#recommendations.refresh();
  }

  async #history() {
    const request = {dataset: this.#context.dataset, userId: this.#user, n: HISTORY_PAGE, offset: this.#offset || undefined};
    this.#figure.request(request);
    try {
      const {answer, millis} = await call('history', request, this.#signal());
      this.#figure.answer(answer, `${many(answer.total, this.#context.scale.noun)}, ${Math.round(millis)} ms`);
      const {scale} = this.#context;
      const rows = answer.ratings.map(entry => el('li', {},
        el('span', {}, nameOf(entry), ' ', entry.time && el('small', {}, day(entry.time))),
        shownRating(scale, entry.rating),
        el('span', {class: 'num', title: scale.describe(entry[scale.field])}, scale.text(entry[scale.field]))));
      if (this.#offset === 0) {
        fill(this.#list, rows);
      } else {
        this.#list.append(...rows);
      }
      this.#offset += rows.length;
      text(this.#title, `What user ${this.#user} ${scale.rated}: ${many(answer.total, 'item')}`);
      this.#more.hidden = this.#offset >= answer.total;
      this.#problem.hidden = true;
    } catch (error) {
      if (!isAborted(error)) {
        fill(this.#list);
        this.#more.hidden = true;
        text(this.#title, `User ${this.#user}`);
        text(this.#problem, error.message);
        this.#problem.hidden = false;
      }
    }
  }
}

/** What most users chose. */
class Popular {
  #context;
  #period = 'recent';
  #n = PAGE;
  #list;
  #figure = new CallFigure('popular');
  #signal = latest();
  #heading = el('h3');
  #problem = el('p', {class: 'reason refused', hidden: true});

  /** @param rate offers to rate an item; null if nobody can */
  constructor(context, rate = null) {
    this.#context = context;
    this.filters = new Filters(context, () => this.refresh(), {withOrder: false});
    this.#list = new ItemList(context, {
      row: item => ({
        lines: el('span', {class: 'genres'}, genresOf(item)),
        score: [el('b', {}, count(item.ratings)), el('small', {}, context.scale.noun + (item.ratings === 1 ? '' : 's'))],
      }),
      rate,
      similarFilters: null,
      more: () => {
        this.#n += PAGE;
        this.refresh();
      },
    });
    this.question = [
      el('p', {class: 'hint'}, `The items with the most ${context.scale.noun}s. Every model is measured against this list: it has to`
        + ' find what people choose better than what everybody chooses.'),
      el('div', {class: 'choices', role: 'radiogroup', 'aria-label': 'Period'},
        [['recent', `Lately: the last fifth of the ${context.scale.noun}s`], ['all', 'Ever']].map(([value, label]) => el('label', {},
          el('input', {
            type: 'radio', name: 'period', value, checked: value === this.#period,
            on: {
              change: () => {
                this.#period = value;
                this.refresh();
              },
            },
          }), label))),
    ];
    this.answer = [this.#heading, this.filters.element, this.#problem, this.#list.element];
    this.call = this.#figure.element;
  }

  async refresh() {
    const request = {dataset: this.#context.dataset, n: this.#n, period: this.#period, ...this.filters.fields};
    this.#figure.request(request);
    try {
      const {answer, millis} = await call('popular', request, this.#signal());
      this.#figure.answer(answer, `${many(answer.candidates, 'candidate')}, ${Math.round(millis)} ms`);
      text(this.#heading, answer.period === 'recent' ? 'Popular lately' : 'Popular ever');
      this.#problem.hidden = true;
      this.#list.show(answer.popular, {
        nothing: 'No item passes these filters. Loosen one of them.',
        hasMore: answer.popular.length === this.#n && answer.candidates > this.#n,
      });
      announce(many(answer.candidates, 'candidate'));
      this.#context.answered(answer.model);
    } catch (error) {
      if (!isAborted(error)) {
        this.#list.show([], {nothing: '', hasMore: false});
        text(this.#problem, error.message);
        this.#problem.hidden = false;
      }
    }
  }
}
