import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { helpText, listText, readCommand } from '../../tutorials/command.mjs';
import { catalog } from '../../tutorials/catalog.mjs';
import { UsageError } from '../../setup/arguments.mjs';

/** The message with which the command line is refused. */
function refusal(argv: string[], env: Record<string, string> = {}): string {
  try {
    readCommand(argv, env);
  } catch (error) {
    assert.instance(error, UsageError);
    const { message } = error as Error;
    assert.not.match(message, '\n');
    return message;
  }
  throw new Error(`${argv.join(' ')} was accepted`);
}

test('nothing given runs the main tutorial with the defaults', () => {
  assert.equal(readCommand([]), {
    action: 'run',
    tutorial: 'fashion-mnist',
    options: { seed: 0, data: 'auto', adapter: 'auto', out: 'out', resume: false, profile: false, tune: false },
  });
});

test('options are read in any order, with a space or an equals sign', () => {
  const expected = { epochs: 3, limit: 100, batch: 64, seed: 7, data: 'real', adapter: 'software', out: 'my out', resume: true, profile: true, tune: true };
  const values = Object.entries(expected).map(([name, value]) => (value === true ? [`--${name}`] : [`--${name}`, String(value)]));
  fc.assert(fc.property(fc.shuffledSubarray(values, { minLength: values.length }), fc.nat(values.length), fc.boolean(), (order, at, equals) => {
    const argv = order.flatMap((pair) => (equals ? [pair.join('=')] : pair));
    const command = readCommand([...order.slice(0, at).flat(), 'mnist-quickstart', ...order.slice(at).flat()]);
    assert.equal(command, { action: 'run', tutorial: 'mnist-quickstart', options: expected });
    assert.equal(readCommand(argv).options, expected);
  }));
});

test('an unknown tutorial or option names the near match', () => {
  assert.is(refusal(['fashion-mist']), 'Unknown tutorial "fashion-mist". Did you mean fashion-mnist?');
  assert.is(refusal(['fasion']), 'Unknown tutorial "fasion". Did you mean fashion-mnist?');
  assert.is(refusal(['cifar']), `Unknown tutorial "cifar". There are ${catalog.map(({ name }) => name).join(', ')}.`);
  assert.is(refusal(['--epoch', '3']), 'Unknown option --epoch. Did you mean --epochs?');
  assert.is(refusal(['--constructor', '3']), 'Unknown option --constructor.');
  assert.is(refusal(['-e', '3']), 'Unknown option -e.');
  assert.is(refusal(['--data', 'synthetics']), '--data wants auto, real or synthetic, but got "synthetics". Did you mean synthetic?');
  assert.is(refusal(['fashion-mnist', 'mnist-quickstart']), 'One tutorial at a time, but got fashion-mnist and mnist-quickstart.');
});

test('a value that is missing or of no use is refused', () => {
  assert.is(refusal(['--epochs']), '--epochs needs a value: --epochs N.');
  assert.is(refusal(['--epochs', '--resume']), '--epochs needs a value: --epochs N.');
  assert.is(refusal(['--out=']), '--out needs a value: --out DIR.');
  assert.is(refusal(['--resume=yes']), '--resume takes no value, but got "yes".');
  for (const text of ['0', '-1', '1.5', '1e3', 'three', '99999999999999999999', '0x10', ' 2']) {
    assert.is(refusal(['--epochs', text]), `--epochs wants a whole number, 1 or more, but got "${text}".`);
  }
  assert.is(readCommand(['--seed', '0']).options?.seed, 0);
});

test('options for some tutorials only', () => {
  const optionsOf = (...argv: string[]) => readCommand(argv).options!;
  assert.equal(optionsOf('imdb-rnn-vs-lstm', '--lengths', '64,512,64').lengths, [64, 512]);
  assert.is(optionsOf('imdb-rnn-vs-lstm', '--full').full, true);
  assert.is(optionsOf('--max-tokens=500', 'imdb-vectorized-rnn').maxTokens, 500);
  assert.is(refusal(['imdb-pooling', '--lengths', '64']), 'imdb-pooling has no option --lengths; it is for imdb-rnn-vs-lstm.');
  assert.match(refusal(['--full']), /^fashion-mnist has no option --full; it is for imdb-rnn-vs-lstm, imdb-bidirectional, [\w, -]+\.$/);
  assert.is(refusal(['mnist-quickstart', '--max-tokens', '5']), 'mnist-quickstart has no option --max-tokens; it is for imdb-vectorized-rnn.');
  for (const text of ['64,', ',64', '0', '64;512', '6 4']) assert.match(refusal(['imdb-rnn-vs-lstm', '--lengths', text]), '--lengths wants a whole number, 1 or more');
  assert.is(refusal(['imdb-vectorized-rnn', '--max-tokens', '2']), '--max-tokens wants a whole number, 3 or more, but got "2".');
  assert.match(refusal(['imdb-rnn-vs-lstm', '64,512'], { npm_config_lengths: 'true' }), 'npm start -- imdb-rnn-vs-lstm --lengths 64,512');
  assert.match(refusal(['imdb-vectorized-rnn', '500'], { npm_config_max_tokens: 'true' }), 'npm start -- imdb-vectorized-rnn --max-tokens 500');
});

