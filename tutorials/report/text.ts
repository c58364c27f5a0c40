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
