// SPDX-License-Identifier: GPL-3.0-or-later
// Messages of the interface and numbers, in the language of the reader.
import { weave } from './dom.js';

export const catalogue = JSON.parse(document.getElementById('ipsim-messages').textContent);
const LOCALES = { nb: 'nb-NO', en: 'en-GB' };
let language = 'en';
let currency = '';

export function setLanguage(code) {
  language = catalogue[code] ? code : 'en';
}
export function currentLanguage() {
  return language;
}
export function setCurrency(code) {
  currency = code === 'currency units' ? '' : code || '';
}

export function has(key) {
  return catalogue[language][key] !== undefined;
}
/* A message as text. */
export function t(key, values) {
  const pattern = catalogue[language][key] ?? catalogue.en[key] ?? key;
  return values ? pattern.replace(/\{([a-z_]+)\}/g, (all, name) => (values[name] !== undefined ? values[name] : all)) : pattern;
}
/* A message with nodes in it. */
export function tx(key, values) {
  return weave(catalogue[language][key] ?? catalogue.en[key] ?? key, values || {});
}
/* Words of the bundled scenarios that we have in the reader's language; others stay as they are. */
export function gloss(text) {
  const words = catalogue[language].glossary;
  return words && typeof text === 'string' && Object.hasOwn(words, text) ? words[text] : text;
}

/* A name in the middle of a sentence: "the health service" where its label is "Health service". Names we do not know stay as they are. */
export function inline(text) {
  const words = catalogue[language].inline;
  return words && typeof text === 'string' && Object.hasOwn(words, text) ? words[text] : text;
}
/* A source without the key of the row in the evidence that some begin with: "reme_age: Fyhn 2021". The key stands in the files. */
export function sourceText(text) {
  return (text || '').replace(/(^|; )[a-z]+(?:_[a-z0-9]+)+(?: \([^)]*\))?: /g, '$1');
}

export function quoted(items) {
  return items.map((x) => t('quote', { x }));
}
export function list(items) {
  return new Intl.ListFormat(LOCALES[language], { type: 'conjunction' }).format(items);
}

// ---- numbers ----
const formats = new Map();
function format(options) {
  const key = language + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(LOCALES[language], options));
  return formats.get(key);
}

/* A true minus sign, and blanks that do not break. */
function tidy(text) {
  return text.replace(/-/g, '\u2212').replace(/[ \u202f]/g, '\u00a0');
}

export function fixed(value, decimals = 0, sign = false) {
  if (!Number.isFinite(value)) return '–';
  const options = { minimumFractionDigits: Math.max(0, decimals), maximumFractionDigits: Math.max(0, decimals) };
  const power = 10 ** Math.max(0, -decimals);
  let rounded = decimals < 0 ? Math.round(value / power) * power : value;
  if (Math.abs(rounded) < 0.5 * 10 ** -Math.max(0, decimals)) rounded = 0;
  return tidy((sign && rounded > 0 ? '+' : '') + format(options).format(rounded));
}

/* Decimals (negative: tens, hundreds) that show `digits` significant digits. */
export function decimalsFor(value, digits = 3) {
  const size = Math.abs(value);
  if (!Number.isFinite(size) || size === 0) return 0;
  return Math.min(6, digits - 1 - Math.floor(Math.log10(size) + 1e-9));
}

export function number(value, digits = 3) {
  if (!Number.isFinite(value)) return '–';
  return fixed(value, Math.max(0, decimalsFor(value, digits)));
}

export function integer(value) {
  return fixed(value, 0);
}

/* Years are read as labels: 1.5, 3.6, 49. */
export function year(value) {
  return tidy(format({ maximumFractionDigits: 2 }).format(value));
}

export function percent(share, decimals = 0) {
  const text = (value) => tidy(`${fixed(value, decimals)}${language === 'nb' ? ' ' : ''}%`);
  if (!Number.isFinite(share)) return '–';
  if (decimals === 0 && share > 0 && share < 0.005) return t('less_than', { x: text(1) });
  if (decimals === 0 && share < 1 && share > 0.995) return t('more_than', { x: text(99) });
  return text(100 * share);
}

