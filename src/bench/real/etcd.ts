/** A real etcd beside ours: found on this machine, started on loopback with ports of its own, asked over its JSON gateway. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Programs of one installed etcd. */
export interface EtcdPrograms { readonly etcd: string; readonly etcdctl: string; readonly version: string; /** Where its files go. */ readonly folder: string }

/** Time for a started cluster to answer. */
const START_MAX_MS = 20_000;
/** Longer than any answer of a healthy etcd, and of one whose leader has just gone. */
const ANSWER_MAX_MS = 15_000;
const LOOK_EVERY_MS = 10;
/** Where the packages put them, or the folder that ETCD_BIN names. */
const FOLDER_VARIABLE = 'ETCD_BIN';

/** The etcd of this machine; undefined when it is not installed. */
export function findEtcd(): EtcdPrograms | undefined {
  const folder = process.env[FOLDER_VARIABLE] ?? '';
  const [etcd, etcdctl] = folder === '' ? ['etcd', 'etcdctl'] : [join(folder, 'etcd'), join(folder, 'etcdctl')];
  const server = spawnSync(etcd, ['--version'], { encoding: 'utf8' });
  const client = spawnSync(etcdctl, ['version'], { encoding: 'utf8', env: { ...process.env, ETCDCTL_API: '3' } });
  const version = /etcd Version: (\S+)/.exec(server.stdout ?? '')?.[1];
  return version === undefined || client.status !== 0 ? undefined : { etcd, etcdctl, version, folder: tmpdir() };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done); });
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return address.port;
}

export interface RealMember { readonly name: string; readonly clientPort: number; readonly peerPort: number; process: ChildProcess | undefined }
/** An answer of the gateway: fields in protobuf's JSON form, or `error`. */
export type GatewayAnswer = Readonly<Record<string, unknown>> & { readonly error?: unknown; readonly message?: string };

const pause = (ms: number): Promise<void> => new Promise((done) => { setTimeout(done, ms); });

/** One to three members with an empty store; `stop` ends them and removes their files. */
export class RealCluster {
  readonly programs: EtcdPrograms;
  readonly members: readonly RealMember[];
  readonly #folder: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 });
  #isNew = true;

  private constructor(programs: EtcdPrograms, members: readonly RealMember[]) {
    this.programs = programs;
    this.members = members;
    this.#folder = mkdtempSync(join(tmpdir(), 'pilothouse-etcd-'));
  }

  static async start(programs: EtcdPrograms, size: number): Promise<RealCluster> {
    const members: RealMember[] = [];
    for (let i = 1; i <= size; i++) members.push({ name: `cp-${i}`, clientPort: await freePort(), peerPort: await freePort(), process: undefined });
    const cluster = new RealCluster(programs, members);
    for (const member of members) cluster.run(member);
    try {
      await cluster.untilLed();
    } catch (error) {
      cluster.stop();
      throw error;
    }
    cluster.#isNew = false;
    return cluster;
  }

  /** Starts a member (again). */
  run(member: RealMember): void {
    const url = (port: number): string => `http://127.0.0.1:${port}`;
    const args = [
      '--name', member.name, '--data-dir', join(this.#folder, member.name), '--listen-client-urls', url(member.clientPort), '--advertise-client-urls', url(member.clientPort),
      '--listen-peer-urls', url(member.peerPort), '--initial-advertise-peer-urls', url(member.peerPort),
      '--initial-cluster', this.members.map(({ name, peerPort }) => `${name}=${url(peerPort)}`).join(','), '--initial-cluster-state', this.#isNew ? 'new' : 'existing',
      '--logger', 'zap', '--log-level', 'fatal',
    ];
    member.process = spawn(this.programs.etcd, args, { stdio: 'ignore', env: { PATH: process.env['PATH'] ?? '' } });
  }

  /** As a power cut would. */
  kill(member: RealMember): void {
    member.process?.kill('SIGKILL');
    member.process = undefined;
  }

  get running(): readonly RealMember[] { return this.members.filter((member) => member.process !== undefined); }
  get endpoints(): string { return this.members.map(({ clientPort }) => `127.0.0.1:${clientPort}`).join(','); }

  /** Waits until every running member knows the same leader, and gives it. */
  async untilLed(): Promise<RealMember> {
    const began = performance.now();
    for (;;) {
      const leader = await this.leader();
      if (leader !== undefined) return leader;
      if (performance.now() - began > START_MAX_MS) throw new Error(`etcd ${this.programs.version}: no leader within ${START_MAX_MS / 1000} s`);
      await pause(LOOK_EVERY_MS);
    }
  }

  /** The member that all running ones take for their leader. */
  async leader(): Promise<RealMember | undefined> {
    const ids = new Map<string, RealMember>();
    const leaders = new Set<string>();
    for (const member of this.running) {
      const status = await this.call('maintenance/status', {}, member).catch(() => undefined);
      if (status === undefined || status.error !== undefined) return undefined;
      ids.set(String((status['header'] as { member_id?: string } | undefined)?.member_id), member);
      leaders.add(String(status['leader'] ?? '0'));
    }
    const [leader = '0'] = leaders;
    return leaders.size === 1 ? ids.get(leader) : undefined;
  }

  /** One request to the gateway: `call('kv/put', { key, value })`. */
  call(path: string, body: object, member: RealMember = this.running[0] as RealMember): Promise<GatewayAnswer> {
    return new Promise((done, fail) => {
      const text = JSON.stringify(body);
      const out = request({ host: '127.0.0.1', port: member.clientPort, path: `/v3/${path}`, method: 'POST', agent: this.#agent, headers: { 'content-length': Buffer.byteLength(text) } }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => { try { done(JSON.parse(Buffer.concat(chunks).toString('utf8')) as GatewayAnswer); } catch (error) { fail(error as Error); } });
        answer.on('error', fail);
      });
      out.on('error', fail);
      out.setTimeout(ANSWER_MAX_MS, () => out.destroy(new Error(`/v3/${path}: no answer within ${ANSWER_MAX_MS / 1000} s`)));
      out.end(text);
    });
  }

  /** Opens a watch; every answer on it goes to `heard`. Resolves when the server has created it. */
  watch(create: object, heard: (result: Readonly<Record<string, unknown>>) => void): Promise<() => void> {
    return new Promise((done, fail) => {
      const member = this.running[0] as RealMember;
      const out = request({ host: '127.0.0.1', port: member.clientPort, path: '/v3/watch', method: 'POST' }, (answer) => {
        let rest = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) {
            const { result = {} } = JSON.parse(line) as { result?: Readonly<Record<string, unknown>> };
            if (result['created'] === true) done(() => out.destroy());
            heard(result);
          }
        });
      });
      out.on('error', fail);
      out.setTimeout(ANSWER_MAX_MS, () => fail(new Error(`/v3/watch: no answer within ${ANSWER_MAX_MS / 1000} s`)));
      out.end(JSON.stringify({ create_request: create }));
    });
  }

  stop(): void {
    this.#agent.destroy();
    for (const member of this.members) this.kill(member);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
