/** Plain text for the page. */

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** Paragraphs, parted by blank lines; `code` and *emphasis* within. */
export function paragraphs(text: string): string {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => `<p>${inlineMarks(escapeHtml(paragraph.replace(/\s+/g, ' ').trim()))}</p>`)
    .join('\n');
}

function inlineMarks(html: string): string {
  return html
    .split(/(`[^`]+`)/)
    .map((part) => (/^`.+`$/.test(part) ? `<code>${part.slice(1, -1)}</code>` : part.replace(/\*([^*]+)\*/g, '<em>$1</em>')))
    .join('');
}

/** Columns of equal width: the first to the left, the others to the right. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((cells) => cells[column].length)));
  return lines.map((cells) => cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')).join('\n');
}
