/** The library as another project gets it: packed, installed into an empty folder, imported, type-checked, trained. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const project = mkdtempSync(join(tmpdir(), 'wgrad-package-'));
process.on('exit', () => rmSync(project, { recursive: true, force: true }));

/** What a person would write on arrays of their own: whether a point lies right of the line x = y. */
const train = `
import { HostArray, layers, optimizers, sequential, setSeed } from 'wgrad';

setSeed(1);
const points = Array.from({ length: 256 }, (_, i) => [(i % 16) / 15, Math.floor(i / 16) / 15]);
const x = HostArray.from(points);
const y = HostArray.from(points.map(([a, b]) => (a > b ? 1 : 0)));

const model = sequential([
  layers.dense({ units: 16, activation: 'relu', inputShape: [2] }),
  layers.dense({ units: 1, activation: 'sigmoid' }),
]);
model.compile({ optimizer: optimizers.adam({ learningRate: 0.05 }), loss: 'binary_crossentropy', metrics: ['accuracy'] });
const history = await model.fit(x, y, { epochs: 20, verbose: 0 });
const [loss, accuracy] = await model.evaluate(x, y, { verbose: 0 });
console.log(JSON.stringify({ first: history.history.loss[0], loss, accuracy }));
`;

const tsconfig = {
  compilerOptions: { target: 'ES2022', module: 'NodeNext', strict: true, noEmit: true, types: [], lib: ['ES2023', 'DOM'], skipLibCheck: false },
  files: ['train.ts'],
};

function run(command: string, args: string[], cwd: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 240_000 });
  return { status, output: stdout + stderr };
}

const packed = run('npm', ['pack', '--json', '--pack-destination', project], process.cwd());
const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'));
writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
writeFileSync(join(project, 'train.mjs'), train);
writeFileSync(join(project, 'train.ts'), train);
writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(tsconfig));

const installed = run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`], project);
// Its dependencies come from the registry; without network and cache there is nothing to test.
const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ENOTCACHED/.test(installed.output);
const afterInstall = offline ? test.skip : test;
if (offline) console.log('The package registry cannot be reached: the packed library was not installed.');

test('npm pack builds it', () => {
  assert.ok(packed.status === 0, packed.output);
  assert.ok(tarball, packed.output);
});

afterInstall('it holds the bundles, the types and nothing of the workshop', () => {
  assert.ok(installed.status === 0, installed.output);
  const files = readdirSync(join(project, 'node_modules/wgrad'), { recursive: true }).map(String);
  for (const file of ['dist/node.mjs', 'dist/browser.mjs', 'dist/types/nn/index.d.ts', 'LICENSE']) assert.ok(files.includes(file), file);
  assert.equal(files.filter((file) => /^(test|tutorials|bench|setup|engine|shaders|nn)\b/.test(file)), []);
});

afterInstall('a user’s own arrays are trained on', () => {
  const { status, output } = run(process.execPath, ['train.mjs'], project);
  assert.ok(status === 0, output);
  const { first, loss, accuracy } = JSON.parse(/^\{.*\}$/m.exec(output)![0]) as Record<string, number>;
  assert.ok(loss < first / 2, `the loss went from ${first} to ${loss}`);
  assert.ok(accuracy > 0.95, `accuracy ${accuracy}`);
});

afterInstall('its types hold under Node’s own resolution, strict and without the library’s sources', () => {
  const tsc = join(process.cwd(), 'node_modules/typescript/bin/tsc');
  const { status, output } = run(process.execPath, [tsc, '-p', '.'], project);
  assert.ok(status === 0, output);
  writeFileSync(join(project, 'train.ts'), train.replace('epochs: 20', "epochs: 'many'"));
  assert.is.not(run(process.execPath, [tsc, '-p', '.'], project).status, 0);
});

afterInstall('the browser’s bundle asks for nothing of Node', () => {
  const bundle = readFileSync(join(project, 'node_modules/wgrad/dist/browser.mjs'), 'utf8');
  assert.equal([...bundle.matchAll(/from\s*"([^"]+)"/g)].map((match) => match[1]).filter((name) => name !== 'fflate' && !name.startsWith('./')), []);
  assert.not.match(bundle, /['"`]node:|process\.env/);
});

test.run();
