/** Every layer class is in a file that the real Keras wrote, in a Sequential model and in a functional one: none is forgotten. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { unzipSync } from 'fflate';
import { readdirSync, readFileSync } from 'node:fs';
import { Layer } from '../../nn/core/layer';
import * as layers from '../../nn/layers';
import { isKerasObject, type Json } from '../../nn/saving/keras-object';
import { layerFromKeras } from '../../nn/saving/layer-objects';

const test = suite('saving-coverage');

/** Layers that Keras does not have. */
const OURS = new Set(['TextEmbedding']);
/** Layers of several inputs have no place in a Sequential model. */
const MERGING = new Set(['Add', 'Average', 'Concatenate', 'Maximum', 'Minimum', 'Multiply', 'Subtract']);

const golden = 'test/golden/saved';
const configs = readdirSync(golden)
  .filter((name) => name.endsWith('.keras'))
  .map((name) => JSON.parse(new TextDecoder().decode(unzipSync(readFileSync(`${golden}/${name}`))['config.json'])) as Json);

/** All objects of Keras's in a config, those within others included, with the kind of model that they are in. */
function objectsIn(value: Json | undefined, model = ''): { name: string; model: string; object: Json }[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = isKerasObject(value) ? value.class_name : '';
  const within = own === 'Sequential' || own === 'Functional' ? own : model;
  return [...(own ? [{ name: own, model, object: value as Json }] : []), ...Object.values(value).flatMap((inner) => objectsIn(inner as Json, within))];
}

const objects = configs.flatMap((config) => objectsIn(config));
const classes = Object.entries(layers).filter(([, value]) => typeof value === 'function' && value.prototype instanceof Layer).map(([name]) => name);

for (const model of ['Sequential', 'Functional']) {
  test(`every layer is in a ${model} model that Keras wrote`, () => {
    assert.ok(classes.length > 40);
    const met = new Set(objects.filter((object) => object.model === model).map(({ name }) => name));
    const exempt = (name: string): boolean => OURS.has(name) || (model === 'Sequential' && MERGING.has(name));
    assert.equal(classes.filter((name) => !met.has(name) && !exempt(name)), [], 'add them to test/golden/saved/make.py');
  });
}

test('options that a layer does not have are refused by name, whatever the layer', () => {
  for (const { name, object } of objects) {
    if (!classes.includes(name) || !isKerasObject(object)) continue;
    const config = { ...object.config, strange_option: 1 };
    assert.throws(() => layerFromKeras({ ...object, config }), new RegExp(`${name} has no option strange_option = 1`));
  }
});

test.run();
