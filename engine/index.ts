/** The public surface of the engine: tensors, autodiff, compiled steps, randomness, the device. */
export { close, type InitOptions } from './gpu/gpu';
export { deviceInfo, init, isGpuAvailable, memory, tuningHash, tuningTable } from './info';
export type { TuningTable } from './tune/tuner';
export { type KernelProfile, profile, type Profile, type ProfileOptions } from './gpu/profile';
export type { AdapterChoice, DeviceInfo } from './gpu/device';
export { grad, GradientTape, valueAndGrad } from './autodiff/grad';
export { compileStep, type CompiledStep, type StepOptions } from './step/compile-step';
export { RandomGenerator, setSeed } from './random';
export { ones, tensor, type TensorLike, zeros } from './tensor/create';
export type { Dtype, FloatDtype, HostDtype, TypedArray } from './tensor/dtype';
export { HostArray, type NestedArray } from './tensor/host-array';
export { keep, scope } from './tensor/scope';
export type { Shape } from './tensor/shape';
export { Tensor } from './tensor/tensor';
export { Variable } from './tensor/variable';
export * from './errors';
export { version } from './version';
