/** Adapter choice, raised limits, and what the user may know about the device. */
import { host } from '#platform';
import { AdapterError } from '../errors';

/** `auto` takes a real GPU first, then a software adapter. */
export type AdapterChoice = 'auto' | 'gpu' | 'software';

export interface DeviceInfo {
  /** The adapter's own name for itself. */
  readonly adapter: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly driver: string;
  /** Whether the "GPU" is the CPU in disguise. */
  readonly software: boolean;
}

/** The limits that larger tensors and wider kernels profit from, raised to what the adapter has. */
const RAISED = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
  'minUniformBufferOffsetAlignment',
  'minStorageBufferOffsetAlignment',
] as const;

const FEATURES = ['timestamp-query', 'subgroups', 'shader-f16'] as const;

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|softpipe|basic render|warp/i;

export async function requestDevice(choice: AdapterChoice): Promise<{ device: GPUDevice; info: DeviceInfo }> {
  const gpu = host.gpu();
  const adapter =
    (choice !== 'software' && (await gpu.requestAdapter({ powerPreference: 'high-performance' }))) ||
    (choice !== 'gpu' && (await gpu.requestAdapter({ forceFallbackAdapter: true }))) ||
    null;
  if (!adapter) {
    throw new AdapterError(
      `No ${choice === 'auto' ? '' : `${choice} `}WebGPU adapter was found. A GPU needs its Vulkan driver; without a GPU, ` +
        'Mesa 24 or newer brings a software one (package mesa-vulkan-drivers).',
    );
  }
  const info = describe(adapter.info);
  if (choice === 'gpu' && info.software) {
    throw new AdapterError(`No GPU was found: the only adapter is software (${info.adapter}). Use adapter "auto" to run on it.`);
  }
  const requiredLimits: Record<string, number> = {};
  for (const name of RAISED) requiredLimits[name] = adapter.limits[name];
  const requiredFeatures = FEATURES.filter((feature) => adapter.features.has(feature));
  return { device: await adapter.requestDevice({ requiredLimits, requiredFeatures }), info };
}

function describe(info: GPUAdapterInfo): DeviceInfo {
  const adapter = info.device || info.description || info.vendor || 'unknown';
  return {
    adapter,
    vendor: info.vendor,
    architecture: info.architecture,
    driver: info.description,
    software: info.isFallbackAdapter || SOFTWARE.test(`${info.device} ${info.description} ${info.architecture}`),
  };
}
