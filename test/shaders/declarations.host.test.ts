/** Every .wgsl file against the `defineKernel` that uses it: the two cannot drift apart. */
import * as assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import { allKernels, type Kernel } from '../../engine/gpu/kernel';
import { link, type SourceFile } from '../../engine/gpu/link';
import { declarations, withoutComments } from '../support/wgsl';

const paths = (folder: string, suffix: string): string[] =>
  readdirSync(folder, { recursive: true })
    .map((path) => String(path).replaceAll('\\', '/'))
    .filter((path) => path.endsWith(suffix))
    .map((path) => path.slice(0, -suffix.length))
    .sort();

const shaders = paths('shaders', '.wgsl');
const ops = paths('engine/ops', '.ts');
for (const name of ops) await import(`../../engine/ops/${name}.ts`);

const filesOf = ({ spec }: Kernel): SourceFile[] => [spec, ...spec.lib];
const title = ({ spec }: Kernel): string => [spec.name, ...spec.lib.map(({ name }) => name)].join(' + ');
const together = (kernel: Kernel) => declarations(filesOf(kernel).map(({ source }) => source).join('\n'));

/** One test for all kernels; names each that fails. */
function forAll(what: string, check: (kernel: Kernel) => void): void {
  test(what, () => {
    const failures = allKernels().flatMap((kernel) => {
      try {
        check(kernel);
        return [];
      } catch (error) {
        return [`${title(kernel)}: ${(error as Error).message}`];
      }
    });
    assert.equal(failures.join('\n\n'), '');
  });
}

test('there are kernels to look at', () => {
  assert.ok(allKernels().length >= 20, `${allKernels().length} kernels`);
});

test('every shader is used by a kernel, under its own path', () => {
  const used = new Map(allKernels().flatMap(filesOf).map(({ name, source }) => [name, source]));
  assert.deepEqual([...used.keys()].filter((name) => !shaders.includes(name)), [], 'names without a file');
  assert.deepEqual(shaders.filter((name) => !used.has(name)), [], 'files that no kernel uses');
  for (const [name, source] of used) assert.equal(source, readFileSync(`shaders/${name}.wgsl`, 'utf8'), `${name} holds another file's source`);
});

test('every shader opens with a comment', () => {
  const bare = shaders.filter((name) => !/^\/\/ \S/.test(readFileSync(`shaders/${name}.wgsl`, 'utf8')));
  assert.deepEqual(bare, []);
});

forAll('storage bindings have the declared names, order and access', (kernel) => {
  const { bindings } = together(kernel);
  const declared = Object.entries(kernel.spec.bindings).map(([name, access]) => [name, access === 'read' ? 'read' : 'read_write']);
  const written = [...bindings].sort(([a], [b]) => a - b);
  assert.deepEqual(written.map(([, { name, access }]) => [name, access]), declared);
  assert.deepEqual(written.map(([binding]) => binding), declared.map((_, i) => i));
});

forAll('struct Params has the declared fields, after the storage bindings', (kernel) => {
  const { params, uniform } = together(kernel);
  const declared = Object.entries(kernel.spec.params);
  if (kernel.spec.step) declared.push(['step_base', 'u32']);
  assert.deepEqual(params.map(([name, type]) => [name, type]), declared);
  assert.equal(uniform, declared.length > 0 ? Object.keys(kernel.spec.bindings).length : null);
});

forAll('overrides have the declared names and defaults', (kernel) => {
  assert.deepEqual(together(kernel).overrides, { ...kernel.spec.overrides });
});

forAll('consts and aliases to be replaced exist and have the declared values', (kernel) => {
  const { consts } = together(kernel);
  const number = (value: string | number) => (/^\d+u?$/.test(`${value}`) ? Number.parseInt(`${value}`, 10) : value);
  for (const [name, value] of Object.entries(kernel.spec.consts)) {
    assert.ok(name in consts, `no const or alias ${name}`);
    assert.equal(number(consts[name]), number(value), name);
  }
  link(filesOf(kernel), kernel.spec.consts);
});

forAll('f16 is enabled where an element type is made f16, and only there', (kernel) => {
  const head = 'enable f16;';
  const { consts } = kernel.spec;
  assert.ok(!link(filesOf(kernel), consts).code.includes(head), 'with defaults');
  for (const type of Object.keys(consts).filter((name) => consts[name] === 'f32')) {
    const [first] = link(filesOf(kernel), { ...consts, [type]: 'f16' }).code.split('\n');
    assert.ok(first.includes(head), type);
  }
});

forAll('the file has an entry point, and its lib files are used', (kernel) => {
  assert.ok(declarations(kernel.spec.source).hasMain, 'no @compute fn main');
  for (const lib of kernel.spec.lib) {
    const others = filesOf(kernel).filter((file) => file !== lib).map(({ source }) => withoutComments(source)).join('\n');
    const { functions, consts } = declarations(lib.source);
    const used = [...functions, ...Object.keys(consts)].some((name) => new RegExp(`\\b${name}\\b`).test(others));
    assert.ok(used, `nothing of ${lib.name} is used`);
  }
});

forAll('kernels that fold their grid undo it', (kernel) => {
  const code = withoutComments(filesOf(kernel).map(({ source }) => source).join('\n'));
  const folds = /\bflat_group\s*\(/.test(code.replace(/fn flat_group\s*\(/, ''));
  assert.equal(folds, kernel.spec.lib.some(({ name }) => name === 'lib/grid'), 'flat_group goes with lib/grid');
});

test.run();
