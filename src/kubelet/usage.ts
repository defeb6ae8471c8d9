/**
 * What containers use of CPU and memory, computed when somebody asks: a function of the program, of the container's id and of time.
 *
 * @source google/cadvisor info/v1/container.go, kubernetes/kubernetes pkg/kubelet/server/stats/resource_analyzer.go
 * @fidelity simplified: programs have a usual load that swings a little, a program that computes takes whole cores up to its limit; load that comes from
 * requests of others is not felt, and programs on a full machine do not take from each other
 */
import { hashText } from '../base/prng.ts';
import type { ContainerStats, NodeStats } from '../api/cri.ts';
import { canonicalImage, traitsOf } from './images.ts';
import type { ContainerRecord } from './runtime-state.ts';

/** Usual use of a program: thousandths of a core, and bytes. */
export interface ProgramLoad { readonly milli: number; readonly memory: number }

const MEBI = 1_048_576;
const PAGE = 4096;
const SECOND = 1_000_000;
/** How often cAdvisor looks at a container. @source pkg/kubelet/cadvisor/cadvisor_linux.go (defaultHousekeepingInterval) */
const HOUSEKEEPING = 10 * SECOND;
/** A program that waits: a shell asleep, a finished setup. */
const IDLE: ProgramLoad = { milli: 0.02, memory: 0.6 * MEBI };
/** Memory of a program comes to its usual size within this time. */
const WARM_UP = 600 * SECOND;
/** The swing of the CPU use: a quarter up and down within some minutes. */
const SWING = 0.25;
/** A program that takes this much computes without a pause. */
const STEADY = 500;
const SWING_PERIOD_MIN = 240 * SECOND;
/** What runs beside containers: kubelet, containerd, sshd, the kernel. */
const SYSTEM: ProgramLoad = { milli: 38, memory: 420 * MEBI };

/** Chance numbers of a container: `[0, 1)`, always the same for the same id and purpose. */
const chance = (id: string, purpose: number): number => hashText(id, 0x9e3779b9 + purpose) / 0x100000000;

function loadOf({ info, plan }: ContainerRecord): ProgramLoad {
  if (plan.load !== undefined) return plan.load;
  if (plan.server === undefined) return IDLE;
  const { load, memory } = traitsOf(canonicalImage(info.image));
  if (memory !== undefined) return { milli: 40, memory: memory.bytes };
  // An application that nobody knows: some thousandths of a core, some tens of mebibytes.
  return load ?? { milli: 1 + 4 * chance(info.id, 1), memory: (18 + 30 * chance(info.id, 2)) * MEBI };
}

/** Integral over `[0, t]` of a triangle wave between -1 and 1 that begins at `phase` of its period. */
function swingUntil(t: number, period: number, phase: number): number {
  const from = phase * period;
  return wave(from + t, period) - wave(from, period);
}

/** Integral of the wave from the start of a period, where it is -1; a whole period adds nothing. */
function wave(t: number, period: number): number {
  const x = (t % period) / period;
  return period * (x < 0.5 ? 2 * x * x - x : 3 * x - 2 * x * x - 1);
}

/** CPU time in nanoseconds that a load has taken after `micros`. */
function cpuAfter(id: string, milli: number, micros: number): number {
  const period = SWING_PERIOD_MIN * (1 + chance(id, 3));
  return Math.round(milli * (micros + SWING * swingUntil(micros, period, chance(id, 4))));
}

/** CPU time (ns) of a container until a moment; its own limit and the machine's cores bound it. */
function cpuOf(record: ContainerRecord, until: number, cores: number): number {
  const { info } = record;
  const { milli } = loadOf(record);
  const most = Math.min(record.cpuLimitMilli ?? Infinity, cores * 1000);
  const age = Math.max(0, until - info.startedAt);
  if (milli >= STEADY || milli * (1 + SWING) >= most) return Math.round(0.998 * Math.min(milli, most) * age);
  return cpuAfter(info.id, milli * (0.85 + 0.3 * chance(info.id, 5)), age);
}

