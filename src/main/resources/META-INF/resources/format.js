// Numbers, sizes, times and dates as text.

const counts = new Intl.NumberFormat('en');
const days = new Intl.DateTimeFormat('en-GB', {day: 'numeric', month: 'short', year: 'numeric'});
const months = new Intl.DateTimeFormat('en-GB', {month: 'short', year: 'numeric'});
const times = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit'});

/** 1234567 as 1,234,567. */
export const count = number => counts.format(number);

/** A count with its noun, whose plural ends in s. */
export const many = (number, noun) => `${count(number)} ${noun}${number === 1 ? '' : 's'}`;

/** Bytes with a decimal unit. */
export function bytes(number) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (number >= 1000 && unit < units.length - 1) {
    number /= 1000;
    unit++;
  }
  return `${unit === 0 || number >= 100 ? Math.round(number) : number.toFixed(1)} ${units[unit]}`;
}

/** Seconds as a person says them. */
export function seconds(number) {
  if (number < 0.05) {
    return '0.0 s';
  }
  if (number < 10) {
    return `${number.toFixed(1)} s`;
  }
  if (number < 100) {
    return `${Math.round(number)} s`;
  }
  return number < 6000 ? `${Math.round(number / 60)} min` : `${(number / 3600).toFixed(1)} h`;
}

/** A rate per second: 219 k/s. */
export function rate(number) {
  if (number >= 999_500) {
    return `${(number / 1e6).toFixed(number < 1e7 ? 1 : 0)} M/s`;
  }
  return number >= 1000 ? `${Math.round(number / 1000)} k/s` : `${Math.round(number)}/s`;
}

/** A time as day, month and year, in this browser's time zone. */
export const day = time => days.format(new Date(time));

/** A time as month and year. */
export const month = time => months.format(new Date(time));

/** A time as hour and minute, before today with its day. */
export function moment(time) {
  const date = new Date(time);
  const today = date.toDateString() === new Date().toDateString();
  return today ? times.format(date) : `${days.format(date)}, ${times.format(date)}`;
}

/** The first characters of an id; the whole is in the title and in every call. */
export const shortId = id => String(id).slice(0, 10);

/** An error or NDCG with four digits. */
export const metric = number => number.toFixed(4);
