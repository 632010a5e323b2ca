// Ratings on a dataset's scale: stars where it has at most ten steps, else a slider. Where there are choices without
// ratings, how often somebody chose an item.

import {el, style, text} from './dom.js';

const MAX_STEPS = 10;
const SLIDER_STEPS = 20;

/** The ratings that a person can give. */
export class Scale {
  field = 'rating';
  noun = 'rating';
  rate = 'Rate';
  rated = 'rated';

  /** @param info a model's description, with ratingMin, ratingMax and, if declared, ratingStep */
  constructor(info) {
    this.min = info.ratingMin;
    this.max = info.ratingMax;
    const range = this.max - this.min;
    const halves = Number.isInteger(2 * this.min) && 2 * range < MAX_STEPS;
    this.step = info.ratingStep ?? (range === 0 ? 1 : halves ? 0.5 : range / SLIDER_STEPS);
    this.steps = Math.round(range / this.step) + 1;
    this.stars = this.steps <= MAX_STEPS && this.min >= 0 && this.max <= MAX_STEPS
      && Number.isInteger(this.max) ? this.max : 0;
    this.digits = [0, 1, 2].find(d => isWhole(this.step * 10 ** d) && isWhole(this.min * 10 ** d)) ?? 2;
  }

  /** The rating at a position of the input; position 0 is no rating. */
  rating(position) {
    return position === 0 ? null : Number((this.min + (position - 1) * this.step).toFixed(6));
  }

  position(rating) {
    return rating == null ? 0 : Math.round((rating - this.min) / this.step) + 1;
  }

  text(rating) {
    return rating == null ? '–' : rating.toFixed(this.digits);
  }

  /** How much of the stars, or of the bar, a rating fills, from 0 to 1. */
  filled(rating) {
    if (rating == null) {
      return 0;
    }
    const from = this.stars > 0 ? 0 : this.min;
    return this.max === from ? 1 : Math.min(1, Math.max(0, (rating - from) / (this.max - from)));
  }

  describe(rating) {
    if (rating == null) {
      return 'not rated';
    }
    return this.stars > 0
      ? `${this.text(rating)} of ${this.stars} stars`
      : `${this.text(rating)} on a scale from ${this.min} to ${this.max}`;
  }
}

/** The amounts of choices: any number above 0, by default 1. */
export class Amounts {
  field = 'amount';
  noun = 'choice';
  rate = 'Choose';
  rated = 'chose';

  text(amount) {
    return amount == null ? '–' : `×${NUMBER.format(amount)}`;
  }

  describe(amount) {
    return amount == null ? 'not chosen' : amount === 1 ? 'chosen once' : `chosen ${NUMBER.format(amount)} times`;
  }
}

const NUMBER = new Intl.NumberFormat('en', {maximumFractionDigits: 1});

/** What a model's dataset consists of, from the model's description. */
export const scaleOf = info => (info.feedback === 'choices' ? new Amounts() : new Scale(info));

const isWhole = number => Math.abs(number - Math.round(number)) < 1e-9;

const percent = share => `${(100 * share).toFixed(1)}%`;

/** Shows a rating that cannot be changed; of a choice, the text says all. */
export function shownRating(scale, rating) {
  if (scale instanceof Amounts) {
    return el('span');
  }
  return style(
    el('span', {class: scale.stars > 0 ? 'stars' : 'bar', role: 'img', 'aria-label': scale.describe(rating)}),
    {'--fill': percent(scale.filled(rating)), '--stars': scale.stars});
}

/** An input for what the dataset consists of. */
export const inputOf = (scale, label, value, change) =>
  new (scale instanceof Amounts ? AmountInput : RatingInput)(scale, label, value, change);

/** An input of how often somebody chose an item; empty or 0 takes the choice away. */
class AmountInput {
  #input;
  output = el('output', {class: 'num'});

  constructor(scale, label, amount, change) {
    this.#input = el('input', {
      type: 'number', min: 0, step: 'any', inputmode: 'decimal', placeholder: '0', value: amount ?? '',
      'aria-label': `${label}, how often`, on: {input: () => change(this.rating)},
    });
    this.element = el('span', {class: 'times'}, '×', this.#input);
  }

  get rating() {
    const amount = Number(this.#input.value);
    return amount > 0 ? amount : null;
  }

  set rating(amount) {
    this.#input.value = amount ?? '';
  }

  focus() {
    this.#input.focus();
  }
}

/**
 * An input of a rating: a native range, so arrows, touch and screen readers work by themselves. 0 and
 * Delete take the rating away.
 */
class RatingInput {
  #scale;
  #input;
  #output = el('output', {class: 'num'});

  /**
   * @param label what is rated
   * @param change called with each new rating, null for none
   */
  constructor(scale, label, rating, change) {
    this.#scale = scale;
    this.#input = el('input', {
      type: 'range', min: 0, max: scale.steps, step: 1, value: scale.position(rating), 'aria-label': label,
      on: {
        input: () => {
          this.#show();
          change(this.rating);
        },
        keydown: event => {
          if (event.key === '0' || event.key === 'Delete') {
            event.preventDefault();
            this.rating = null;
            change(null);
          }
        },
      },
    });
    this.element = el('span', {class: scale.stars > 0 ? 'rate' : 'rate slider'}, this.#input);
    style(this.element, {'--stars': scale.stars});
    this.output = this.#output;
    this.#show();
  }

  get rating() {
    return this.#scale.rating(Number(this.#input.value));
  }

  set rating(rating) {
    this.#input.value = this.#scale.position(rating);
    this.#show();
  }

  focus() {
    this.#input.focus();
  }

  #show() {
    style(this.element, {'--fill': percent(this.#scale.filled(this.rating))});
    this.#input.setAttribute('aria-valuetext', this.#scale.describe(this.rating));
    text(this.#output, this.#scale.text(this.rating));
  }
}
