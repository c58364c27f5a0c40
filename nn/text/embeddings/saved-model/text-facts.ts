/**
 * What the graph of a text-embedding module says of its way with texts: how they are parted into tokens, how the tokens'
 * vectors are combined, how many buckets unknown tokens have. Where several operations disagree, the user has to choose.
 */
import { DataError } from '../../../../engine/errors';
import type { Combiner } from '../table';
import type { TokenRule } from '../token-rule';
import type { GraphNode } from './graph';

const STRING = 7;
const COMBINERS: readonly [RegExp, Combiner][] = [
  [/^SparseSegmentSqrtN/, 'sqrtn'],
  [/^SparseSegmentMean/, 'mean'],
  [/^SparseSegmentSum/, 'sum'],
];

export function combinerOf(nodes: readonly GraphNode[], what: string): Combiner | undefined {
  const found = nodes.flatMap(({ op }) => COMBINERS.flatMap(([pattern, combiner]) => (pattern.test(op) ? [combiner] : [])));
  return only(found, what, 'combines vectors', 'Choose with the option combiner.');
}

/** 0 where the graph hashes nothing. */
export function bucketsOf(nodes: readonly GraphNode[], what: string): number {
  if (nodes.some(({ op }) => op === 'StringToHashBucketStrong')) {
    throw new DataError(`${what} hashes unknown tokens with a key of its own (StringToHashBucketStrong); only FarmHash buckets are known here.`);
  }
  const found = nodes.filter(({ op }) => op === 'StringToHashBucketFast').map((node) => node.number('num_buckets'));
  return only(found, what, 'hashes unknown tokens', 'Choose with the option oovBuckets.') ?? 0;
}

/** undefined where the graph parts no texts. */
export function tokensOf(nodes: readonly GraphNode[], what: string): TokenRule | undefined {
  const splits = nodes.filter(({ op }) => op === 'StringSplit' || op === 'StringSplitV2').map((node) => splitOf(node, what));
  const split = only(splits, what, 'parts its texts', 'Choose with the option tokens.');
  return split && { stripPunctuation: stripsPunctuation(nodes, what), ...split, ofEmpty: ofEmpty(nodes) };
}

function splitOf(node: GraphNode, what: string): Pick<TokenRule, 'split' | 'keepEmpty'> {
  const second = node.op === 'StringSplitV2';
  const separator = node.input(1)?.constant;
  if (second && separator === '') return { split: 'whitespace', keepEmpty: false };
  if (separator === ' ') return { split: 'space', keepEmpty: second || !node.flag('skip_empty', true) };
  throw new DataError(`${what} parts its texts at ${JSON.stringify(separator) ?? 'what it computes'}; only blanks and white space are understood. Say with the option tokens how to part them.`);
}

function stripsPunctuation(nodes: readonly GraphNode[], what: string): boolean {
  const found = nodes.filter(({ op }) => op === 'RegexReplace' || op === 'StaticRegexReplace');
  for (const node of found) {
    const [pattern, rewrite] = node.op === 'RegexReplace' ? [node.input(1)?.constant, node.input(2)?.constant] : [node.text('pattern'), node.text('rewrite')];
    if ((pattern !== '\\pP' && pattern !== '\\p{P}') || rewrite !== '') {
      throw new DataError(`${what} replaces ${JSON.stringify(pattern)} by ${JSON.stringify(rewrite)} in its texts; only the removal of punctuation (\\pP) is understood. Say with the option tokens how to part them.`);
    }
  }
  return found.length > 0;
}

/** Rows without tokens are filled, with a token, or with the id of a looked-up one. The constant id 0 is blotted out later. */
function ofEmpty(nodes: readonly GraphNode[]): string | null {
  for (const node of nodes) {
    if (node.op !== 'SparseFillEmptyRows') continue;
    const filler = node.input(3);
    if (node.type('T') === STRING) return filler?.constant ?? '';
    if (filler && filler.op !== 'Const') return '';
  }
  return null;
}

/** Whether lookups take row i from part i % n of the table, TensorFlow 1's default for a table in parts (`mod`). */
export function spreadsByRemainder(nodes: readonly GraphNode[]): boolean {
  return nodes.some((node) => {
    const assigned = node.op === 'DynamicPartition' ? node.input(1) : undefined;
    return (assigned?.op === 'Cast' ? assigned.input(0) : assigned)?.op === 'FloorMod';
  });
}

function only<T>(found: readonly T[], what: string, does: string, hint: string): T | undefined {
  const different = new Map(found.map((value) => [JSON.stringify(value), value]));
  if (different.size > 1) throw new DataError(`${what} ${does} in several ways: ${[...different.keys()].join(', ')}. ${hint}`);
  return found[0];
}
