/**
 * What of a captured step is left out. A command whose results nobody needs is dropped: the rows of an embedding that a fused
 * op summed by itself, probabilities where the loss went back to the logits. And a command with a substitute gives way to it
 * if that makes what came before superfluous: a product applies dropout, or the gradient of relu, on its way to memory.
 * The tape knows nothing of this: gradients, also those of what is left out, mean what they meant.
 */
import { accessOf, type CapturedCommand, operandsOf } from './recorder';
import type { Storage } from './storage';

/** The commands that anything outside the step depends on, with substitutes where they serve. */
export function substituted(commands: readonly CapturedCommand[], outputs: ReadonlySet<Storage>): CapturedCommand[] {
  let live = withoutDeadCode(commands, outputs);
  // The last first: what it no longer reads may have been the only obstacle to the one before.
  for (let i = live.length - 1; i >= 0; i--) {
    const command = live[i];
    if (!('pipeline' in command) || !command.substitute) continue;
    const { bypassed, commands: others } = command.substitute;
    const makers = live.flatMap((other, at) => bypassed.filter((storage) => writes(other, storage)).map(() => at));
    // What something else has worked on since is not what the substitute would have made.
    if (makers.length !== bypassed.length || others.some((other) => overtaken(other, live.slice(Math.min(...makers), i)))) continue;
    const after = live.slice(i + 1);
    const trial = withoutDeadCode([...live.slice(0, i), ...others, ...after], outputs);
    if (trial.some((other) => bypassed.some((storage) => writes(other, storage)))) continue;
    live = trial;
    i = live.length - after.length;
  }
  return live;
}

/** Whether one of the commands writes to what `late` reads, which was meant to run before them. */
function overtaken(late: CapturedCommand, commands: readonly CapturedCommand[]): boolean {
  const access = accessOf(late);
  const read = operandsOf(late).filter((_, i) => access[i] !== 'write');
  return commands.some((command) => read.some(({ storage }) => writes(command, storage)));
}

function writes(command: CapturedCommand, to: Storage): boolean {
  const access = accessOf(command);
  return operandsOf(command).some(({ storage }, i) => access[i] !== 'read' && mayOverlap(storage, to));
}

/** Parameters are storages of their own, and part of the arena's, which is another one. */
function mayOverlap(a: Storage, b: Storage): boolean {
  return a === b || (a.region !== null && b.region !== null && a.region.buffer === b.region.buffer);
}

function withoutDeadCode(commands: readonly CapturedCommand[], outputs: ReadonlySet<Storage>): CapturedCommand[] {
  const needed = new Set<Storage>(outputs);
  const outlives = (storage: Storage): boolean => Boolean(storage.region ?? storage.slots ?? storage.upload);
  const live: CapturedCommand[] = [];
  for (const command of [...commands].reverse()) {
    const operands = operandsOf(command);
    const access = accessOf(command);
    if (!operands.some(({ storage }, i) => access[i] !== 'read' && (outlives(storage) || needed.has(storage)))) continue;
    operands.forEach(({ storage }, i) => access[i] !== 'write' && needed.add(storage));
    live.push(command);
  }
  return live.reverse();
}
