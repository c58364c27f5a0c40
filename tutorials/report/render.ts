/** Draws figures: Vega-Lite descriptions become SVG text, without a browser. */
import type { TopLevelSpec } from 'vega-lite';
import { escapeHtml } from './text';

/** One or more charts under one caption. Charts stand side by side and wrap where the screen is narrow. */
export interface Figure {
  charts: TopLevelSpec[];
  caption: string;
  /** At most so many charts in a row. */
  columns?: number;
}

/** The look that all charts share. */
const config = {
  font: 'system-ui, sans-serif',
  background: 'white',
  view: { stroke: null },
  axis: { labelFontSize: 11, titleFontSize: 12, titleFontWeight: 'normal', labelColor: '#444', titleColor: '#444', domainColor: '#999', tickColor: '#999', gridColor: '#eee' },
  legend: { labelFontSize: 11, titleFontSize: 12, titleFontWeight: 'normal', labelColor: '#444', titleColor: '#444' },
  title: { fontSize: 12, fontWeight: 'normal', color: '#222' },
  range: { category: ['#1f5fa8', '#d1602b', '#3b8a4d', '#8a5a9e', '#777'] },
} as const;

/** A chart as SVG text. */
export async function chartSvg(chart: TopLevelSpec): Promise<string> {
  // Loaded only now: 0.25 s, which no training has to wait for.
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  const { spec } = vegaLite.compile(chart, { config: config as object });
  const view = new vega.View(vega.parse(spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}

/** A `<figure>` element; `id` tells its parts from those of the other figures on the page. */
export async function renderFigure(figure: Figure, id: string): Promise<string> {
  const charts: string[] = [];
  for (const [i, chart] of figure.charts.entries()) charts.push(inline(await chartSvg(chart), `${id}-${i}`));
  const columns = figure.columns ? ` style="--columns: ${figure.columns}"` : '';
  return `<figure id="${id}"><div class="charts"${columns}>${charts.join('\n')}</div><figcaption>${escapeHtml(figure.caption)}</figcaption></figure>`;
}

/** Fits an SVG into a page: ids of its own, since all figures share the page's. */
function inline(svg: string, id: string): string {
  return svg
    .replace(/\bid="([^"]+)"/g, `id="${id}-$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${id}-$1)`);
}
