import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { carryOut, judge } from '../../setup/adapter.mjs';
import { backportsFile, findSuite, planDriver, readRelease } from '../../setup/apt.mjs';

const deb822 = `# See the manual.
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm
 bookworm-updates
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----

Types: deb
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main
`;
const oneLine = `# deb http://old.example/debian bookworm main
deb-src http://mirror.example/debian bookworm main
deb [ arch=amd64 signed-by=/usr/share/keyrings/debian.gpg ] http://mirror.example/debian/ bookworm main contrib # ours
deb http://mirror.example/security bookworm-security main
`;
const bookworm = { ID: 'debian', VERSION_ID: '12', PRETTY_NAME: 'Debian GNU/Linux 12 (bookworm)' };
const sources = [{ file: '/etc/apt/sources.list.d/debian.sources', text: deb822 }];
const install = 'apt-get install -y --no-install-recommends';

/** A plan as lines to read. */
function lines(plan: ReturnType<typeof planDriver>): string[] {
  return plan.steps!.map((step: { write?: string; run?: string[] }) => step.run?.join(' ') ?? `write ${step.write}`);
}

test('Debian 12 takes the driver from backports, from the mirror it already uses', () => {
  const plan = planDriver(bookworm, sources);
  assert.equal(lines(plan), [
    `write ${backportsFile}.sources`,
    'apt-get update',
    `${install} -t bookworm-backports mesa-vulkan-drivers libvulkan1`,
  ]);
  assert.is((plan.steps![0] as { text: string }).text, `Types: deb
URIs: http://mirror.example/debian
Suites: bookworm-backports
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----
`);
});

test('the one-line format keeps its settings', () => {
  const plan = planDriver(bookworm, [{ file: '/etc/apt/sources.list', text: oneLine }]);
  assert.equal(plan.steps![0], {
    write: `${backportsFile}.list`,
    text: 'deb [ arch=amd64 signed-by=/usr/share/keyrings/debian.gpg ] http://mirror.example/debian/ bookworm-backports main\n',
  });
});

test('backports that are there already are not added again', () => {
  const own = { file: '/etc/apt/sources.list.d/own.sources', text: 'Types: deb\nURIs: http://m.example\nSuites: bookworm-backports\nComponents: main\n' };
  assert.equal(lines(planDriver(bookworm, [...sources, own]))[0], 'apt-get update');
  // Switched off, it counts as absent.
  const off = { ...own, text: `Enabled: no\n${own.text}` };
  assert.match(lines(planDriver(bookworm, [...sources, off]))[0], 'write');
});

test('newer systems install their own driver; others are told', () => {
  const own = ['apt-get update', `${install} mesa-vulkan-drivers libvulkan1`];
  for (const release of [{ ID: 'debian', VERSION_ID: '13' }, { ID: 'debian' }, { ID: 'ubuntu', VERSION_ID: '24.04' }, { ID: 'ubuntu', VERSION_ID: '25.10' }]) {
    assert.equal(lines(planDriver(release, [])), own);
  }
  for (const release of [{ ID: 'debian', VERSION_ID: '11' }, { ID: 'ubuntu', VERSION_ID: '22.04' }, { ID: 'linuxmint', VERSION_ID: '22' }, {}]) {
    assert.ok(planDriver(release, sources).refusal);
  }
  assert.match(planDriver(bookworm, []).refusal!, 'no apt source names the suite bookworm');
});

test('sources of other suites, kinds and components are passed over', () => {
  assert.is(findSuite('a.sources', deb822, 'trixie'), undefined);
  assert.is(findSuite('a.list', 'deb-src http://m.example bookworm main\ndeb http://m.example bookworm contrib\n', 'bookworm'), undefined);
  assert.is(findSuite('a.sources', 'Types: deb\nURIs: x\nSuites: bookworm\nComponents: contrib\n', 'bookworm'), undefined);
  assert.ok(findSuite('a.sources', deb822, 'bookworm-updates'));
});

test('os-release is read with and without quotes', () => {
  assert.equal(readRelease('NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="12"\n'), { NAME: 'Debian GNU/Linux', ID: 'debian', VERSION_ID: '12' });
});

const machine = { linux: true, apt: true, root: true, sudo: false, forbidden: false, release: bookworm, sources };

test('it installs only where it may', () => {
  assert.is(judge(machine).obstacle, undefined);
  assert.is(judge({ ...machine, root: false, sudo: true }).obstacle, undefined);
  assert.match(judge({ ...machine, root: false }).obstacle!, 'root or password-less sudo');
  assert.match(judge({ ...machine, forbidden: true }).obstacle!, 'WGRAD_NO_INSTALL');
  assert.match(judge({ ...machine, apt: false }).obstacle!, 'not an apt system');
  assert.ok(judge({ ...machine, linux: false }).obstacle);
  // Where only permission lacks, the plan is there to be shown.
  assert.is(judge({ ...machine, forbidden: true }).plan!.steps!.length, 3);
});

/** Runs the plan with a stand-in for the shell, in which the commands that hold `failing` fail. */
function rehearse(failing: string | undefined, sudo = false): { done: boolean; ran: string[] } {
  const ran: string[] = [];
  const run = (command: string, args: string[]) => {
    const line = [command, ...args].join(' ');
    ran.push(line);
    return { status: failing !== undefined && line.includes(failing) ? 1 : 0 };
  };
  const say = console.log;
  console.log = () => {};
  try {
    return { done: carryOut(planDriver(bookworm, sources).steps!, { sudo }, run), ran };
  } finally {
    console.log = say;
  }
}

test('the steps run in order, through sudo where that is needed', () => {
  const { done, ran } = rehearse(undefined, true);
  assert.ok(done);
  assert.is(ran.length, 3);
  for (const line of ran) assert.match(line, /^sudo -n env DEBIAN_FRONTEND=noninteractive (tee|apt-get) /);
});

test('what failed half-way is taken back', () => {
  for (const failing of ['tee', 'update', 'install']) {
    const { done, ran } = rehearse(failing);
    assert.not.ok(done);
    assert.is(ran.at(-1), `env DEBIAN_FRONTEND=noninteractive rm -f ${backportsFile}.sources`);
  }
});

test.run();
