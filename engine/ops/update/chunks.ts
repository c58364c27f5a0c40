/** Gradients of parameters in chunks, for kernels with a workgroup per chunk: none reaches from one parameter, or binding, into another. */
import { type Bindable, windowOf } from '../../gpu/storage';
import { flatWindows } from '../../gpu/windows';
import type { ArenaRange } from '../../step/arena';
import { tensor } from '../../tensor/create';
import { HostArray } from '../../tensor/host-array';
import type { Tensor } from '../../tensor/tensor';

/** Elements of a chunk at most: 16 vec4s per lane of 64. */
const CHUNK = 4096;

/** The gradients of one binding, and which of the chunks lie in it. */
export interface Part {
  /** Of the ranges. */
  readonly range: number;
  /** The part of the range's memory, be it of gradients or of anything like them. */
  within(whole: Bindable): Bindable;
  readonly first: number;
  readonly count: number;
}

export interface Chunks {
  readonly parts: readonly Part[];
  /** [chunks, 4] u32: first element (in its binding), elements, group, 0. */
  readonly table: Tensor;
  readonly count: number;
  /** The first chunk of each group, whose chunks are neighbours, and the number of chunks. */
  readonly firsts: readonly number[];
}

/** A group is a parameter, or `together` all of them. What is padding is in no chunk. */
export function chunksOf(ranges: readonly ArenaRange[], together: boolean): Chunks {
  const parts: Part[] = [];
  const chunks: number[] = [];
  const firsts: number[] = [];
  let parameter = 0;
  ranges.forEach(({ members, size }, range) => {
    for (const { start, length } of flatWindows(size)) {
      const first = chunks.length / 4;
      members.forEach((member, m) => {
        const group = together ? 0 : parameter + m;
        const end = Math.min(member.start + member.length, start + length);
        firsts[group] ??= chunks.length / 4;
        for (let at = Math.max(member.start, start); at < end; at += CHUNK) {
          chunks.push(at - start, Math.min(CHUNK, end - at), group, 0);
        }
      });
      parts.push({ range, within: (whole) => windowOf(whole, start * 4, length * 4), first, count: chunks.length / 4 - first });
    }
    parameter += members.length;
  });
  firsts.push(chunks.length / 4);
  return { parts, table: upload(chunks), count: chunks.length / 4, firsts };
}

export function upload(values: readonly number[]): Tensor {
  return tensor(new HostArray(Uint32Array.from(values), [values.length], 'u32'));
}
