/** Rows of text, columns aligned: the first to the left, the others to the right. A row may end early, with an error. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const whole = rows.filter((row) => row.length === head.length);
  const widths = head.map((title, i) => Math.max(title.length, ...(i === 0 ? rows : whole).map((row) => row[i].length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cells.length < head.length && i === cells.length - 1 ? cell : cell.padStart(widths[i]))).join('  ');
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}

/** The same as Markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${head.map((_, i) => (cells[i] ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** A number with so many digits behind the point; nothing for nothing. */
export function fixed(value: unknown, digits: number): string {
  return typeof value === 'number' ? value.toFixed(digits) : '';
}
