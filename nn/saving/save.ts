/** Models and weights to files. https://keras.io/api/models/model_saving_apis/ */
import { host } from '#platform';
import { ValueError } from '../../engine/errors';
import type { Files } from '../../engine/platform/host';
import { defaultGenerator } from '../../engine/random';
import { version } from '../../engine/version';
import type { Model } from '../models/model';
import { pack } from './archive';
import { compileToKeras } from './compile-config';
import { writeHdf5 } from './hdf5';
import { modelToKeras } from './model-config';
import { assignWeightBytes, storedGroups, weightBytes, weightsFormat } from './weights';

/** The first version of Keras that reads this format. */
const KERAS_VERSION = '3.0.0';

/** A `.keras` file in memory: architecture, weights, what `compile` was given, the optimizer's state. */
export async function modelBytes(model: Model): Promise<Uint8Array> {
  const { compiled } = model;
  // Before the first wait: all of it is of the same step.
  const random = defaultGenerator().state;
  const config = { ...modelToKeras(model), ...(compiled && { compile_config: compileToKeras(compiled) }) };
  const groups = await storedGroups(model);
  const metadata = {
    keras_version: KERAS_VERSION,
    date_saved: new Date().toISOString().slice(0, 19).replace('T', '@'),
    // Keras ignores it; `loadModel(path, { resume: true })` goes on with these random numbers.
    wgrad: { version, random },
  };
  const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  return pack({ 'metadata.json': json(metadata), 'config.json': json(config), 'model.weights.h5': await writeHdf5(groups) });
}

export async function saveModel(model: Model, path: string): Promise<void> {
  if (!path.endsWith('.keras')) throw new ValueError(`Models are saved to files that end in .keras; got "${path}". For weights alone there is saveWeights.`);
  await files('save', 'modelBytes(model)').writeAtomic(path, await modelBytes(model));
}

export async function saveWeights(model: Model, path: string): Promise<void> {
  const format = weightsFormat(path);
  await files('saveWeights', 'weightBytes(model)').writeAtomic(path, await weightBytes(model, format));
}

export async function loadWeights(model: Model, path: string): Promise<void> {
  const format = weightsFormat(path);
  await assignWeightBytes(model, await files('loadWeights', 'loadModel(bytes)').read(path), path, format);
}

/** The file system; an error that names the way around it where there is none. */
export function files(method: string, instead: string): Files {
  if (!host.files) throw new ValueError(`${method}: there are no files in a browser; use ${instead}.`);
  return host.files;
}
