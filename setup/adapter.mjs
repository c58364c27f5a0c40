/**
 * A WebGPU adapter. Where there is none, installs a software Vulkan driver if it may: on an apt system, as root or with
 * password-less sudo, unless WGRAD_NO_INSTALL is set. Otherwise says what to do. Leaves a machine with an adapter alone.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { planDriver, readRelease } from './apt.mjs';
import { quietMesa, root, SetupError } from './common.mjs';

/** Returns whether something was installed; throws SetupError where there is no adapter and cannot be one. */
export function ensureAdapter() {
  if (hasAdapter()) return false;
  const machine = lookAtMachine();
  const { plan, obstacle } = judge(machine);
  if (obstacle) throw new SetupError(explain(obstacle, plan));
  console.log(`Set-up: no WebGPU adapter was found. Installing a software Vulkan driver: ${plan.why}.`);
  if (!carryOut(plan.steps, machine)) {
    throw new SetupError(explain('installing it failed (see above)', plan));
  }
  if (!hasAdapter()) {
    throw new SetupError(explain('a driver was installed, but WebGPU still finds no adapter', undefined));
  }
  console.log('Set-up: a software adapter is there now.');
  return true;
}

export function hasAdapter() {
  return probe('true');
}

/** Whether the adapter has a feature of WebGPU. */
export function hasFeature(name) {
  return probe(`adapter.features.has('${name}')`);
}

/** Asks for an adapter, and something of it, in a process of its own, since a broken driver may take the process with it. */
function probe(condition) {
  quietMesa();
  const script = `
    import { create } from 'webgpu';
    const gpu = create([]);
    const adapter = await gpu.requestAdapter() ?? await gpu.requestAdapter({ forceFallbackAdapter: true });
    process.exit(adapter && ${condition} ? 0 : 1);`;
  const { status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: root,
    stdio: 'ignore',
    timeout: 30_000,
  });
  return status === 0;
}

function lookAtMachine() {
  const run = (command, ...rest) => spawnSync(command, rest, { stdio: 'ignore' }).status === 0;
  const linux = process.platform === 'linux';
  const isRoot = linux && process.getuid() === 0;
  return {
    linux,
    apt: linux && existsSync('/usr/bin/apt-get'),
    root: isRoot,
    sudo: linux && !isRoot && run('sudo', '-n', 'true'),
    forbidden: Boolean(process.env.WGRAD_NO_INSTALL),
    release: existsSync('/etc/os-release') ? readRelease(readFileSync('/etc/os-release', 'utf8')) : {},
    sources: linux ? aptSources('/etc/apt') : [],
  };
}

function aptSources(folder) {
  const parts = join(folder, 'sources.list.d');
  const files = existsSync(parts) ? readdirSync(parts).map((name) => join(parts, name)) : [];
  return [join(folder, 'sources.list'), ...files]
    .filter((file) => /\.(list|sources)$/.test(file) && existsSync(file))
    .map((file) => ({ file, text: readFileSync(file, 'utf8') }));
}

/** `{ plan }` of what to do, `{ obstacle, plan? }` where it may not or cannot be done from here. */
export function judge(machine) {
  if (!machine.linux) return { obstacle: 'this system’s graphics driver offers none' };
  if (!machine.apt) return { obstacle: 'this is not an apt system, so the set-up does not know how to install one' };
  const plan = planDriver(machine.release, machine.sources);
  if (plan.refusal) return { obstacle: plan.refusal };
  if (machine.forbidden) return { obstacle: 'WGRAD_NO_INSTALL forbids installing one', plan };
  if (!machine.root && !machine.sudo) return { obstacle: 'installing one takes root or password-less sudo', plan };
  return { plan };
}

/**
 * Runs the steps in turn and stops at the first that fails; a source file that led nowhere is taken away again.
 * @param {{ write?: string, text?: string, run?: string[] }[]} steps
 * @param {{ sudo: boolean }} machine
 * @param {(command: string, args: string[], options: object) => { status: number | null }} run
 */
export function carryOut(steps, { sudo }, run = spawnSync) {
  const written = [];
  const execute = (command, input) => {
    const line = [...(sudo ? ['sudo', '-n'] : []), 'env', 'DEBIAN_FRONTEND=noninteractive', ...command];
    const stdio = [input === undefined ? 'ignore' : 'pipe', input === undefined ? 'inherit' : 'ignore', 'inherit'];
    return run(line[0], line.slice(1), { input, stdio }).status === 0;
  };
  for (const step of steps) {
    console.log(`Set-up: ${step.write ? `writing ${step.write}` : step.run.join(' ')}`);
    if (step.write) written.push(step.write);
    if (step.write ? execute(['tee', step.write], step.text) : execute(step.run)) continue;
    for (const file of written) execute(['rm', '-f', file]);
    return false;
  }
  return true;
}

function explain(obstacle, plan) {
  const advice = plan
    ? ['To install one, run as root:', ...plan.steps.map(asShell)].join('\n  ')
    : 'Install a graphics driver with Vulkan, or a software one: Mesa’s lavapipe, version 24 or newer (on most systems the package mesa-vulkan-drivers or vulkan-swrast).';
  return `wgrad needs a WebGPU adapter, and ${obstacle}.\n${advice}`;
}

const asShell = (step) => (step.write
  ? `printf '%s' ${quote(step.text)} > ${step.write}`
  : step.run.join(' '));

const quote = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
