// Models: the versions of a dataset, how good each is, and which one answers.

import {announce, byId, el, fill, text} from './dom.js';
import {call, curl} from './api.js';
import {count, many, moment, shortId} from './format.js';
import {CallFigure, commandFigure} from './call.js';
import {errorScore, rankingScore, reportLink, verdictOf, verdictText} from './scores.js';

/** The section of one dataset's versions. */
export class Models {
  #body = byId('models-body');
  #note = byId('models-note');
  #published;
  #figure = new CallFigure('models');
  #shown = '';

  /** @param published called after an earlier version was published */
  constructor(published) {
    this.#published = published;
  }

  /** Asks for every dataset's versions. Returns the datasets. */
  async load() {
    const request = {};
    const {answer, millis} = await call('models', request);
    this.#figure.request(request);
    this.#figure.answer(answer, `${many(answer.datasets.length, 'dataset')}, ${Math.round(millis)} ms`);
    return answer.datasets;
  }

  /** Shows a dataset's versions; undefined if there is none. */
  show(entry) {
    const shown = JSON.stringify(entry ?? null);
    if (shown === this.#shown) {
      return;
    }
    this.#shown = shown;
    if (!entry || entry.versions.length === 0) {
      text(this.#note, '');
      fill(this.#body, el('p', {class: 'later'}, 'No version yet. Each appears here with its scores beside the baselines.'));
      return;
    }
    text(this.#note, `Judged on ${entry.versions[0].feedback === 'choices' ? 'choices' : 'ratings'} from after those they learned from. A tick is a baseline.`);
    const hasVerdicts = entry.versions.some(version => version.verdict);
    fill(this.#body,
      el('div', {class: 'card'}, el('table', {class: 'models'},
        el('caption', {class: 'unseen'}, `Versions of the model of ${entry.dataset}`),
        el('thead', {}, el('tr', {},
          ['Version', 'Trained', 'RMSE, lower is better', 'NDCG@10, higher is better', ...(hasVerdicts ? ['Gate'] : [])]
            .map(title => el('th', {scope: 'col'}, title)),
          el('th', {scope: 'col'}, el('span', {class: 'unseen'}, 'Actions')))),
        el('tbody', {}, entry.versions.map(version => this.#row(entry, version, hasVerdicts))))),
      this.#figure.element);
  }

  #row(entry, version, hasVerdicts) {
    return el('tr', {class: version.current ? 'current' : ''},
      el('td', {}, el('code', {title: version.model}, shortId(version.model)),
        version.current && el('span', {class: 'badge'}, 'serving'),
        version.scoredModel && version.scoredModel !== version.model
          && el('small', {title: version.scoredModel}, `scores of ${shortId(version.scoredModel)}`)),
      el('td', {}, version.trained ? moment(version.trained) : 'unknown',
        el('small', {}, `${many(version.ratings, version.feedback === 'choices' ? 'choice' : 'rating')}, ${count(version.users)} × ${count(version.items)}`)),
      el('td', {'data-label': 'RMSE'}, errorScore(version.scores, version.feedback)),
      el('td', {'data-label': 'NDCG@10'}, rankingScore(version.scores)),
      hasVerdicts && el('td', {class: 'gate'}, version.verdict && verdictOf(version.verdict)),
      el('td', {class: 'actions'},
        !version.current && el('button', {
          type: 'button', class: 'link', on: {click: () => this.#ask(entry, version)},
        }, version.published ? 'Publish again' : 'Publish', el('span', {class: 'unseen'}, ` ${shortId(version.model)}`)),
        reportLink(version.report)));
  }

  /** Asks before another version answers. The dialog starts on the safe button. */
  #ask(entry, version) {
    const held = version.verdict && version.verdict.decision !== 'accepted';
    const request = {dataset: entry.dataset, model: version.model, force: held ? entry.model ?? undefined : undefined};
    const problem = el('p', {class: 'refused', role: 'alert', hidden: true});
    const keep = el('button', {type: 'button', class: 'button', autofocus: true, on: {click: () => dialog.close()}},
      entry.model ? `Keep ${shortId(entry.model)}` : 'Cancel');
    const publish = el('button', {
      type: 'button', class: 'button main',
      on: {
        click: async () => {
          publish.disabled = true;
          try {
            await call('publish', request);
            dialog.close();
            announce(`${shortId(version.model)} answers now`);
            this.#published();
          } catch (error) {
            publish.disabled = false;
            text(problem, error.message);
            problem.hidden = false;
          }
        },
      },
    }, held ? 'Publish anyway' : 'Publish');
    const dialog = el('dialog', {'aria-labelledby': 'ask', on: {close: () => dialog.remove()}},
      el('h2', {id: 'ask'}, `Let ${shortId(version.model)} answer?`),
      el('p', {}, `It answers for ${entry.dataset} from the next request on.`,
        entry.model && ` ${shortId(entry.model)} stays in the list; you can publish it again.`),
      held && el('p', {class: 'hold'}, `${verdictText(version.verdict)}. `, (version.verdict.reasons ?? []).join(' ')),
      commandFigure('POST /publish', '', curl('publish', request)), problem,
      el('div', {class: 'row end'}, keep, publish));
    document.body.append(dialog);
    dialog.showModal();
    keep.focus();
  }
}
