/** Ends the process at the first failed test (loaded with --import): uvu marks it with a cross. */
import process from 'node:process';

const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (text, ...rest) => {
  // Once more round the event loop, so that an error on its way to standard error arrives.
  if (String(text).includes('✘')) setTimeout(() => process.exit(1), 50);
  return write(text, ...rest);
};
