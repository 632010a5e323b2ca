// A model's scores beside their baselines. No number stands without one.

import {el, style} from './dom.js';
import {metric, shortId} from './format.js';

/** The ways of ranking that are the model's, the one that orders recommendations first. */
const OWN = ['preference', 'rating'];
const BASELINES = {mostPopular: 'most popular', recentlyPopular: 'popular lately'};

/** The error of predicted ratings beside the one of biases alone; a model of choices predicts none. */
export function errorScore(scores, feedback) {
  if (feedback === 'choices') {
    return [el('span', {class: 'mute'}, 'no ratings')];
  }
  if (scores?.rmse == null) {
    return unknown();
  }
  const baselines = scores.baselineRmse == null ? [] : [['biases alone', scores.baselineRmse]];
  return score(scores.rmse, baselines, 'rating');
}

/** The NDCG@10 of recommendations beside the one of popular items. */
export function rankingScore(scores) {
  const ndcg = scores?.ndcgAt10 ?? {};
  const own = OWN.find(ranker => ndcg[ranker] != null);
  if (!own) {
    return unknown();
  }
  const baselines = Object.entries(BASELINES).filter(([ranker]) => ndcg[ranker] != null);
  return score(ndcg[own], baselines.map(([ranker, name]) => [name, ndcg[ranker]]), 'ranking');
}

const unknown = () => [el('span', {class: 'mute'}, 'not judged')];

/** A number, its place on a line with a tick for each baseline, and the baselines in words. */
function score(value, baselines, kind) {
  const values = [value, ...baselines.map(([, other]) => other)];
  // Errors differ by a few percent, so their line does not begin at 0; only the places mean something.
  const from = kind === 'rating' ? 0.8 * Math.min(...values) : 0;
  const to = Math.max(...values) * 1.08 || 1;
  const place = number => ({'--at': `${((100 * (number - from)) / (to - from)).toFixed(1)}%`});
  return [
    el('b', {class: 'num'}, metric(value)),
    el('span', {class: `line ${kind}`, 'aria-hidden': 'true'},
      baselines.map(([, other]) => style(el('i', {class: 'tick'}), place(other))),
      style(el('i', {class: 'point'}), place(value))),
    baselines.map(([name, other]) => el('small', {class: 'num'}, `${name} ${metric(other)}`)),
  ];
}

/** The gate's decision on a model, in words. */
export function verdictText(verdict) {
  return {accepted: 'Accepted', refused: 'Held back', insufficientEvidence: 'Too little evidence'}[verdict.decision]
    ?? verdict.decision;
}

/** The gate's decision with its icon and reasons. */
export function verdictOf(verdict) {
  const accepted = verdict.decision === 'accepted';
  return [
    el('b', {class: accepted ? 'ok' : 'hold'}, el('span', {class: `icon ${accepted ? 'done' : 'hold'}`}), verdictText(verdict)),
    (verdict.reasons ?? []).map(reason => el('small', {}, reason)),
  ];
}

/** A link to a model's report, whose key is its path on this server; nothing without one, or if it leads elsewhere. */
export function reportLink(key) {
  const [, , model] = String(key ?? '').split('/');
  return isLocal(key) && el('a', {class: 'link', href: key}, 'Report', el('span', {class: 'unseen'}, ` of ${shortId(model)}`));
}

/** Whether a link of an answer leads to a page of this server. */
function isLocal(link) {
  try {
    return Boolean(link) && new URL(link, location.href).origin === location.origin;
  } catch {
    return false;
  }
}
