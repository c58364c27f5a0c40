/** Every kernel on the roofline: operations per second over operations per byte, both logarithmic. */
import type { TopLevelSpec } from 'vega-lite';
import type { Roofline } from '../roofline/roofline';
import { attainable } from '../roofline/roofline';
import type { Row } from '../row';

/** `undefined` where the rows have no roofline, or no kernel with arithmetic. */
export function rooflineChart(rows: readonly Row[]): TopLevelSpec | undefined {
  const roof = rooflineOf(rows);
  const points = rows
    .filter(({ suite, error, flops }) => suite === 'kernels' && !error && (flops as number) > 0)
    .map(({ name, flops, bytes, gflops }) => ({ kernel: name, suite: name.split(' ')[0], intensity: (flops as number) / (bytes as number), gflops: gflops as number }));
  if (!roof || points.length === 0) return undefined;

  const least = Math.min(...points.map(({ intensity }) => intensity), 0.1);
  const most = Math.max(...points.map(({ intensity }) => intensity), 100);
  const ridge = roof.gflops / roof.gbPerSecond;
  const roofPoints = [least, Math.min(ridge, most), most].map((intensity) => ({ intensity, gflops: attainable(roof, intensity, 1) }));
  const x = { field: 'intensity', type: 'quantitative', title: 'operations per byte', scale: { type: 'log', nice: true } };
  const y = { field: 'gflops', type: 'quantitative', title: '10⁹ operations per second', scale: { type: 'log', nice: true } };
  return {
    width: 620,
    height: 380,
    layer: [
      { data: { values: roofPoints }, mark: { type: 'line', color: '#999' }, encoding: { x, y } },
      {
        data: { values: points },
        mark: { type: 'point', filled: true, size: 46, opacity: 0.8 },
        encoding: { x, y, color: { field: 'suite', type: 'nominal', title: 'kernel', scale: { scheme: 'category10' } } },
      },
    ],
  } as TopLevelSpec;
}

export function rooflineOf(rows: readonly Row[]): Roofline | undefined {
  const of = (name: string): Row | undefined => rows.find((row) => row.suite === 'roofline' && row.name === name);
  const [peak, copy] = [of('multiply-add'), of('copy')];
  return peak && copy ? { gflops: peak.gflops as number, gbPerSecond: copy.gbPerSecond as number } : undefined;
}
