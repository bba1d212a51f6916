// SPDX-License-Identifier: GPL-3.0-or-later
// CSV for the tests, by itself: what they compare with must not come through the program's own reader.
import fs from 'node:fs';

export function parseCsv(text) {
  const records = [[]];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') { field += '"'; i += 1; } else if (c === '"') quoted = false; else field += c;
    } else if (c === '"') quoted = true;
    else if (c === ',' || c === '\n') {
      records[records.length - 1].push(field);
      field = '';
      if (c === '\n') records.push([]);
    } else if (c !== '\r') field += c;
  }
  records.pop();
  const head = records.shift();
  return records.map((record) => Object.fromEntries(head.map((name, at) => [name, record[at]])));
}

export function readCsv(file) {
  return parseCsv(fs.readFileSync(file, 'utf8').replace(/^\ufeff/, ''));
}

export function writeCsv(file, rows) {
  const cell = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replace(/"/g, '""')}"` : String(value));
  const head = Object.keys(rows[0]);
  fs.writeFileSync(file, `${[head, ...rows.map((row) => head.map((name) => row[name]))].map((record) => record.map(cell).join(',')).join('\n')}\n`);
}
