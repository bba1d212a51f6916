// SPDX-License-Identifier: GPL-3.0-or-later
// The tables of the page, decoded from the compact form that ipsim_report_json describes.

function decode(column, rows) {
  if (Array.isArray(column)) return column;
  const out = new Array(rows);
  if (column.i) {
    for (let row = 0; row < rows; row += 1) out[row] = column.d[column.i[row]];
    return out;
  }
  let row = 0;
  for (let run = 0; run < column.r.length; run += 2) {
    for (let k = 0; k < column.r[run + 1]; k += 1) {
      out[row] = column.d[column.r[run]];
      row += 1;
    }
  }
  return out;
}

export class Table {
  constructor(name, source) {
    this.name = name;
    this.rows = source.rows;
    this.columns = new Map(Object.entries(source.columns).map(([key, column]) => [key, decode(column, source.rows)]));
  }

  has(column) {
    return this.columns.has(column);
  }

  get(row, column) {
    const cells = this.columns.get(column);
    return cells ? cells[row] : null;
  }

  /* Rows for which every named cell equals the value; as objects. */
  where(conditions) {
    const wanted = Object.entries(conditions).filter(([, value]) => value !== undefined);
    const out = [];
    for (let row = 0; row < this.rows; row += 1) {
      if (wanted.every(([column, value]) => this.get(row, column) === value)) out.push(this.object(row));
    }
    return out;
  }

  object(row) {
    const out = {};
    for (const [name, cells] of this.columns) out[name] = cells[row];
    return out;
  }

  all() {
    return this.where({});
  }

  distinct(column) {
    return [...new Set(this.columns.get(column) || [])].filter((value) => value !== null);
  }
}

export function readTables() {
  const source = JSON.parse(document.getElementById('ipsim-data').textContent);
  const tables = new Map(Object.entries(source.tables).map(([name, table]) => [name, new Table(name, table)]));
  return { language: source.language, tables };
}

/* A CSV file as our own writer makes them: RFC 4180, and nothing that a spreadsheet would run. */
export function csvText(head, rows) {
  const cell = (value) => {
    if (value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value))) return '';
    if (typeof value === 'number') return String(value);
    const text = /^['\s]*[=+\-@\t\r\n]/.test(value) ? `'${value}` : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  return `${[head, ...rows].map((row) => row.map(cell).join(',')).join('\n')}\n`;
}
