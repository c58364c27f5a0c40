/** What `compile` was given, as Keras writes it: optimizer, loss, metrics. */
import { DataError, ValueError } from '../../engine/errors';
import { lookUp, toSnakeCase } from '../core/names';
import * as constraints from '../constraints';
import { Constraint } from '../constraints';
import * as losses from '../losses';
import { Loss, type LossLike } from '../losses';
import * as metricExports from '../metrics';
import { Metric, type MetricLike } from '../metrics';
import { metricConfig } from '../metrics/metric';
import * as optimizers from '../optimizers';
import { Optimizer } from '../optimizers';
import * as regularizers from '../regularizers';
import { Regularizer } from '../regularizers';
import * as schedules from '../schedules';
import { LearningRateSchedule } from '../schedules/schedule';
import type { CompileConfig, Trainer } from '../training/trainer';
import { fromKeras, isKerasObject, type Json, type JsonObject, type KerasObject, kerasObject, keysFromKeras, keysToKeras, registerKind } from './keras-object';

type Class = new (config: never) => object;

/** Classes among a module's exports, by Keras's names for them. */
function classesOf(exports: object, base: abstract new (...args: never[]) => object): Record<string, Class> {
  return Object.fromEntries(Object.entries(exports).filter(([, value]) => typeof value === 'function' && value.prototype instanceof base)) as Record<string, Class>;
}

const families = [
  { module: 'keras.optimizers', base: Optimizer, classes: classesOf(optimizers, Optimizer) },
  { module: 'keras.losses', base: Loss, classes: classesOf(losses, Loss) },
  { module: 'keras.regularizers', base: Regularizer, classes: classesOf(regularizers, Regularizer) },
  { module: 'keras.constraints', base: Constraint, classes: classesOf(constraints, Constraint) },
  { module: 'keras.optimizers.schedules', base: LearningRateSchedule, classes: classesOf(schedules, LearningRateSchedule) },
] as const;

/** `binaryAccuracy({ threshold })` and the others. */
const factories = Object.fromEntries(Object.entries(metricExports).filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name))) as Readonly<
  Record<string, (config: object) => MetricLike>
>;

registerKind({
  write(value) {
    if (!(value instanceof Metric)) return null;
    const description = metricConfig(value);
    if (!description) throw new ValueError(`Metric "${value.name}" is one of your own, which cannot be saved with a model.`);
    return kerasObject('keras.metrics', description.className, keysToKeras(description.config, `Metric "${value.name}"`));
  },
  read: () => null,
});

type Described = Optimizer | Loss | LearningRateSchedule | Regularizer | Constraint;

for (const { module, base, classes } of families) {
  registerKind({
    write(value) {
      if (!(value instanceof base)) return null;
      const className = Object.keys(classes).find((name) => value.constructor === classes[name]);
      const what = `The ${value.constructor.name.replace(/^_/, '')}`;
      if (!className) throw new ValueError(`${what} is a class of your own, which cannot be saved with a model.`);
      const { momentum, ...config } = (value as Described).getConfig();
      // Keras takes only a float for it, and JSON has no other 0 than a whole one; it is the default.
      return kerasObject(module, className, keysToKeras(momentum ? { ...config, momentum } : config, what));
    },
    read(stored) {
      if (stored.module !== module) return null;
      const { class_name: className } = stored;
      if (!Object.hasOwn(classes, className)) throw new DataError(`wgrad has no ${className} (${module}). Load the model with { compile: false }, and compile it yourself.`);
      const config = module === 'keras.optimizers' || module === 'keras.losses' ? agreed(className, stored) : stored.config;
      return new classes[className](keysFromKeras(config, className) as never);
    },
  });
}

/** Keras's options that wgrad does not have, with the values that mean nothing. */
const WITHOUT: Readonly<Record<string, readonly Json[]>> = {
  use_ema: [false],
  loss_scale_factor: [],
  gradient_accumulation_steps: [],
  axis: [-1],
  ignore_class: [],
  dtype: ['float32'],
};

/** The options that wgrad has too. */
function agreed(className: string, { config }: KerasObject): JsonObject {
  const entries = Object.entries(config).filter(([key, value]) => {
    if (value === null || value === undefined || key === 'ema_momentum' || key === 'ema_overwrite_frequency') return false;
    if (!(key in WITHOUT)) return true;
    if (WITHOUT[key].includes(value)) return false;
    throw new DataError(`${className}: wgrad has no option ${key} = ${JSON.stringify(value)}. Load the model with { compile: false }, and compile it yourself.`);
  });
  return Object.fromEntries(entries);
}

/** A name as Keras spells it, or an object. */
function named(value: unknown, what: string): Json {
  if (typeof value === 'string') return toSnakeCase(value);
  // By name it means the right kind of accuracy; as an object, Keras compares values as they are.
  if (value instanceof Metric && metricConfig(value)?.className === 'Accuracy') return 'accuracy';
  return fromObject(value, what);
}

function fromObject(value: unknown, what: string): Json {
  const written = keysToKeras({ value }, what).value;
  return written ?? null;
}

export function compileToKeras({ config, optimizer }: Trainer): JsonObject {
  return {
    // The optimizer, not its name: its rate may have changed.
    optimizer: fromObject(optimizer, 'compile'),
    loss: named(config.loss, 'compile: the loss'),
    loss_weights: null,
    metrics: config.metrics?.length ? config.metrics.map((metric) => named(metric, 'compile: the metric')) : null,
    weighted_metrics: null,
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  };
}

export function compileFromKeras({ optimizer, loss, metrics }: JsonObject): CompileConfig {
  const other = 'Load the model with { compile: false }, and compile it yourself.';
  if (typeof loss !== 'string' && !isKerasObject(loss)) throw new DataError(`The file's loss is ${JSON.stringify(loss)}; wgrad takes one. ${other}`);
  const list = metrics === null || metrics === undefined ? [] : metrics;
  if (!Array.isArray(list)) throw new DataError(`The file's metrics are ${JSON.stringify(metrics)}; wgrad takes a list. ${other}`);
  return {
    optimizer: fromKeras(optimizer, 'The optimizer') as Optimizer,
    loss: (typeof loss === 'string' ? loss : fromKeras(loss, 'The loss')) as LossLike,
    metrics: (list as Json[]).flat().map((metric) => readMetric(metric as Json)),
  };
}

function readMetric(stored: Json): MetricLike {
  if (!isKerasObject(stored)) return String(stored);
  const { class_name: className, config } = stored;
  if (className === 'Accuracy') throw new DataError("Keras's metric Accuracy compares values as they are; wgrad has 'accuracy' by name. Load the model with { compile: false }.");
  const make = lookUp('metric', className, factories);
  return make(keysFromKeras(agreed(className, stored), `Metric ${String(config.name)}`));
}
