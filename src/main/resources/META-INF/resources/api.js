// The server's calls: functions, uploads and events.

/** What the server refused, in its own words. */
export class ApiError extends Error {
  /** @param status the HTTP status; 0 without an answer */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

const NO_ANSWER = `No answer from the server at ${location.host}.`;

/**
 * Calls a function.
 *
 * @returns its answer, and the milliseconds until it arrived
 * @throws ApiError if the server refuses or does not answer; an AbortError if `signal` aborts it
 */
export async function call(name, request, signal) {
  const start = performance.now();
  let response;
  try {
    response = await fetch(name, {
      method: 'POST',
      headers: {'Content-Type': 'application/json'},
      body: JSON.stringify(request),
      signal,
    });
  } catch (error) {
    throw error.name === 'AbortError' ? error : new ApiError(NO_ANSWER, 0);
  }
  const answer = await response.text().then(parsed).catch(() => null);
  if (!response.ok) {
    throw refusal(response.status, answer);
  }
  return {answer, millis: performance.now() - start};
}

/** Parses JSON. Ids with more digits than a number of JavaScript holds become texts, which the server takes, too. */
const parsed = json => JSON.parse(json, (key, value, context) =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) ? context?.source ?? value : value);

function refusal(status, answer) {
  return new ApiError(answer?.error ?? `The server answered with status ${status}.`, status);
}

/** Whether an error only says that a newer call took this one's place. */
export const isAborted = error => error.name === 'AbortError';

/** Returns a function that aborts the signal it gave before, and gives a new one. */
export function latest() {
  let controller;
  return () => {
    controller?.abort();
    controller = new AbortController();
    return controller.signal;
  };
}

/**
 * Sends a file. Only XMLHttpRequest tells how much of it has left.
 *
 * @param progress called with a number from 0 to 1
 * @returns the answer, with the upload's key
 */
export function upload(file, progress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', uploadPath(file.name));
    request.responseType = 'json';
    request.upload.addEventListener('progress', event => {
      if (event.lengthComputable) {
        progress(event.loaded / event.total);
      }
    });
    request.addEventListener('load', () =>
      request.status < 300
        ? resolve(request.response)
        : reject(refusal(request.status, request.response)));
    request.addEventListener('error', () => reject(new ApiError(NO_ANSWER, 0)));
    request.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

const uploadPath = name => `uploads/${encodeURIComponent(name)}`;

/**
 * Listens to the server's runs, and reconnects for as long as the page is open.
 *
 * @param listener has `state(state)`, `run(run)`, and `lost()` for when the connection breaks
 */
export function listen(listener) {
  const events = new EventSource('events');
  events.addEventListener('state', event => listener.state(JSON.parse(event.data)));
  events.addEventListener('run', event => listener.run(JSON.parse(event.data)));
  events.addEventListener('error', () => {
    listener.lost();
    // The browser reconnects by itself, except after an answer that is not a stream of events.
    if (events.readyState === EventSource.CLOSED) {
      setTimeout(() => listen(listener), 2000);
    }
  });
}

/** Returns the shell command that makes a call, in pieces of which each is one field or list entry. */
export function curlPieces(name, request) {
  const pieces = [`curl -s ${location.host}/${name} -d '{`];
  const fields = Object.entries(request).filter(([, value]) => value !== undefined);
  fields.forEach(([field, value], index) => {
    const comma = index > 0 ? ',' : '';
    const key = `${comma}${JSON.stringify(field)}:`;
    if (Array.isArray(value)) {
      pieces.push(`${key}[`);
      value.forEach((entry, at) => {
        if (at > 0) {
          pieces.push(',');
        }
        pieces.push(quoted(entry));
      });
      pieces.push(']');
    } else {
      pieces.push(key + quoted(value));
    }
  });
  pieces.push("}'");
  return pieces;
}

/** Returns the shell command that makes a call. */
export const curl = (name, request) => curlPieces(name, request).join('');

/** Returns the shell command that sends a file. */
export const curlUpload = name =>
  `curl -s -T ${shellWord(name)} ${location.host}/${uploadPath(name).replaceAll("'", '%27')}`;

const quoted = value => JSON.stringify(value).replaceAll("'", "'\\''");

const shellWord = word => (/^[\w.-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