function memoryOf(record: ContainerRecord, until: number): number {
  const { info } = record;
  const { memory } = loadOf(record);
  const { memory: grows } = traitsOf(canonicalImage(info.image));
  const age = Math.max(0, until - info.startedAt);
  const share = grows === undefined ? 0.75 + 0.2 * Math.min(1, age / WARM_UP) + 0.05 * chance(info.id, 6) : Math.min(1, age / (grows.millis * 1000));
  const bytes = Math.min(memory * share, 0.97 * (record.memoryLimitBytes ?? Infinity));
  return Math.floor(bytes / PAGE) * PAGE;
}

/** Looks come a little late, each by another time. */
const LOOK_JITTER = 180_000;

/** The latest look of cAdvisor at something, at or before a moment. */
function lookedAt(id: string, now: number): number {
  const phase = Math.floor(chance(id, 7) * HOUSEKEEPING);
  const round = Math.floor((now - phase) / HOUSEKEEPING);
  const at = (n: number): number => n * HOUSEKEEPING + phase + (hashText(`${id} ${n}`) % LOOK_JITTER);
  return at(round) <= now ? at(round) : at(round - 1);
}

/** The latest sample of a running container; undefined before the first one. */
export function containerStats(record: ContainerRecord, now: number, cores: number): ContainerStats | undefined {
  const { info } = record;
  const at = lookedAt(info.id, now);
  if (info.state !== 'CONTAINER_RUNNING' || at <= info.startedAt) return undefined;
  const { name, podName, podNamespace, startedAt } = info;
  return { name, podName, podNamespace, startedAt, at, cpu: cpuOf(record, at, cores), memory: memoryOf(record, at) };
}

/** CPU time (ns) that a container had taken when it ended. */
export function finalCpu(record: ContainerRecord): number {
  const { startedAt, finishedAt } = record.info;
  return startedAt === 0 || finishedAt === 0 ? 0 : cpuOf(record, finishedAt, Infinity);
}

/** The latest sample of the whole machine. `gone`: CPU time (ns) of containers that were removed. */
export function nodeStats(records: Iterable<ContainerRecord>, node: string, of: { readonly now: number; readonly cores: number; readonly gone: number }): NodeStats {
  const at = lookedAt(node, of.now);
  let cpu = of.gone + cpuAfter(node, SYSTEM.milli, at);
  let memory = SYSTEM.memory;
  for (const record of records) {
    const { state, startedAt, finishedAt } = record.info;
    if (startedAt === 0 || startedAt >= at) continue;
    const isRunning = state === 'CONTAINER_RUNNING';
    cpu += cpuOf(record, isRunning ? at : Math.min(at, finishedAt), of.cores);
    if (isRunning) memory += memoryOf(record, at);
  }
  return { at, cpu, memory: Math.floor(memory / PAGE) * PAGE };
}

/** The same sample with its rate since the look before. */
export function withRate(record: ContainerRecord, now: number, cores: number): ContainerStats | undefined {
  const sample = containerStats(record, now, cores);
  if (sample === undefined) return undefined;
  const before = Math.max(record.info.startedAt, sample.at - HOUSEKEEPING);
  return { ...sample, rate: perSecond(sample.cpu - cpuOf(record, before, cores), sample.at - before) };
}

export function nodeWithRate(records: readonly ContainerRecord[], node: string, of: { readonly now: number; readonly cores: number; readonly gone: number }): NodeStats {
  const sample = nodeStats(records, node, of);
  // Nobody has looked at a machine that has just started.
  if (sample.at < 0) return { at: 0, cpu: 0, memory: sample.memory, rate: 0 };
  const before = nodeStats(records, node, { ...of, now: Math.max(0, of.now - HOUSEKEEPING) });
  return { ...sample, rate: perSecond(sample.cpu - before.cpu, sample.at - before.at) };
}

const perSecond = (nanos: number, time: number): number => (time <= 0 ? 0 : Math.max(0, Math.round((nanos * SECOND) / time)));
