/** Weights and optimizer state of a model, between the device and a file's groups. */
import { DataError, ValueError } from '../../engine/errors';
import { gpu, init } from '../../engine/gpu/gpu';
import { HostArray } from '../../engine/tensor/host-array';
import type { Model } from '../models/model';
import { readHdf5, writeHdf5 } from './hdf5';
import { optimizerGroups, readOptimizer } from './optimizer-state';
import { readSafetensors, writeSafetensors } from './safetensors';
import { TextVectorization } from '../text/text-vectorization';
import type { StoredGroup, StoredGroups, StoredReader } from './stored';
import { weightGroups } from './weight-paths';

function ensureWeights(model: Model): void {
  if (!model.built && model.inputShape) model.ensureBuilt(model.inputShape);
  if (!model.built) throw new ValueError(`Model "${model.name}" has no weights yet: give its first layer an inputShape, or apply it once.`);
}

/** All that training changed, as of now. */
export async function storedGroups(model: Model): Promise<StoredGroups> {
  await init();
  ensureWeights(model);
  const groups = weightGroups(model);
  const variables = groups.flatMap((group) => group.variables);
  // Both are asked for before anything is awaited, so they belong to the same step.
  const [buffers, optimizer] = await Promise.all([
    gpu().readback.read(variables.map(({ value }) => value)),
    model.compiled ? optimizerGroups(model.compiled.optimizer) : [],
  ]);
  const values = variables.map(({ shape }, i) => new HostArray(new Float32Array(buffers[i]), shape));
  const stored = new Map<string, StoredGroup>();
  let next = 0;
  for (const { path, layer, variables: own } of groups) {
    const idf = layer instanceof TextVectorization ? layer.idfWeights : null;
    const named: Readonly<Record<string, HostArray>> = idf ? { idf_weights: new HostArray(idf, [idf.length]) } : {};
    stored.set(path, { name: layer.name, arrays: values.slice(next, (next += own.length)), named });
    // Keras wants the weights of its inner layer too, though they are in the config.
    if (idf) stored.set(path.replace(/vars$/, '_lookup_layer/vars'), { arrays: [], named });
  }
  for (const [path, group] of optimizer) stored.set(path, group);
  return stored;
}

/** Sets weights, and the optimizer's state if there is one: all of it, or nothing if a part does not fit. */
export function assignStored(model: Model, reader: StoredReader, where: string): void {
  const all = weightGroups(model);
  const groups = all.filter(({ variables }) => variables.length > 0);
  const assignments = groups.flatMap(({ path, layer, variables }) => {
    const count = reader.has(path) ? reader.count(path) : 0;
    if (count !== variables.length) {
      throw new DataError(`${where}: layer "${layer.name}" has ${variables.length} weights; the file has ${count} at ${path}. Is it a file of another model?`);
    }
    return variables.map((variable, i) => [variable, reader.array(path, i, variable.shape)] as const);
  });
  const known = new Set(groups.map(({ path }) => path));
  const extra = reader.groups(500 + 20 * all.length).find((path) => !known.has(path) && isOfLayers(path));
  if (extra !== undefined) throw new DataError(`${where} has weights at ${extra}, for which model "${model.name}" has no layer. Is it a file of another model?`);
  const setOptimizer = readOptimizer(model, reader, where);
  for (const [variable, values] of assignments) variable.assign(values);
  setOptimizer?.();
}

/** Keras keeps the random numbers of its dropout, tf-idf weights (of vocabularies.ts) and the state of its metrics too. */
function isOfLayers(path: string): boolean {
  return !path.startsWith('optimizer/') && !/(^|\/)(_?seed_generator\w*|text_vectorization(_\d+)?|metrics|_?compile_metrics|_?loss_tracker)(\/|$)/.test(path);
}

type Format = 'hdf5' | 'safetensors';

export function weightsFormat(path: string): Format {
  if (path.endsWith('.weights.h5')) return 'hdf5';
  if (path.endsWith('.safetensors')) return 'safetensors';
  throw new ValueError(`Weights are saved to and loaded from files that end in .weights.h5 or .safetensors; got "${path}".`);
}

export async function weightBytes(model: Model, format: Format): Promise<Uint8Array> {
  const groups = await storedGroups(model);
  return format === 'hdf5' ? writeHdf5(groups) : writeSafetensors(groups);
}

export async function assignWeightBytes(model: Model, bytes: Uint8Array, where: string, format: Format): Promise<void> {
  await init();
  ensureWeights(model);
  if (format === 'hdf5') await readHdf5(bytes, where, (reader) => assignStored(model, reader, where));
  else assignStored(model, readSafetensors(bytes, where), where);
}
