/** Models from `.keras` files, Keras's and ours. https://keras.io/api/models/model_saving_apis/model_saving_and_loading/ */
import { DataError } from '../../engine/errors';
import { init } from '../../engine/gpu/gpu';
import { defaultGenerator, type GeneratorState } from '../../engine/random';
import { withWeightBudget } from '../core/weight-budget';
import type { Model } from '../models/model';
import { unpack } from './archive';
import { compileFromKeras } from './compile-config';
import { readHdf5 } from './hdf5';
import { isKerasObject, isObject, type Json, type KerasObject } from './keras-object';
import { type CustomObjects, withCustomObjects } from './layer-objects';
import { modelFromKeras } from './model-objects';
import { files } from './save';
import type { StoredReader } from './stored';
import { withVocabularies } from './vocabularies';
import { assignStored } from './weights';

export interface LoadOptions {
  /** Whether to compile the model as it was, with the optimizer's state; default true. */
  readonly compile?: boolean;
  /** Layer classes of your own, by the name in the file. */
  readonly customObjects?: CustomObjects;
  /** Whether random numbers go on where they stood when wgrad saved the file, so that training resumes exactly; default false. */
  readonly resume?: boolean;
}

/** The model of a `.keras` file, by its path or its bytes. Throws a DataError if the file is damaged or has what wgrad has not. */
export async function loadModel(source: string | Uint8Array, options: LoadOptions = {}): Promise<Model> {
  const { compile = true, customObjects = {}, resume = false } = options;
  const path = typeof source === 'string' ? source : 'The model';
  const members = unpack(typeof source === 'string' ? await files('loadModel', 'loadModel(bytes)').read(source) : source, path);
  const member = (name: string): Uint8Array => {
    if (Object.hasOwn(members, name)) return members[name];
    throw new DataError(`${path} has no member ${name}; expected config.json, metadata.json and model.weights.h5, as Keras 3 writes them.`);
  };
  const config = json(member('config.json'), `config.json in ${path}`);
  const metadata = json(member('metadata.json'), `metadata.json in ${path}`);
  const weights = member('model.weights.h5');
  if (!isKerasObject(config)) throw new DataError(`config.json in ${path} describes no model.`);
  const where = `model.weights.h5 in ${path}`;
  const asset = (name: string): string | null => (Object.hasOwn(members, name) ? utf8(members[name], `${name} in ${path}`) : null);
  const complete = (reader: StoredReader): KerasObject => withVocabularies(config, asset, (group, count) => Array.from(reader.array(group, 'idf_weights', [count]).data));
  const described = await readHdf5(weights, where, complete);
  await init();
  const model = withCustomObjects(customObjects, () => {
    try {
      const made = withWeightBudget(weights.length / 4, () => modelFromKeras(described));
      const stored = config.compile_config;
      if (compile && isObject(stored) && stored.optimizer) made.compile(compileFromKeras(stored));
      return made;
    } catch (error) {
      // Layers refuse wrong options by themselves; anything else is a config that makes no sense.
      if (error instanceof DataError) throw error;
      throw new DataError(`${path} cannot be loaded: ${(error as Error).message}`, { cause: error });
    }
  });
  await readHdf5(weights, where, (reader) => assignStored(model, reader, where));
  if (resume) defaultGenerator().restore(randomState(metadata, path));
  return model;
}

function json(bytes: Uint8Array, where: string): Json {
  try {
    return JSON.parse(utf8(bytes, where)) as Json;
  } catch (error) {
    throw error instanceof DataError ? error : new DataError(`${where} is not JSON: ${(error as Error).message}.`, { cause: error });
  }
}

function utf8(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new DataError(`${where} is no text in UTF-8.`, { cause: error });
  }
}

function randomState(metadata: Json, path: string): GeneratorState {
  const own = isObject(metadata) && isObject(metadata.wgrad) ? metadata.wgrad.random : undefined;
  const count = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (isObject(own) && Array.isArray(own.root) && own.root.length === 2 && own.root.every(count) && count(own.drawn)) {
    return { root: [own.root[0] as number, own.root[1] as number], drawn: own.drawn };
  }
  throw new DataError(`${path} does not say where its random numbers stood: it was not saved by wgrad. Load it without resume.`);
}
