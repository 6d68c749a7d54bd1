// Files made to be downloaded: kept in memory for a while, each at an address that nobody can guess.
import { randomUUID } from 'node:crypto';

export interface Download {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** As many as are kept; the oldest goes. */
const MOST = 8;

export class Exports {
  private readonly files = new Map<string, Download>();

  /** The address below media/ at which the file can be fetched. */
  add(file: Download): { url: string; name: string } {
    const token = randomUUID();
    this.files.set(token, file);
    const [oldest] = this.files.keys();
    if (this.files.size > MOST && oldest !== undefined) this.files.delete(oldest);
    return { url: `media/export/${token}/${encodeURIComponent(file.name)}`, name: file.name };
  }

  get(token: string): Download | undefined {
    return this.files.get(token);
  }
}
