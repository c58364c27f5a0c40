/** The pages: a tutorial's report and the index over all of them. Self-contained, to be read offline and on a phone. */
import type { Result, RunRecord } from '../result';
import { escapeHtml } from './text';

/** What was written in one stretch: within one run, or outside of any (`run` is `null`). */
export interface Section {
  run: string | null;
  html: string;
}

export function reportPage(title: string, result: Result, sections: Section[], libraryVersion: string): string {
  const facts: [string, string][] = [
    ['Data', result.data === 'synthetic' ? 'SYNTHETIC (generated, not the real data set)' : 'real'],
    ['Adapter', result.adapter],
    ['Driver', result.driver],
    ['Seed', String(result.seed)],
    ['wgrad', libraryVersion],
    ...(result.cut.length ? [['Not as the original', result.cut.join('; ')] as [string, string]] : []),
  ];
  return page(title, result.data, `
<p class="up"><a href="../index.html">All reports</a></p>
<h1>${escapeHtml(title)}</h1>
${resultsTable(result.runs)}
<dl>${facts.map(([term, value]) => `<dt>${term}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>
${sections.map(wrapSection).join('\n')}`);
}

/** The sections of the runs in an earlier page, to be kept when the run itself is. */
export function readRunSection(html: string, run: string): string | undefined {
  const start = html.indexOf(opening(run));
  const end = html.indexOf(closing(run));
  return start < 0 || end < 0 ? undefined : html.slice(start + opening(run).length, end).trim();
}

export function indexPage(reports: { folder: string; title: string; result: Result }[]): string {
  const items = reports.map(({ folder, title, result }) => `
<section>
<h2><a href="${encodeURIComponent(folder)}/report.html">${escapeHtml(title)}</a></h2>
${result.data === 'synthetic' ? '<p class="synthetic">SYNTHETIC data</p>' : ''}
${resultsTable(result.runs)}
<p class="fine">${escapeHtml(result.adapter)}, seed ${result.seed}${result.cut.length ? `; not as the original: ${escapeHtml(result.cut.join('; '))}` : ''}</p>
</section>`);
  return page('wgrad: reports', 'real', `<h1>Reports</h1>${items.join('\n')}`);
}

function resultsTable(runs: RunRecord[]): string {
  if (runs.length === 0) return '';
  const metrics = [...new Set(runs.flatMap(({ test }) => Object.keys(test)))];
  const head = ['Run', ...metrics.map((name) => `Test ${name}`), 'Parameters', 'Epochs', 'Seconds', 'ms/step'];
  const rows = runs.map((run) => [
    run.name,
    ...metrics.map((name) => (name in run.test ? run.test[name].toFixed(4) : '')),
    run.params.toLocaleString('en-US'),
    String(run.epochs),
    run.seconds.toFixed(1),
    run.msPerStep.toFixed(2),
  ]);
  const row = (cells: string[], tag: string): string => `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll"><table><thead>${row(head, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody></table></div>`;
}

const opening = (run: string): string => `<!-- run ${run} -->`;
const closing = (run: string): string => `<!-- end of run ${run} -->`;

function wrapSection({ run, html }: Section): string {
  return run === null ? `<section>${html}</section>` : `<section id="run-${run}">\n${opening(run)}\n${html}\n${closing(run)}\n</section>`;
}

function page(title: string, data: Result['data'], body: string): string {
  const label = data === 'synthetic' ? '<p class="banner">SYNTHETIC data: every number and figure here comes from generated data.</p>' : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${data === 'synthetic' ? 'SYNTHETIC: ' : ''}${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${label}
<main>${body}
</main>
</body>
</html>
`;
}

const STYLE = `
:root { color-scheme: light; --ink: #1d2026; --soft: #5c6370; --line: #e3e5e9; --accent: #1f5fa8; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: var(--ink); font: 17px/1.6 Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, serif; }
main { max-width: 47rem; margin: 0 auto; padding: 2rem 1.25rem 5rem; }
h1, h2, h3, table, dl, figcaption, .up, .fine, .banner { font-family: system-ui, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .5rem 0 1.5rem; letter-spacing: -.01em; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 3rem 0 .75rem; }
h3 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 2px; }
p { margin: .8rem 0; }
code { font: .86em ui-monospace, Menlo, Consolas, monospace; background: #f3f4f6; padding: .1em .3em; border-radius: 3px; }
pre { font: .78rem/1.5 ui-monospace, Menlo, Consolas, monospace; background: #f7f8f9; border-left: 3px solid var(--line); padding: .8rem 1rem; overflow-x: auto; }
pre.long { white-space: pre-wrap; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; margin: 1rem 0; }
th, td { padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { color: var(--soft); font-weight: 500; }
th:first-child, td:first-child { text-align: left; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; font-size: .85rem; margin: 1.25rem 0 2rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 1.75rem 0; }
.charts { display: flex; flex-wrap: wrap; gap: .75rem 1rem; }
.charts[style] { display: grid; grid-template-columns: repeat(var(--columns), 1fr); }
.charts svg { max-width: 100%; height: auto; shape-rendering: geometricPrecision; }
.charts .mark-rect { shape-rendering: crispEdges; }
figcaption { color: var(--soft); font-size: .84rem; margin-top: .5rem; }
.up, .fine { font-size: .84rem; color: var(--soft); }
.banner { margin: 0; padding: .6rem 1.25rem; background: #fff3cd; color: #6b4e00; text-align: center; font-size: .9rem; }
.synthetic { color: #8a6100; font-weight: 600; }
@media (max-width: 34rem) { body { font-size: 16px; } h1 { font-size: 1.5rem; } .charts[style] { grid-template-columns: repeat(2, 1fr); } }
`;
