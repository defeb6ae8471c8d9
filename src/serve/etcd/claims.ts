/**
 * Which process simulates which machine. A machine runs once: whoever holds its key in the store runs it, the others wait until the key is gone.
 *
 * Keys lie beside the registry: `/pilothouse/registry/machines/worker-1` → `{"host":"laptop","pid":4711}`, on a lease of etcd that is kept alive. So the
 * machines of a process that dies are free within the lease, and at once when it ran on the same computer.
 */
import { hostname } from 'node:os';
import type { Etcd3, ICompare, IOptions } from 'etcd3';
import { newClient } from './connection.ts';

/** Real seconds until the machines of a silent process are free. */
const LEASE_SECONDS = 10;
const ROUND_MS = 2_500;

type KeepAlive = Awaited<ReturnType<Etcd3['leaseClient']['leaseKeepAlive']>>;
interface Holder { readonly host: string; readonly pid: number; /** Where it serves, if others may send requests there. */ readonly url?: string }

export interface ClaimsOptions {
  readonly library: IOptions;
  readonly prefix: string;
  /** Machines wanted; each is told of when it is held, and when somebody else has it. */
  readonly started: (machine: string) => void;
  readonly stopped: (machine: string) => void;
}

/** The claims of one process. */
export class Claims {
  readonly #options: ClaimsOptions;
  readonly #wanted = new Set<string>();
  readonly #held = new Set<string>();
  /** Its own connection: what goes wrong here must not touch the API server's. */
  readonly #client: Etcd3;
  #stream: KeepAlive | undefined;
  /** Who waits for the next answer on the stream; undefined = it broke. */
  #answered: (ttl: number | undefined) => void = () => undefined;
  #lease = '0';
  #url = '';
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: ClaimsOptions) {
    this.#options = options;
    this.#client = newClient(options.library);
  }

  /** Takes a machine if it is free. Rejects when etcd does not answer. */
  async take(machine: string): Promise<boolean> {
    if (this.#lease === '0') await this.#grant();
    const { kv } = this.#client;
    const key = this.#key(machine);
    const found = (await kv.range({ key })).kvs[0];
    if (found !== undefined && found.lease === this.#lease) { this.#held.add(machine); return true; }
    if (found !== undefined && !isGone(found.value)) return false;
    const before: ICompare = { key, target: 'Mod', result: 'Equal', mod_revision: found?.mod_revision ?? 0 };
    const { succeeded } = await kv.txn({ compare: [before], success: [{ request_put: { key, value: this.#value(), lease: this.#lease } }] });
    if (succeeded) this.#held.add(machine);
    return succeeded;
  }

  #key(machine: string): Buffer { return Buffer.from(`/pilothouse${this.#options.prefix}/machines/${machine}`); }

  #value(): Buffer {
    const holder: Holder = { host: hostname(), pid: process.pid, ...(this.#url === '' ? {} : { url: this.#url }) };
    return Buffer.from(JSON.stringify(holder));
  }

  /** Tells the other processes where requests for the machines held here may go. */
  async announce(url: string): Promise<void> {
    this.#url = url;
    for (const machine of this.#held) await this.#client.kv.put({ key: this.#key(machine), value: this.#value(), lease: this.#lease });
  }

  /** Where the process that holds a machine serves; undefined when it is this one, or nobody. */
  async urlOf(machine: string): Promise<string | undefined> {
    if (this.#held.has(machine)) return undefined;
    const found = (await this.#client.kv.range({ key: this.#key(machine) })).kvs[0];
    return found === undefined ? undefined : (JSON.parse(found.value.toString()) as Holder).url;
  }

  async #grant(): Promise<void> {
    this.#lease = (await this.#client.leaseClient.leaseGrant({ TTL: LEASE_SECONDS })).ID;
  }

  /** From now on takes each of these machines as soon as it is free, and keeps what is held. */
  keep(machines: readonly string[]): void {
    for (const machine of machines) this.#wanted.add(machine);
    const again = (): void => {
      if (this.#isClosed) return;
      this.#round().catch(() => undefined).finally(() => { if (!this.#isClosed) this.#timer = setTimeout(again, ROUND_MS); });
    };
    again();
  }

  /** One round. While etcd is away nothing changes: nobody else can take anything either. */
  async #round(): Promise<void> {
    if (!(await this.#isAlive())) {
      await this.#grant();
      for (const machine of [...this.#held]) await this.#retake(machine);
    }
    for (const machine of this.#wanted) {
      if (this.#isClosed || this.#held.has(machine) || !(await this.take(machine))) continue;
      this.#options.started(machine);
    }
  }

  async #retake(machine: string): Promise<void> {
    this.#held.delete(machine);
    if (await this.take(machine)) return;
    this.#options.stopped(machine);
  }

  /** False when the lease ran out: whatever was held may be somebody else's by now. */
  async #isAlive(): Promise<boolean> {
    const stream = this.#stream ??= this.#newStream(await this.#client.leaseClient.leaseKeepAlive());
    return new Promise<boolean>((resolve, reject) => {
      const timer = setTimeout(() => { this.#stream = undefined; reject(new Error('no answer')); }, ROUND_MS);
      this.#answered = (ttl) => { clearTimeout(timer); if (ttl === undefined) reject(new Error('the connection broke')); else resolve(ttl > 0); };
      stream.write({ ID: this.#lease });
    });
  }

  /** One stream for all rounds. */
  #newStream(stream: KeepAlive): KeepAlive {
    stream.on('data', (answer) => { this.#answered(Number(answer.TTL)); });
    stream.on('error', () => { this.#stream = undefined; this.#answered(undefined); });
    return stream;
  }

  /** Gives everything back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    if (this.#lease !== '0') await this.#client.leaseClient.leaseRevoke({ ID: this.#lease }).catch(() => undefined);
    this.#stream?.cancel();
    this.#client.close();
  }
}

/** A holder on this computer whose process is gone. */
function isGone(value: Buffer): boolean {
  try {
    const { host, pid } = JSON.parse(value.toString()) as Holder;
    if (host !== hostname() || !Number.isInteger(pid) || pid === process.pid) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
