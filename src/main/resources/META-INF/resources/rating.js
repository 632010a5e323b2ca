// Ratings on a dataset's scale: stars where it has at most ten steps, else a slider.

import {el, style, text} from './dom.js';

const MAX_STEPS = 10;
const SLIDER_STEPS = 20;

/** The ratings that a person can give. */
export class Scale {
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

const isWhole = number => Math.abs(number - Math.round(number)) < 1e-9;

const percent = share => `${(100 * share).toFixed(1)}%`;

/** Shows a rating that cannot be changed. */
export function shownRating(scale, rating) {
  return style(
    el('span', {class: scale.stars > 0 ? 'stars' : 'bar', role: 'img', 'aria-label': scale.describe(rating)}),
    {'--fill': percent(scale.filled(rating)), '--stars': scale.stars});
}

/**
 * An input of a rating: a native range, so arrows, touch and screen readers work by themselves. 0 and
 * Delete take the rating away.
 */
export class RatingInput {
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
