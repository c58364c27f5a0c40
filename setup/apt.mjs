/**
 * Which commands give an apt system a software Vulkan driver that Dawn takes. Pure: reads text, returns a plan.
 *
 * Debian 12's own driver (Mesa 22.3) lacks a feature that Dawn insists on, so it comes from bookworm-backports there;
 * from Debian 13 and Ubuntu 24.04 on, the distribution's own will do.
 */

const packages = ['mesa-vulkan-drivers', 'libvulkan1'];
const backports = 'bookworm-backports';
export const backportsFile = '/etc/apt/sources.list.d/wgrad-backports';

/**
 * `release` is /etc/os-release as an object, `sources` the machine's apt sources as `[{ file, text }]`.
 * Returns `{ steps, why }`: steps are `{ write: file, text }` or `{ run: [command, …] }`; or `{ refusal }`.
 */
export function planDriver(release, sources) {
  const install = ['apt-get', 'install', '-y', '--no-install-recommends'];
  const update = { run: ['apt-get', 'update'] };
  if (release.ID === 'debian' && release.VERSION_ID === '12') {
    const target = { run: [...install, '-t', backports, ...packages] };
    const why = 'Debian 12’s own Mesa is too old for WebGPU; its backports have a newer one';
    if (sources.some(({ file, text }) => findSuite(file, text, backports))) return { why, steps: [update, target] };
    for (const { file, text } of sources) {
      const main = findSuite(file, text, 'bookworm');
      if (main) return { why, steps: [{ write: backportsFile + main.extension, text: main.withSuite(backports) }, update, target] };
    }
    return { refusal: `no apt source names the suite bookworm, so there is no mirror to take ${backports} from` };
  }
  const least = { debian: 13, ubuntu: 24.04 }[release.ID];
  // Debian's testing and unstable have no VERSION_ID.
  if (least !== undefined && Number(release.VERSION_ID ?? Infinity) >= least) {
    return { why: 'the distribution’s own Mesa will do', steps: [update, { run: [...install, ...packages] }] };
  }
  return { refusal: `${release.PRETTY_NAME ?? 'this system'} is not one whose packages are known to do` };
}

/**
 * The source in `text` that has packages of `suite`, component main: its file's extension and a way to write the
 * same source (mirror, keys and all) for another suite. Reads deb822 (.sources) and one-line (.list) files.
 */
export function findSuite(file, text, suite) {
  return file.endsWith('.sources') ? findStanza(text, suite) : findLine(text, suite);
}

function findStanza(text, suite) {
  const stanzas = text.replace(/^#.*\n?/gm, '').split(/\n\s*\n/);
  for (const stanza of stanzas) {
    const field = (name) => (new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t].*)*)`, 'im').exec(stanza)?.[1] ?? '').split(/\s+/).filter(Boolean);
    if (!field('Types').includes('deb') || !field('Suites').includes(suite) || !field('Components').includes('main')) continue;
    if (/^(no|false|0)$/i.test(field('Enabled')[0] ?? 'yes')) continue;
    const replace = (all, name, value) => all.replace(new RegExp(`^${name}:.*(\\n[ \\t].*)*`, 'im'), `${name}: ${value}`);
    return {
      extension: '.sources',
      withSuite: (other) => [['Types', 'deb'], ['Suites', other], ['Components', 'main']].reduce(
        (all, [name, value]) => replace(all, name, value), stanza.trim()) + '\n',
    };
  }
  return undefined;
}

function findLine(text, suite) {
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line);
    if (!match || match[3] !== suite || !match[4].split(/\s+/).includes('main')) continue;
    const [, settings = '', mirror] = match;
    return { extension: '.list', withSuite: (other) => `deb ${settings}${mirror} ${other} main\n` };
  }
  return undefined;
}

/** /etc/os-release as an object. */
export function readRelease(text) {
  const release = {};
  for (const [, key, value] of text.matchAll(/^([A-Z_]+)=(.*)$/gm)) release[key] = value.replace(/^(["'])(.*)\1$/, '$2');
  return release;
}
