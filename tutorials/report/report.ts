/** A report while it is being written: headings, text, printed lines and figures, section by section. */
import type { Section } from './page';
import { type Figure, renderFigure } from './render';
import { escapeHtml, paragraphs } from './text';

type Part = { html: string } | { printed: string[]; long: boolean } | { figure: Figure; id: string };

/** Lines longer than this are text, to be wrapped; shorter ones may be rows of a table. */
const LONG = 160;

export class Report {
  /** Put before every printed line and every caption, where the data is not real. */
  label = '';
  /** The run whose section is being written; `null` outside of runs. */
  run: string | null = null;
  private readonly sections: { run: string | null; parts: Part[] }[] = [];
  private figures = 0;

  heading(text: string): void {
    this.add({ html: `<h2>${escapeHtml(text)}</h2>` });
  }

  explain(text: string): void {
    this.add({ html: paragraphs(text) });
  }

  print(text: string): void {
    const lines = text.split('\n').map((line) => (this.label ? `${this.label} ${line}` : line));
    const long = lines.some(({ length }) => length > LONG);
    const last = this.section().parts.at(-1);
    if (last && 'printed' in last && last.long === long) last.printed.push(...lines);
    else this.add({ printed: lines, long });
  }

  /** Takes a figure; it is drawn when the report is first rendered, so that no training waits for it. */
  figure(figure: Figure): void {
    const caption = this.label ? `${this.label} data. ${figure.caption}` : figure.caption;
    this.add({ figure: { ...figure, caption }, id: `figure-${this.run ?? 'lesson'}-${++this.figures}` });
  }

  /** The section of a run from an earlier report. */
  keep(run: string, html: string): void {
    this.sections.push({ run, parts: [{ html }] });
  }

  async render(): Promise<Section[]> {
    const rendered: Section[] = [];
    for (const { run, parts } of this.sections) {
      for (const [i, part] of parts.entries()) {
        if ('figure' in part) parts[i] = { html: await renderFigure(part.figure, part.id) };
      }
      rendered.push({ run, html: parts.map(htmlOf).join('\n') });
    }
    return rendered;
  }

  private section(): { parts: Part[] } {
    const last = this.sections.at(-1);
    if (last?.run === this.run) return last;
    const section = { run: this.run, parts: [] };
    this.sections.push(section);
    return section;
  }

  private add(part: Part): void {
    this.section().parts.push(part);
  }
}

function htmlOf(part: Part): string {
  if ('printed' in part) return `<pre${part.long ? ' class="long"' : ''}>${escapeHtml(part.printed.join('\n'))}</pre>`;
  return 'html' in part ? part.html : '';
}
