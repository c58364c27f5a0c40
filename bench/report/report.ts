/** bench/RESULTS.md and its figure, from what was measured and nothing else. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chartSvg } from '../../tutorials/report/render';
import type { Document } from '../document';
import { kerasCells, kerasHead } from '../keras/table';
import { kernelCells, kernelHead } from '../kernels/run';
import { peerCells, peerHead } from '../peers/table';
import type { Row } from '../row';
import { memoryCells, memoryHead } from '../steps/memory';
import { stepCells, stepHead } from '../steps/run';
import { fixed, markdownTable } from '../table';
import { rooflineChart, rooflineOf } from './roofline-chart';

const FIGURE = 'roofline.svg';

interface Section {
  readonly suite: Row['suite'];
  readonly title: string;
  readonly about: string;
  readonly head: readonly string[];
  cells(rows: readonly Row[]): string[][];
}

const sections: readonly Section[] = [
  {
    suite: 'peers',
    title: 'The same models in other libraries',
    about:
      'Milliseconds per training step (of a matrix product: per product), the median of `n` rounds: as many steps as fit into a round are queued, ' +
      'the loss is read at its end; *read each step* is the time per step when it is read after every one. Everybody starts from the same weights, ' +
      'sees the same four batches in turn, each sent up for its step, and must reach the same losses. Systems run in processes of their own, in turn, in the form that was ' +
      'fastest for them; *dozing* means that the main thread sleeps between polls for the device. *÷ wgrad* is the median of the ratios to wgrad in the same round. ' +
      'The first step is counted from nothing, with an empty shader cache.',
    head: peerHead,
    cells: peerCells,
  },
  {
    suite: 'keras',
    title: 'Tutorials in real Keras',
    about: 'Seconds of `fit` on the same data, epochs and batches, Keras with its default threads, and of the whole process from start to end; both run in turn. The whole of wgrad\'s process counts the tutorial\'s other runs and its report, too.',
    head: kerasHead,
    cells: kerasCells,
  },
  {
    suite: 'steps',
    title: 'Training steps',
    about:
      'Host time in two parts: the batch is copied into the memory that is sent, and what is derived from it worked out (ids are sorted); the replay encodes and submits. ' +
      'The floor is the time of the same WebGPU calls, uploads included, made with nothing around them (the least of each). ' +
      'Dispatches and submits per step are counted on WebGPU\'s prototypes; device time is that of the compute passes. Per timestep is CPU time, beside that at length 64.',
    head: stepHead,
    cells: stepCells,
  },
  {
    suite: 'memory',
    title: 'Memory of a step on long sequences',
    about:
      'In MiB, in a process of its own. Saved is what the gradient needs: the gates, the cell state and the state before each timestep, the ids. The step\'s share of the ' +
      'process is the growth of its resident size once weights, moments and machine code are there.',
    head: memoryHead,
    cells: memoryCells,
  },
  {
    suite: 'kernels',
    title: 'Kernels',
    about:
      'Each is checked against a reference before it is timed. The share of the roofline is the least time that the adapter\'s peak and bandwidth allow, divided by the median; ' +
      'what lies in a cache can exceed it. *Plain* is the naive kernel, or the same in separate ops.',
    head: kernelHead,
    cells: kernelCells,
  },
];

export async function writeReport(documents: readonly Document[], folder: string): Promise<void> {
  const rows = documents.flatMap((document) => document.rows);
  const chart = rooflineChart(rows);
  if (chart) await writeFile(join(folder, FIGURE), `${await chartSvg(chart)}\n`);
  await writeFile(join(folder, 'RESULTS.md'), reportText(documents, Boolean(chart)));
}

export function reportText(documents: readonly Document[], withFigure: boolean): string {
  const rows = documents.flatMap((document) => document.rows);
  const parts = ['# Measured', 'Written by `npm run bench -- … --report`; not by hand.', markdownTable(aboutHead, documents.map(aboutCells))];
  const versions = Object.entries(Object.assign({}, ...documents.map((document) => document.versions)) as Record<string, string>);
  parts.push(`Versions: ${versions.map(([name, version]) => `${name} ${version}`).join(', ')}.`);
  const roof = rooflineOf(rows);
  for (const { suite, title, about, head, cells } of sections) {
    const mine = rows.filter((row) => row.suite === suite);
    if (mine.length === 0) continue;
    parts.push(`## ${title}`, about);
    if (suite === 'kernels' && roof) {
      parts.push(`The adapter's roofline, measured first in the same run: ${fixed(roof.gflops, 0)} GFLOP/s of f32 multiply-adds, ${fixed(roof.gbPerSecond, 1)} GB/s of copies.`);
      if (withFigure) parts.push(`![Kernels on the roofline](${FIGURE})`);
    }
    parts.push(markdownTable(head, cells(mine)));
  }
  return `${parts.join('\n\n')}\n`;
}

const aboutHead = ['command', 'adapter', 'driver', 'processor', 'load before, after', 'began', 'minutes'];

function aboutCells({ command, adapter, processor, cores, load, date, seconds }: Document): string[] {
  return [`\`${command}\``, adapter.adapter, adapter.driver, `${cores} × ${processor}`, load.map((value) => value.toFixed(1)).join(', '), date, (seconds / 60).toFixed(0)];
}
