// SPDX-License-Identifier: GPL-3.0-or-later
// Drives Chromium over reports and prints the Test Anything Protocol. node report.mjs DATA FOLDER CHROMIUM FIRST; see test_browser.sh.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseCsv, readCsv } from './csv.mjs';
import { trace } from './trace.mjs';

const [data, folder, executablePath, first] = process.argv.slice(2);
const require = createRequire(path.join(folder, 'package.json'));
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const messages = JSON.parse(fs.readFileSync('model/report/web/messages.json', 'utf8'));
const shots = path.join(folder, 'screenshots');

let number = Number(first);
function check(title, problems) {
  number += 1;
  const list = [].concat(problems).filter((problem) => problem !== null && problem !== undefined && problem !== false && problem !== '');
  console.log(`${list.length ? 'not ok' : 'ok'} ${number} - ${title}`);
  list.slice(0, 12).forEach((problem) => console.log(`# ${String(problem).replace(/\n/g, '\n# ')}`));
}
const unless = (fine, problem) => (fine ? null : problem);

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });

/* A page that remembers what went wrong on it. */
async function open(name, { width = 1280, height = 900, scheme = 'light', language = null } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, acceptDownloads: true, offline: true });
  const page = await context.newPage();
  const trouble = [];
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) trouble.push(`console: ${message.text()}`); });
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
  page.on('request', (request) => { if (!/^(file|blob|data):/.test(request.url())) trouble.push(`request: ${request.url()}`); });
  await page.goto(`file://${path.join(data, name)}`);
  await page.waitForSelector('#trust');
  if (language) await page.click(`#language-${language}`);
  await page.waitForTimeout(150);
  return { page, trouble, close: () => context.close() };
}
const visibleText = (page) => page.evaluate(() => document.body.innerText);
async function openAll(page) {
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
  await page.waitForTimeout(200);
}

