/** One worker process: calls with a time limit, and what is known when it dies. */
import { type ChildProcess, fork } from 'node:child_process';
import process from 'node:process';

export class WorkerProcess {
  private readonly child: ChildProcess;
  private stderr = '';

  constructor(script: string, args: readonly string[]) {
    this.child = fork(script, args, {
      // Long sequences are deep recursions in some of them; the usual 1 MB would stop those.
      execArgv: ['--stack-size=6000'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Compiled shaders kept from an earlier run would make first steps look shorter than they are.
      env: { ...process.env, MESA_SHADER_CACHE_DISABLE: 'true' },
    });
    this.child.stderr!.on('data', (text) => (this.stderr = (this.stderr + text).slice(-2000)));
  }

  async call<R>(call: string, argument: unknown, limitSeconds: number): Promise<R> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(this.epitaph());
    return new Promise<R>((resolve, reject) => {
      const settle = (fn: () => void): void => {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        fn();
      };
      const onMessage = (message: { result?: R; error?: string }): void =>
        settle(() => (message.error === undefined ? resolve(message.result as R) : reject(new Error(message.error))));
      const onExit = (): void => settle(() => reject(new Error(this.epitaph())));
      const timer = setTimeout(() => settle(() => (this.end(), reject(new Error(`${call}: nothing within ${limitSeconds} s`)))), limitSeconds * 1000);
      child.on('message', onMessage);
      child.on('exit', onExit);
      child.send({ call, argument });
    });
  }

  end(): void {
    this.child.kill('SIGKILL');
  }

  private epitaph(): string {
    const { exitCode, signalCode } = this.child;
    const said = this.stderr.trim().split('\n').filter((line) => /error|exceeded|abort/i.test(line)).pop();
    return `the process ended with ${signalCode ?? `code ${exitCode}`}${said ? `: ${said.trim().slice(0, 200)}` : ''}`;
  }
}
