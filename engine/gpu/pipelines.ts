/** Compute pipelines by kernel and specialisation; compile errors point into shaders/. */
import { KernelError } from '../errors';
import type { Access, Kernel } from './kernel';
import { link, type LinkedModule } from './link';

export interface Pipeline {
  readonly id: number;
  readonly name: string;
  /** Compiled when it is first asked for: a command that gives way to a substitute never runs. */
  readonly pipeline: GPUComputePipeline;
  readonly compiled: boolean;
  /** Group 0: the storage bindings and, last, the params. */
  readonly layout: GPUBindGroupLayout;
  /** What it does with each storage binding. */
  readonly access: readonly Access[];
}

export class PipelineCache {
  /** Pipelines compiled so far: constant once training runs. */
  created = 0;
  private nextId = 0;
  /** Compilations whose outcome is not known yet. */
  private checks: Promise<void>[] = [];
  private readonly groupLayouts = new Map<string, GPUBindGroupLayout>();

  constructor(
    private readonly device: GPUDevice,
    private readonly stepLayout: GPUBindGroupLayout,
    private readonly report: (error: Error) => void,
  ) {}

  get(
    kernel: Kernel,
    overrides: Readonly<Record<string, number | boolean>>,
    consts: Readonly<Record<string, number | string>>,
  ): Pipeline {
    let key = '';
    for (const name in overrides) key += `${name}=${overrides[name]};`;
    // Defaults may be told or left out.
    for (const name in consts) if (consts[name] !== kernel.spec.consts[name]) key += `${name}=${consts[name]};`;
    let pipeline = kernel.pipelines.get(key);
    if (!pipeline) {
      pipeline = this.create(kernel, overrides, consts, key);
      kernel.pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  /** Resolves when every pipeline made so far is known to be good or has been reported. */
  async settled(): Promise<void> {
    while (this.checks.length > 0) await Promise.all(this.checks.splice(0));
  }

  private create(
    { spec }: Kernel,
    overrides: Readonly<Record<string, number | boolean>>,
    consts: Readonly<Record<string, number | string>>,
    key: string,
  ): Pipeline {
    const name = key ? `${spec.name} (${key.slice(0, -1)})` : spec.name;
    for (const given of Object.keys(overrides)) {
      if (!(given in spec.overrides)) throw new KernelError(`${spec.name}: "${given}" is not among its overrides.`);
    }
    const linked = link([spec, ...spec.lib], consts);
    const constants: Record<string, number> = {};
    for (const [id, value] of Object.entries({ ...spec.overrides, ...overrides })) constants[id] = Number(value);

    const access: Access[] = Object.values(spec.bindings);
    const layout = this.groupLayout(access, Object.keys(spec.params).length > 0 || spec.step);
    const groups = spec.step ? [layout, this.stepLayout] : [layout];
    const compile = (): GPUComputePipeline => this.compile(name, linked, constants, groups);
    let compiled: GPUComputePipeline | null = null;
    return {
      id: this.nextId++,
      name,
      layout,
      access,
      get pipeline() {
        return (compiled ??= compile());
      },
      get compiled() {
        return compiled !== null;
      },
    };
  }

  private compile(name: string, linked: LinkedModule, constants: Record<string, number>, bindGroupLayouts: GPUBindGroupLayout[]): GPUComputePipeline {
    this.created++;
    // An invalid pipeline is skipped silently when dispatched: the error must be caught here.
    this.device.pushErrorScope('validation');
    const module = this.device.createShaderModule({ label: name, code: linked.code });
    const pipeline = this.device.createComputePipeline({
      label: name,
      layout: this.device.createPipelineLayout({ label: name, bindGroupLayouts }),
      compute: { module, entryPoint: 'main', constants },
    });
    const check = this.device.popErrorScope().then(async (error) => {
      if (!error) return;
      const { messages } = await module.getCompilationInfo();
      const lines = messages.filter((m) => m.type === 'error').map((m) => `  ${linked.locate(m.lineNum)}:${m.linePos} ${m.message}`);
      this.report(new KernelError(`Kernel ${name} does not compile:\n${lines.join('\n') || `  ${error.message}`}`));
    });
    this.checks.push(check);
    return pipeline;
  }

  // Layouts are explicit: `auto` drops bindings that a specialisation does not use.
  private groupLayout(access: readonly Access[], params: boolean): GPUBindGroupLayout {
    const key = `${access.join()}|${params}`;
    let layout = this.groupLayouts.get(key);
    if (!layout) {
      const visibility = GPUShaderStage.COMPUTE;
      const entries: GPUBindGroupLayoutEntry[] = access.map((a, binding) => ({
        binding,
        visibility,
        buffer: { type: a === 'read' ? 'read-only-storage' : 'storage' },
      }));
      if (params) entries.push({ binding: access.length, visibility, buffer: { type: 'uniform' } });
      layout = this.device.createBindGroupLayout({ label: key, entries });
      this.groupLayouts.set(key, layout);
    }
    return layout;
  }
}
