// SPDX-License-Identifier: GPL-3.0-or-later
// Bundles the script of report.html: node bundle.mjs page.js FOLDER. Writes FOLDER/report.js, and FOLDER/report.digest as a content security
// policy wants it.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [entry, folder] = process.argv.slice(2);
const require = createRequire(path.resolve(folder, 'package.json'));
const esbuild = require('esbuild');

const result = await esbuild.build({
  entryPoints: [entry],
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['es2020'],
  charset: 'utf8',
  legalComments: 'none',
  write: false,
  logLevel: 'warning',
  // Part of the page for good, so that the licence travels with the code.
  banner: { js: '/*! Charts: Apache ECharts and ZRender (Apache-2.0 and BSD-3-Clause), https://echarts.apache.org */' },
});
const text = result.outputFiles[0].text;
if (/<\/script/i.test(text) || text.includes('<!--')) {
  throw new Error('the bundle would end its own script element');
}
writeFileSync(path.join(folder, 'report.js'), text);
writeFileSync(path.join(folder, 'report.digest'), `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
console.log(`${text.length} characters`);