// ---- every report: drawn, quiet, in both languages, at every width ----
const reports = ['full.html', 'compare/report.html', 'psa.html', 'b5/report.html', 'single.html', 'cea.html', 'hostile/report.html', 'hostile-all.html', 'large.html'];
for (const name of reports) {
  const { page, trouble, close } = await open(name);
  const charts = await page.$$eval('.chart:not([hidden])', (hosts) => hosts.map((host) => ({
    id: host.closest('figure')?.id, label: host.getAttribute('aria-label') || '', role: host.getAttribute('role'),
    shapes: host.querySelectorAll('svg path, svg rect, svg circle, svg line, svg polyline').length, width: host.querySelector('svg')?.getBoundingClientRect().width ?? 0,
  })));
  check(`${name}: every chart is drawn and described`, [
    unless(charts.length >= (name === 'cea.html' ? 2 : 3), `there are ${charts.length} charts`),
    ...charts.map((chart) => unless(chart.shapes > 5 && chart.width > 100 && chart.role === 'img' && chart.label.length > 20, JSON.stringify(chart)))]);
  for (const language of ['nb', 'en']) {
    await page.click(`#language-${language}`);
    await openAll(page);
    const text = await visibleText(page);
    const keys = Object.keys(messages.en).filter((key) => key.includes('.') && text.includes(key));
    const headings = await page.$$eval('h2', (all) => all.map((heading) => heading.textContent));
    check(`${name}: ${language} from one end to the other`, [
      unless(await page.getAttribute('html', 'lang') === language, 'the language of the page'), unless(headings.includes(messages[language]['trust.title']), headings.join(', ')),
      ...keys.map((key) => `the key ${key} stands on the page`), ...(text.match(language === 'nb' ? /\b(undefined|NaN|Infinity|\[object)\b/g : /\b(undefined|NaN|null|Infinity|\[object)\b/g) || []).map((word) => `the word ${word} stands on the page`), ...(text.match(/\{[a-z_]+\}/g) || []).filter(() => !name.startsWith('hostile')).map((mark) => `an empty place ${mark}`)]);
  }
  check(`${name}: no errors, nothing fetched`, trouble);
  await close();
  for (const width of [320, 768, 1600]) {
    const narrow = await open(name, { width });
    await openAll(narrow.page);
    const [wide, own] = await narrow.page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    check(`${name}: ${width} pixels hold it`, [unless(wide <= own, `it is ${wide} pixels wide`), ...narrow.trouble]);
    await narrow.close();
  }
}

// ---- accessibility ----
for (const [name, options] of [['full.html', {}], ['full.html', { scheme: 'dark' }], ['full.html', { width: 320, language: 'nb' }], ['compare/report.html', { language: 'nb' }], ['b5/report.html', { scheme: 'dark' }], ['single.html', {}], ['hostile/report.html', {}]]) {
  const { page, close } = await open(name, options);
  await openAll(page);
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  check(`${name}: accessible ${JSON.stringify(options)}`, result.violations.map((violation) => `${violation.id}: ${violation.help}: ${violation.nodes.slice(0, 3).map((node) => `${node.target} ${node.html.slice(0, 120)}`).join(' | ')}`));
  await close();
}

// ---- the slider ----
{
  const { page, trouble, close } = await open('full.html');
  const draws = readCsv(path.join(data, 'psa/psa.csv')).filter((row) => row.subgroup === 'all');
  const arms = [...new Set(draws.map((row) => row.scenario))];
  const labels = { traditional: 'Traditional rehabilitation', 'usual-care': 'Usual care', ips: 'Individual Placement and Support', 'ips-young': 'IPS, and IPS Ung for those under 30' };
  /* From the file alone: the best on average, and how often it is the best. */
  const truth = (perspective, threshold) => {
    const own = draws.filter((row) => row.perspective === perspective);
    const benefit = new Map(arms.map((arm) => [arm, own.filter((row) => row.scenario === arm).map((row) => threshold * Number(row.qalys) - Number(row.cost))]));
    const n = benefit.get(arms[0]).length;
    const mean = (arm) => benefit.get(arm).reduce((a, b) => a + b, 0) / n;
    const best = arms.reduce((a, b) => (mean(b) > mean(a) ? b : a));
    let wins = 0;
    let perfect = 0;
    let squares = 0;
    for (let d = 0; d < n; d += 1) {
      const top = Math.max(...arms.map((arm) => benefit.get(arm)[d]));
      perfect += top / n;
      squares += (top - benefit.get(best)[d]) ** 2;
      if (benefit.get(best)[d] === top) wins += 1;
    }
    const evpi = perfect - mean(best);
    return { best: labels[best], probability: wins / n, evpi: evpi * 1000, error: Math.sqrt((squares - n * evpi * evpi) / (n - 1) / n) * 1000 };
  };
  const shown = async () => ({
    text: await page.textContent('#ceac .says'), threshold: Number((await page.textContent('#ceac output')).replace(/[^0-9]/g, '')), probability: await page.textContent('#ceac .probability'),
  });
  const share = (p) => (p > 0 && p < 0.005 ? '<\u00a01%' : p < 1 && p > 0.995 ? '>\u00a099%' : `${Math.round(100 * p)}%`);
  const compare = async (perspective) => {
    const now = await shown();
    const real = truth(perspective, now.threshold);
    const [, text, error, word] = /worth NOK\s([0-9.,]+)(?: ± ([0-9.,]+)\s?)?(million|thousand)?/.exec(now.text.split('Perfect information')[1]) || [];
    const unit = word === 'million' ? 1e6 : 1;
    const [shownEvpi, shownError] = [text, error].map((x) => Number((x || 'x').replace(/,/g, '')) * unit);
    return [unless(now.text.includes(real.best), `${real.best} is best at ${now.threshold}; ${now.text}`), unless(now.probability === share(real.probability), `${real.probability} is shown as ${now.probability}`),
      unless(real.evpi === 0 || Math.abs(shownEvpi - real.evpi) <= 0.51 * shownError, `${real.evpi} is shown as ${text} ± ${error} x ${unit}`),
      unless(real.evpi === 0 || Math.abs(shownError - real.error) <= 0.34 * real.error, `its error of ${real.error} is shown as ${error} x ${unit}`)];
  };
  const before = await shown();
  check('the slider begins at a threshold of the scenario, with the numbers of psa.csv', [unless(before.threshold === 500000, `it begins at ${before.threshold}`), ...(await compare('societal'))]);
  await page.focus('#ceac input[type=range]');
  const problems = [];
  const seen = new Set([before.text]);
  for (const keyName of ['ArrowLeft', 'ArrowLeft', 'Home', 'PageUp', 'ArrowRight', 'End']) {
    await page.keyboard.press(keyName);
    seen.add((await shown()).text);
    problems.push(...(await compare('societal')));
  }
  check('the keyboard moves it; sentence and numbers follow', [unless(seen.size === 7, `${seen.size} different sentences for 7 positions`), ...problems]);
  await page.selectOption('#ceac select', 'health');
  await page.click('#ceac .marks-row button >> nth=0');
  const after = await shown();
  check('so do a button and another perspective', [unless(after.threshold === 275000, `it is at ${after.threshold}`), unless(await page.textContent('#evpi .says').then((text) => text.includes('275,000')), 'EVPI stays where it was'), ...(await compare('health'))]);
  check('no errors on the way', trouble);
  await close();
}

// ---- numbers on the page are those of the files ----
{
  const { page, close } = await open('compare/report.html');
  const differences = readCsv(path.join(data, 'compare/differences.csv')).filter((row) => row.subgroup === 'all');
  const cells = await page.$$eval('.key tbody tr', (rows) => rows.map((row) => [row.querySelector('th').firstChild.textContent, ...[...row.querySelectorAll('td .value')].map((cell) => cell.textContent)]));
  const plain = (text) => Number(text.replace(/\u2212/g, '-').replace(/[,+\s]/g, ''));
  const wanted = [['Years in competitive work', 'employment_years', 'no', 1000], ['Years on disability benefit', 'disability_years', 'no', 1000], ['Net cost, Society', 'cost_societal', 'yes', 1e-3], ['Net cost, Health service', 'cost_health', 'yes', 1e-3]];
  check('key figures are those of differences.csv, rounded to their error', wanted.flatMap(([label, outcome, discounted, factor]) => {
    const own = differences.filter((row) => row.outcome === outcome && row.payer === 'all' && row.discounted === discounted && row.year === '49');
    const line = cells.find(([name]) => name === label) || [];
    return own.map((row, at) => unless(Math.abs(plain(line[at + 1] || 'x') - Number(row.estimate) * factor) <= 1.01 * Number(row.mcse) * factor, `${label}, ${row.scenario}: ${row.estimate * factor} is shown as ${line[at + 1]}`));
  }));
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#years button.quiet')]);
  const rows = parseCsv(fs.readFileSync(await download.path(), 'utf8').replace(/^\ufeff/, ''));
  const target = differences.find((row) => row.scenario === 'ips' && row.outcome === 'employment_years' && row.discounted === 'no' && row.year === '49');
  const found = rows.find((row) => row.scenario === 'ips' && row.outcome === 'employment_years');
  check('a chart\'s CSV file has them too', [unless(found && Math.abs(Number(found.mean) - 1000 * Number(target.estimate)) < 1e-3, JSON.stringify(found))]);
  await page.fill('#provenance input[type=search]', '').catch(() => page.click('#provenance summary'));
  await page.fill('#provenance input[type=search]', 'caseload derived');
  const parameters = await page.$$eval('#provenance tbody tr', (all) => all.map((row) => row.textContent));
  check('the list of parameters can be searched', [unless(parameters.length > 0 && parameters.length < 10 && parameters.every((text) => /caseload/i.test(text)), `${parameters.length}: ${parameters.join(' | ').slice(0, 300)}`)]);
  const outline = await page.$$eval('h1, h2, h3, h4', (all) => all.map((heading) => Number(heading.tagName[1])));
  check('headings go down one step at a time', outline.map((level, at) => unless(at === 0 ? level === 1 : level <= outline[at - 1] + 1, `h${level} after h${outline[at - 1]}`)));
  await close();
}
{
  const { page, close } = await open('compare/report.html');
  await page.keyboard.press('Tab');
  check('the first stop of the keyboard skips to the content', [unless(await page.evaluate(() => document.activeElement.classList.contains('skip')), await page.evaluate(() => document.activeElement.outerHTML.slice(0, 120)))]);
  await close();
}

// ---- from the page to the files ----
{
  const { page, trouble, close } = await open('full.html');
  const { problems, counts } = await trace(page, data);
  const total = [...counts.values()].reduce((a, b) => a + b, 0);
  check(`${total} numbers on the page are followed to a cell of a file`, [...problems, ...[...counts].filter(([, n]) => n === 0).map(([id]) => `none of ${id}`).filter((text) => !/equity|deciding/.test(text)), unless(total >= 100, `only ${total}: ${JSON.stringify([...counts])}`), ...trouble]);
  await close();
}

// ---- what draws do not tell apart is not made up ----
{
  const alone = await open('psa.html');
  check('draws alone have no steps from payer to payer', [unless(await alone.page.$('#waterfall') === null, 'there is a waterfall'), ...alone.trouble]);
  await openAll(alone.page);
  const text = await visibleText(alone.page);
  check('nor a spread of inputs that were not moved', [unless(!text.includes('of the spread of the most influential'), 'EVPPI is called a spread')]);
  await alone.close();
  const { page, trouble, close } = await open('full.html');
  await page.selectOption('#waterfall .control:nth-child(1) select', 'ips');
  await page.selectOption('#waterfall .control:nth-child(2) select', 'societal');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#waterfall button.quiet')]);
  const rows = parseCsv(fs.readFileSync(await download.path(), 'utf8').replace(/^\ufeff/, ''));
  const differences = readCsv(path.join(data, 'compare/differences.csv')).filter((row) => row.subgroup === 'all' && row.scenario === 'ips' && row.discounted === 'yes' && row.year === '49');
  const of = (outcome) => 1000 * Number(differences.find((row) => row.outcome === outcome && row.payer === 'all').estimate);
  const funds = of('cost_societal') - of('cost_resource') - of('cost_production');
  const change = (label) => Number(rows.find((row) => row.label === label)?.change);
  const total = of('cost_societal');
  check('beside a comparison the steps are its own, to the end', [
    unless(Math.abs(change('Net change') - total) < 1e-6 * Math.abs(total), `its net change is ${change('Net change')}, not ${total}`),
    unless(Math.abs(change('Cost of raising taxes') - funds) < 1e-6 * Math.abs(total), `the cost of raising taxes is ${change('Cost of raising taxes')}, not ${funds}`), ...trouble]);
  await close();
}

// ---- two inputs at a time ----
{
  const { page, trouble, close } = await open('full.html');
  await openAll(page);
  const cells = await page.$$eval('#pairs .heat td', (all) => all.map((cell) => [cell.className.replace('numeric', '').trim(), cell.textContent]));
  const count = (tone) => cells.filter(([own]) => own === tone).length;
  const says = await page.textContent('#pairs .says');
  /* make_draws.mjs: 9 000 for each of value_1, 450 000 less for each of value_2, known to 2 500. */
  check('a grid of two inputs tells what is clear', [
    unless(count('above') === 3 && count('below') === 5 && count('unclear') === 4, `its cells: ${JSON.stringify(cells)}`), unless(/Of 12 points, 3 .* 5 /.test(says), `it says: ${says}`),
    unless(cells[0]?.[1].startsWith('+4.5') && cells[1]?.[1].startsWith('\u22124.5'), `its first cells: ${JSON.stringify(cells.slice(0, 2))}`), ...trouble]);
  await close();
}

// ---- what a threshold values ----
{
  const { page, trouble, close } = await open('work.html');
  await openAll(page);
  const text = await visibleText(page);
  await page.click('#language-nb');
  await page.waitForTimeout(150);
  const other = await visibleText(page);
  check('a threshold of dsa says what it values', [
    unless(text.includes('200,000 a year in work') && !text.includes('200,000 a QALY'), 'in English it does not'), unless(/200\s000\skr per år i arbeid/.test(other), 'in Norwegian it does not'), ...trouble]);
  await close();
}

// ---- hostile texts ----
{
  const { page, trouble, close } = await open('hostile/report.html');
  await openAll(page);
  for (const select of await page.$$('select')) for (const option of await select.$$('option')) await select.selectOption(await option.getAttribute('value')).catch(() => {});
  await page.hover('.chart >> nth=0');
  await page.mouse.move(640, 400);
  const text = await visibleText(page);
  check('hostile texts stay texts', [
    unless(await page.evaluate(() => window.pwned === undefined), `a script ran: ${await page.evaluate(() => window.pwned)}`), unless(await page.$$eval('#page img, #page iframe, #page svg [onload], #page [onerror], #page [onfocus], #page [onmouseover]', (all) => all.length === 0), 'an element of theirs is on the page'),
    unless(text.includes('</script><script>window.pwned=1'), 'the title is not shown as it is'), unless(!/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(text), 'marks of direction are on the page'), ...trouble]);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#provenance button.quiet')]);
  const cells = parseCsv(fs.readFileSync(await download.path(), 'utf8').replace(/^\ufeff/, '')).flatMap((row) => Object.entries(row)).filter(([name]) => name !== 'value' && name !== 'line');
  check('formulas in a CSV file are guarded', cells.filter(([, cell]) => /^\s*[=+@-]/.test(cell)).map(([name, cell]) => `${name}: ${cell}`));
  await close();
}

// ---- paper ----
{
  const { page, trouble, close } = await open('full.html', { scheme: 'dark', language: 'nb' });
  const file = path.join(shots, 'report-nb.pdf');
  await page.pdf({ path: file, printBackground: true, preferCSSPageSize: true });
  const about = execFileSync('pdfinfo', [file], { encoding: 'utf8' });
  const text = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
  const pages = Number((/Pages:\s+(\d+)/.exec(about) || [])[1]);
  check('it prints to A4, light, without its controls', [
    unless(/Page size:\s+59[45](\.\d+)? x 84[12]/.test(about), about), unless(pages >= 8 && pages <= 30, `${pages} pages`), unless(text.includes(messages.nb['people.title'].replace(/\u00a0/g, ' ')) || text.includes(messages.nb['people.title']), 'the questions are not there'),
    unless(!text.includes(messages.nb.download), 'buttons are on the paper'), unless(!text.includes(messages.nb['theme.auto']), 'the switches are on the paper'),
    unless(await page.evaluate(() => !document.documentElement.hasAttribute('data-paper')), 'the screen stays as paper afterwards'), ...trouble]);
  await close();
}

// ---- without a script ----
{
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`file://${path.join(data, 'compare/report.html')}`);
  const text = await page.innerText('body');
  check('without JavaScript the main figures are there', [unless(/Years in competitive work/.test(text) && /Net cost by perspective/.test(text), text.slice(0, 400))]);
  await context.close();
}

// ---- pictures for people to look at ----
for (const [name, width, scheme, language] of [['full.html', 320, 'light', 'nb'], ['full.html', 768, 'light', 'en'], ['full.html', 1600, 'light', 'nb'], ['full.html', 1600, 'dark', 'en'], ['b5/report.html', 1280, 'light', 'en'], ['single.html', 1280, 'light', 'nb']]) {
  const { page, close } = await open(name, { width, scheme, language });
  await page.screenshot({ path: path.join(shots, `${name.replace(/\W+/g, '-').replace(/-?html$/, '')}-${width}-${scheme}-${language}.png`), fullPage: true });
  await close();
}
await browser.close();
console.log('# done');
