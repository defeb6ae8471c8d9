/**
 * The way of a new connection through the rules of a node, as the kernel walks them.
 *
 * @fidelity simplified: `recent` (session affinity) never matches, because connections are not remembered
 */
import { cidrContains, parseCidr, parseIPv4 } from '../api/ip.ts';
import type { Rule, ServiceRules } from './rules.ts';

/** A connection about to be made on a node. */
export interface Connection {
  readonly ip: string;
  readonly port: number;
  /** `tcp` unless said otherwise. */
  readonly protocol?: string;
  /** Address of the client; a pod's, or the node's own. */
  readonly source?: string;
  /** Addresses of the node itself: node ports are taken there. */
  readonly nodeAddresses?: readonly string[];
}

/** Where it ends. `direct`: no rule concerns it. `chains`: the way it took. */
export type Route =
  | { readonly result: 'endpoint'; readonly address: string; readonly masqueraded: boolean; readonly chains: readonly string[] }
  | { readonly result: 'refused' | 'dropped'; readonly why: string; readonly chains: readonly string[] }
  | { readonly result: 'direct'; readonly chains: readonly string[] };

/** Chains deep: KUBE-SERVICES, EXT, SVC, SEP and a margin. */
const DEPTH_MAX = 8;

interface Walk { readonly connection: Connection; readonly services: readonly ServiceRules[]; readonly draw: (bound: number) => number; readonly chains: string[]; masqueraded: boolean }

/** Follows a connection. `draw(n)` gives a whole number in [0, n). */
export function route(services: readonly ServiceRules[], connection: Connection, draw: (bound: number) => number): Route {
  const walk: Walk = { connection, services, draw, chains: [], masqueraded: false };
  const address = traverse(walk, 'KUBE-SERVICES', services.flatMap(service => service.services), 0)
    ?? (isLocal(connection) ? traverse(walk, 'KUBE-NODEPORTS', services.flatMap(service => service.nodePorts), 0) : undefined);
  if (address !== undefined) return { result: 'endpoint', address, masqueraded: walk.masqueraded, chains: walk.chains };
  for (const rule of services.flatMap(service => [...service.refused, ...service.refusedExternal])) {
    if (matches(walk, rule)) return { result: 'drop' in rule.target ? 'dropped' : 'refused', why: rule.comment ?? '', chains: walk.chains };
  }
  return { result: 'direct', chains: walk.chains };
}

const isLocal = (connection: Connection): boolean => connection.nodeAddresses?.includes(connection.ip) === true;

function traverse(walk: Walk, chain: string, rules: readonly Rule[], depth: number): string | undefined {
  if (depth > DEPTH_MAX) return undefined;
  const mark = walk.chains.length;
  walk.chains.push(chain);
  for (const rule of rules) {
    if (!matches(walk, rule)) continue;
    const { target } = rule;
    if ('dnat' in target) return target.dnat;
    if (!('jump' in target)) continue;
    if (target.jump === 'KUBE-MARK-MASQ') { walk.masqueraded = true; continue; }
    const next = walk.services.flatMap(service => service.chains).find(one => one.name === target.jump);
    const found = next === undefined ? undefined : traverse(walk, next.name, next.rules, depth + 1);
    if (found !== undefined) return found;
  }
  walk.chains.length = mark;
  return undefined;
}

function inBlock(block: string, ip: string | undefined): boolean {
  const range = parseCidr(block);
  const address = ip === undefined ? undefined : parseIPv4(ip);
  return range !== undefined && address !== undefined && cidrContains(range, address);
}

function matches(walk: Walk, rule: Rule): boolean {
  const { connection } = walk;
  if (rule.recent !== undefined && !rule.recent.set) return false;
  if (rule.destination !== undefined && !inBlock(rule.destination, connection.ip)) return false;
  if (rule.protocol !== undefined && rule.protocol !== (connection.protocol ?? 'tcp')) return false;
  if (rule.port !== undefined && rule.port !== connection.port) return false;
  if (rule.source !== undefined && !inBlock(rule.source, connection.source)) return false;
  if (rule.notSource !== undefined && inBlock(rule.notSource, connection.source)) return false;
  if (rule.local === 'source' && !(connection.nodeAddresses ?? []).includes(connection.source ?? '')) return false;
  if (rule.local === 'destination' && !isLocal(connection)) return false;
  return rule.oneIn === undefined || walk.draw(rule.oneIn) === 0;
}
