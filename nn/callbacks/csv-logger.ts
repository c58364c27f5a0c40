import { host } from '#platform';
import { ValueError } from '../../engine/errors';
import { Callback, type Logs } from './callback';

export interface CsvLoggerConfig {
  /** Default `','`. */
  readonly separator?: string;
  /** Whether rows are added to a file that is there; default false: it is replaced. */
  readonly append?: boolean;
}

/**
 * Writes the logs of every epoch to a file of comma-separated values (RFC 4180), the epoch first, then the logs by name.
 * https://keras.io/api/callbacks/csv_logger/
 */
export class CSVLogger extends Callback {
  private text = '';
  private keys: readonly string[] | null = null;

  constructor(private readonly filename: string, private readonly config: CsvLoggerConfig = {}) {
    super();
  }

  override async onTrainBegin(): Promise<void> {
    if (!host.files) throw new ValueError('CSVLogger writes a file, and there are none here (a browser).');
    const goOn = this.config.append && (await host.files.exists(this.filename));
    this.text = goOn ? new TextDecoder().decode(await host.files.read(this.filename)) : '';
    this.keys = null;
    await this.write();
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    if (!this.keys) {
      this.keys = Object.keys(logs).sort();
      if (!this.text) this.add(['epoch', ...this.keys]);
    }
    this.add([epoch, ...this.keys.map((key) => logs[key] ?? 'NA')]);
    await this.write();
  }

  private add(fields: readonly (string | number)[]): void {
    const { separator = ',' } = this.config;
    const quoted = (field: string): string => (/["\r\n]/.test(field) || field.includes(separator) ? `"${field.replaceAll('"', '""')}"` : field);
    this.text += `${fields.map((field) => quoted(String(field))).join(separator)}\r\n`;
  }

  private async write(): Promise<void> {
    await host.files!.writeAtomic(this.filename, this.text);
  }
}
