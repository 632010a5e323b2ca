// The figure below every answer: the shell command that gives it, and the answer itself.

import {el, fill, text} from './dom.js';
import {curlPieces} from './api.js';

const COPIED_MILLIS = 1500;

/** A button that copies the text which `source` returns. */
export function copyButton(source, label = 'Copy the command') {
  const face = el('span', {}, 'Copy');
  const button = el('button', {type: 'button', class: 'link', 'aria-label': label, on: {click: copy}}, face);
  async function copy() {
    try {
      await navigator.clipboard.writeText(source());
      text(face, 'Copied');
    } catch {
      text(face, 'Not allowed');
    }
    setTimeout(() => text(face, 'Copy'), COPIED_MILLIS);
  }
  return button;
}

/** A figure with shell commands that do not change. */
export function commandFigure(title, note, command) {
  return el('figure', {class: 'call'},
    el('figcaption', {}, el('code', {}, title), el('span', {}, note), copyButton(() => command)),
    el('pre', {}, command));
}

/** A figure of one function's call. It marks what the call has that the one before it had not. */
export class CallFigure {
  #name;
  #note = el('span', {class: 'num'});
  #command = el('pre', {});
  #answer = el('pre', {tabindex: 0, 'aria-label': 'The answer as JSON'});
  #details;
  #before = null;
  #last = null;

  constructor(name) {
    this.#name = name;
    this.#details = el('details', {on: {toggle: () => this.#showAnswer()}},
      el('summary', {}, 'The answer'), this.#answer);
    this.element = el('figure', {class: 'call'},
      el('figcaption', {}, el('code', {}, `POST /${name}`), this.#note,
        copyButton(() => this.#command.textContent)),
      this.#command, this.#details);
  }

  /** Shows a call before its answer is there. */
  request(request) {
    const pieces = curlPieces(this.#name, request);
    const command = pieces.join('');
    if (command === this.#command.textContent) {
      return;
    }
    const before = this.#before;
    fill(this.#command, pieces.map(piece =>
      before && /\w/.test(piece) && !before.has(piece) ? el('mark', {}, piece) : piece));
    this.#before = new Set(pieces);
  }

  /** Shows what came of it. */
  answer(answer, note) {
    this.#last = answer;
    text(this.#note, note);
    this.#showAnswer();
  }

  #showAnswer() {
    if (this.#details.open) {
      text(this.#answer, JSON.stringify(this.#last, null, 1));
    }
  }
}
