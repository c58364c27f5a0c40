/** Counts what a test process did, from how it ended and what uvu printed last. */

/**
 * `{ passed, failed, skipped, why? }` of one test file. A process that was stopped, crashed, or never got as far as
 * printing its counts has failed, whatever passed before; so has a file in which no test ran.
 */
export function tally({ output, status, signal, timedOut }) {
  const counts = uvuCounts(output);
  const { total, passed, skipped } = counts ?? { total: 0, passed: 0, skipped: 0 };
  const failed = total - passed;
  const why = timedOut ? 'stopped at its time limit'
    : signal ? `killed by ${signal}`
    : !counts ? `ended with code ${status} before its tests did`
    : status !== 0 && failed === 0 ? `its tests passed, but it ended with code ${status}`
    : total + skipped === 0 ? 'it holds no test'
    : undefined;
  return { passed, skipped, failed: failed + (why ? 1 : 0), why };
}

/** The totals that uvu prints when it is done; the last ones, should a test print something alike. */
function uvuCounts(output) {
  const plain = output.replace(/\x1b\[[0-9;]*m/g, '');
  const last = [...plain.matchAll(/^ {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)\n {2}Duration:/gm)].at(-1);
  if (!last) return undefined;
  const [total, passed, skipped] = last.slice(1).map(Number);
  return { total, passed, skipped };
}

/** `N passed, N failed`, and `, N skipped` where there are any. */
export function summary(results) {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const skipped = sum('skipped');
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`;
}
