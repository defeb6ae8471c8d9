import { deepFreeze, micros, type ProcessId, seconds } from '../../src/base/data.ts';
import type { EtcdRequest } from '../../src/etcd/contract.ts';
import { clusterOn, etcdMember, memberOn } from '../../src/etcd/member.ts';
import type { EtcdConfig, EtcdMember } from '../../src/etcd/member-state.ts';
import type { CriRequest } from '../../src/api/cri.ts';
import { containerd } from '../../src/kubelet/runtime.ts';
import { terminal, type TerminalState } from '../../src/kubectl/terminal.ts';
import { parse } from '../../src/repl/parse/parse.ts';
import { faultKinds } from '../../src/sim/faults/registry.ts';
import { Kernel } from '../../src/sim/kernel.ts';
import { defineProcess } from '../../src/sim/process.ts';

/** A few machines with etcd or containerd and the learner's shell: lines go in, what the programs print comes out. */

const TERMINAL = 'laptop/terminal' as ProcessId;
const ASKER = 'worker-1/asker' as ProcessId;

/** Does to the runtime what a kubelet would, asks members as any client would, and keeps the answers. */
const asker = defineProcess<{ readonly answers: { readonly id: number; readonly body?: any }[] }, any, object>({
  kind: 'asker', mailboxMax: 1000, boot: () => ({ answers: [] }),
  step(state, input, out) {
    if (input.type !== 'message') return;
    if (input.body.type === 'tell') out.send(input.body.to, input.body.message);
    else if (input.body.type === 'cri.request') out.send('worker-1/containerd' as ProcessId, input.body);
    else state.answers.push(input.body);
  },
});

export interface Ran { readonly exit: number | null; readonly out: string; readonly err: string; readonly took: number }

export class Shell {
  readonly kernel: Kernel;
  #nextId = 1;

  constructor(options: { readonly members?: readonly string[]; readonly runtimes?: readonly string[]; readonly images?: readonly string[]; readonly etcd?: Partial<EtcdConfig>; readonly seed?: number } = {}) {
    const { members = [], runtimes = [], images = [], etcd = {} } = options;
    this.kernel = new Kernel({ seed: options.seed ?? 1, kinds: [etcdMember, containerd, terminal, asker], faults: faultKinds, verify: true });
    for (const name of members) this.kernel.spawn({ id: memberOn(name), kind: 'etcd', node: name as never, config: { ...etcd, name, initialCluster: clusterOn(members) } });
    for (const name of runtimes) this.kernel.spawn({ id: `${name}/containerd` as ProcessId, kind: 'containerd', node: name as never, config: deepFreeze({ images: [...images] }) });
    this.kernel.spawn({ id: ASKER, kind: 'asker', node: 'worker-1' as never, config: {} });
    const processes = members.map((node, i) => ({ id: `${node}/etcd`, kind: 'etcd', node, address: `10.0.0.${11 + i}` }));
    const rest = { loadBalancer: '' as const, servers: [], credential: { type: 'anonymous' as const }, userAgent: 'kubectl' };
    this.kernel.spawn({ id: TERMINAL, kind: 'terminal', node: 'laptop' as never, config: deepFreeze({ rest, server: '10.0.0.10:6443', processes }) });
    this.advance(5);
  }

  advance(secondsOfTime: number): void { this.kernel.run({ until: micros(this.kernel.world.now + seconds(secondsOfTime)) }); }
  member(name: string): EtcdMember { return this.kernel.stateOf<EtcdMember>(memberOn(name)) as EtcdMember; }
  fault(kind: string, ...words: string[]): number {
    const definition = faultKinds.find((one) => one.name === kind);
    const { processes } = this.kernel.world;
    const targets = { processes: processes.map(({ id }) => id), machines: [...new Set(processes.map(({ node }) => node))] };
    const parsed = (definition as any).parse(words, targets);
    if (!parsed.ok) throw new Error(parsed.error);
    return this.kernel.inject(kind, parsed.value, words);
  }

  healAll(): void { for (const { id } of [...this.kernel.world.faults]) this.kernel.heal(id); }

  get #terminal(): TerminalState { return this.kernel.stateOf<TerminalState>(TERMINAL) as TerminalState; }

  /** Begins a line; `finish` waits for its end. */
  begin(line: string, node = 'cp-1'): void {
    const parsed = parse(line);
    if (!parsed.ok) throw new Error(`${line}: ${parsed.message}`);
    const [pipeline] = parsed.commands;
    if (pipeline === undefined || pipeline.isSession) throw new Error(`${line}: no command`);
    const args = deepFreeze({ ...pipeline.command, files: pipeline.stdin === undefined ? {} : { '-': pipeline.stdin } });
    const settings = { namespace: 'default', lang: 'en' as const, node: pipeline.on ?? node, columns: 0 };
    this.kernel.deliver(TERMINAL, { type: 'terminal.run', args, settings });
  }

  finish(withinSeconds = 60): Ran {
    const began = this.kernel.world.now;
    this.kernel.run({ until: began });
    this.kernel.run({ until: micros(began + seconds(withinSeconds)), stop: () => this.#terminal.exit !== null });
    return this.printed(began);
  }

  printed(began = this.kernel.world.now): Ran {
    const { exit, output } = this.#terminal;
    const text = (stream: string): string => output.filter((piece) => piece.stream === stream).map((piece) => piece.text).join('');
    return { exit, out: text('stdout'), err: text('stderr'), took: this.kernel.world.now - began };
  }

  run(line: string, node = 'cp-1', withinSeconds = 90): Ran {
    this.begin(line, node);
    return this.finish(withinSeconds);
  }

  interrupt(): void {
    this.kernel.deliver(TERMINAL, { type: 'terminal.interrupt' });
    this.kernel.run({ until: this.kernel.world.now });
  }

  /** Another client's request, at once. */
  etcd(member: string, request: EtcdRequest): void {
    this.kernel.deliver(ASKER, { type: 'tell', to: memberOn(member), message: { type: 'etcd.request', id: this.#nextId++, request } });
    this.advance(1);
  }

  /** Asks the runtime of worker-1 as a kubelet does. */
  cri(request: CriRequest): any {
    const id = this.#nextId++;
    this.kernel.deliver(ASKER, { type: 'cri.request', id, request });
    this.advance(3);
    const found = this.kernel.stateOf<{ readonly answers: { readonly id: number; readonly body?: any }[] }>(ASKER)?.answers.find((one) => one.id === id);
    return found?.body;
  }
}