/* As many decimals as an interval or an error has to tell. */
export function decimalsOf(figure) {
  const width = Math.abs(figure.high - figure.low) / 4;
  if (!Number.isFinite(width) || width === 0) return decimalsFor(figure.mean, 3);
  const decimals = Math.min(6, decimalsFor(width, 1) + (width / 10 ** Math.floor(Math.log10(width)) < 3 ? 1 : 0));
  /* An end that is not zero must not be shown as zero: the reader would take the interval to include it. */
  const excludes = figure.low > 0 || figure.high < 0;
  const nearest = Math.min(Math.abs(figure.low), Math.abs(figure.high));
  return excludes && nearest < 0.5 * 10 ** -decimals ? Math.min(6, decimalsFor(nearest, 1)) : decimals;
}

/* {mean, low, high} times a factor. */
export function scaled(figure, factor) {
  return { ...figure, mean: figure.mean * factor, low: figure.low * factor, high: figure.high * factor };
}

export function estimate(figure, sign = false) {
  return fixed(figure.mean, decimalsOf(figure), sign);
}
export function interval(figure, sign = false) {
  if (!Number.isFinite(figure.low) || !Number.isFinite(figure.high)) return '–';
  const decimals = decimalsOf(figure);
  return t('interval', { low: fixed(figure.low, decimals, sign), high: fixed(figure.high, decimals, sign) });
}

// ---- money ----
export function currencyName() {
  return currency === 'NOK' && language === 'nb' ? 'kr' : currency;
}
/* The scale in which amounts of this size are easy to read. */
export function moneyScale(largest) {
  const size = Math.abs(largest);
  return size >= 1e9 ? { factor: 1e-9, word: 'billion' } : size >= 1e6 ? { factor: 1e-6, word: 'million' } : { factor: 1, word: '' };
}
export function moneyUnit(scale) {
  const name = currencyName();
  if (!scale || !scale.word) return name || t('money.units');
  return t(`money.${scale.word}`, { currency: name }).trim();
}
function dress(text, word) {
  const name = currencyName();
  const amount = word ? t(`money.amount.${word}`, { x: text }) : text;
  if (!name) return amount;
  return language === 'nb' ? `${amount}\u00a0${name}` : `${name}\u00a0${amount}`;
}
/* "407 mill. kr", "NOK 407 million". */
export function money(value, digits = 3) {
  if (!Number.isFinite(value)) return '–';
  const scale = moneyScale(value);
  return dress(fixed(value * scale.factor, Math.max(scale.word ? 0 : Math.min(0, decimalsFor(value, digits)), decimalsFor(value * scale.factor, digits))), scale.word);
}
export function moneyExact(value) {
  return Number.isFinite(value) ? dress(fixed(value, 0), '') : '–';
}
/* The mean of a figure, as exact as its interval allows. */
export function moneyEstimate(figure) {
  const scale = moneyScale(Math.max(Math.abs(figure.low), Math.abs(figure.high), Math.abs(figure.mean)) || figure.mean);
  const inside = scaled(figure, scale.factor);
  return dress(fixed(inside.mean, Math.min(decimalsOf(inside), scale.word ? 6 : 0)), scale.word);
}
/* "8.2 ± 1.6": an estimate and its standard error, as exact as that is. */
export function estimateWithError(value, se, most = 6) {
  const decimals = Math.min(decimalsOf({ mean: value, low: value - 2 * se, high: value + 2 * se }), most);
  return `${fixed(value, decimals)} ± ${fixed(se, decimals)}`;
}
/* "NOK 8.2 ± 1.6 million" */
export function moneyWithError(value, se) {
  if (!(se > 0)) return money(value);
  const scale = moneyScale(Math.max(Math.abs(value), se));
  return dress(estimateWithError(value * scale.factor, se * scale.factor, scale.word ? 6 : 0), scale.word);
}
export function opposite(figure) {
  return { ...figure, mean: -figure.mean, low: -figure.high, high: -figure.low };
}
/* A value of a parameter: its digits, no more. */
export function plain(value, digits = 4) {
  return Number.isFinite(value) ? tidy(format({ maximumSignificantDigits: digits }).format(value)) : '–';
}
export function moneyInterval(figure) {
  const scale = moneyScale(Math.max(Math.abs(figure.low), Math.abs(figure.high)));
  const inside = scaled(figure, scale.factor);
  return dress(interval(inside), scale.word);
}