test('--runs names runs of the tutorial, and is for tutorials whose runs do without each other', () => {
  const { options } = readCommand(['imdb-transfer', '--runs', 'nnlm,swivel']) as { options: { runs: string[] } };
  assert.equal(options.runs, ['nnlm', 'swivel']);
  assert.is(refusal(['imdb-transfer', '--runs', 'nnlm,swivl']), 'imdb-transfer has no run "swivl". Did you mean swivel?');
  assert.match(refusal(['imdb-transfer', '--runs', 'x']), /^imdb-transfer has no run "x"\. There are nnlm, /);
  assert.match(refusal(['save-and-load', '--runs', 'resumed']), 'save-and-load has no option --runs; it is for imdb-vectorized-rnn, imdb-bidirectional, pretrain-embedding, imdb-transfer.');
  assert.match(helpText(), '--runs NAME,…');
});

test('whatever is typed is read or refused as wrong usage', () => {
  const word = fc.oneof(fc.string(), fc.constantFrom('--', '-', '--epochs', '--seed', '--data', 'fashion-mnist', '1', '--help', '=', '--lengths', '--full', 'imdb-rnn-vs-lstm'));
  fc.assert(fc.property(fc.array(word, { maxLength: 5 }), (argv) => {
    try {
      assert.ok(['run', 'list', 'help'].includes(readCommand(argv).action));
    } catch (error) {
      assert.instance(error, UsageError);
    }
  }));
});

test('options that npm swallowed are noticed, and the right command is named', () => {
  const right = (argv: string[], env: Record<string, string>): string => refusal(argv, env).split(':  ')[1];
  assert.is(right(['fashion-mnist', '1'], { npm_config_epochs: 'true' }), 'npm start -- fashion-mnist --epochs 1');
  assert.is(right(['1', 'fashion-mnist'], { npm_config_epochs: 'true' }), 'npm start -- fashion-mnist --epochs 1');
  assert.is(right([], { npm_config_epochs: '3' }), 'npm start -- --epochs 3');
  assert.is(right([], { npm_config_list: 'true' }), 'npm start -- --list');
  assert.is(right(['1'], { npm_config_epoch: 'true' }), 'npm start -- --epochs 1');
  assert.is(right(['1', '2'], { npm_config_epochs: 'true', npm_config_seed: 'true', npm_config_resume: 'true' }),
    'npm start -- --epochs N --seed N --resume');
  // What npm itself sets, and a person's own npm settings, are not options of ours.
  assert.is(readCommand([], { npm_config_cache: '/x', npm_config_omit: 'dev', npm_config_tag: 'latest', npm_config_user_agent: 'npm' }).action, 'run');
});

test('--help and --list win over the rest and name every tutorial', () => {
  assert.is(readCommand(['--help', '--epochs', '2']).action, 'help');
  assert.is(readCommand(['-h']).action, 'help');
  assert.is(readCommand(['--list']).action, 'list');
  for (const { name, duration } of catalog) {
    assert.ok(helpText().includes(name));
    assert.ok(listText().includes(name) && listText().includes(duration));
  }
});

test('wrong usage ends npm start and npm test with code 2 and one line', () => {
  const cases: [string, string[], Record<string, string>, RegExp][] = [
    ['setup/start.mjs', ['fashion-mist'], {}, /^Unknown tutorial "fashion-mist"\. Did you mean fashion-mnist\?\n$/],
    ['setup/start.mjs', ['fashion-mnist', '1'], { npm_config_epochs: 'true' }, /put -- before them: {2}npm start -- fashion-mnist --epochs 1\n$/],
    ['test/run.mjs', ['--deeep'], {}, /^Unknown option --deeep\. Did you mean --deep\?\n$/],
    ['test/run.mjs', ['host'], { npm_config_deep: 'true' }, /npm test -- host --deep\n$/],
    ['test/run.mjs', ['host', 'no-such-test'], {}, /^No test file matches no-such-test\.\n$/],
  ];
  for (const [script, argv, env, message] of cases) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...argv], { env: { ...process.env, ...env }, encoding: 'utf8' });
    assert.is(status, 2);
    assert.is(stdout, '');
    assert.match(stderr, message);
    assert.is(stderr.split('\n').length, 2);
  }
});

test.run();
