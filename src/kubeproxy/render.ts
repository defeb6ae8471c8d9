/**
 * The rules as `iptables-save` prints them.
 *
 * @source iptables/iptables-save.c, extensions/libxt_statistic.c; kubernetes/kubernetes pkg/proxy/iptables/proxier.go
 */
import type { Rule, ServiceRules } from './rules.ts';

const quoted = (comment: string): string => (/^[A-Za-z0-9_-]+$/.test(comment) ? comment : `"${comment}"`);

/** iptables keeps a probability as a whole number of 2^31. @source extensions/libxt_statistic.c */
export function probabilityText(oneIn: number): string {
  // kube-proxy writes ten decimals.
  const written = Number((1 / oneIn).toFixed(10));
  return (Math.round(0x80000000 * written) / 0x80000000).toFixed(11);
}

/** One rule as a line of `iptables-save`. */
export function ruleText(chain: string, rule: Rule): string {
  const parts = [`-A ${chain}`];
  if (rule.notSource !== undefined) parts.push(`! -s ${rule.notSource}`);
  if (rule.source !== undefined) parts.push(`-s ${rule.source}`);
  if (rule.destination !== undefined) parts.push(`-d ${rule.destination}`);
  if (rule.protocol !== undefined) parts.push(`-p ${rule.protocol}`);
  if (rule.comment !== undefined) parts.push(`-m comment --comment ${quoted(rule.comment)}`);
  if (rule.local !== undefined) parts.push(`-m addrtype --${rule.local === 'source' ? 'src' : 'dst'}-type LOCAL`);
  if (rule.recent !== undefined) parts.push(rule.recent.set ? `-m recent --set --name ${rule.recent.name} --mask 255.255.255.255 --rsource` : `-m recent --rcheck --seconds ${rule.recent.seconds} --reap --name ${rule.recent.name} --mask 255.255.255.255 --rsource`);
  if (rule.oneIn !== undefined) parts.push(`-m statistic --mode random --probability ${probabilityText(rule.oneIn)}`);
  if (rule.protocol !== undefined) parts.push(`-m ${rule.protocol}${rule.port !== undefined ? ` --dport ${rule.port}` : ''}`);
  parts.push(targetText(rule));
  return parts.join(' ');
}

function targetText({ target }: Rule): string {
  if ('jump' in target) return `-j ${target.jump}`;
  if ('dnat' in target) return `-j DNAT --to-destination ${target.dnat}`;
  return 'drop' in target ? '-j DROP' : '-j REJECT --reject-with icmp-port-unreachable';
}

const FILTER_CHAINS = ['KUBE-EXTERNAL-SERVICES', 'KUBE-FIREWALL', 'KUBE-FORWARD', 'KUBE-NODEPORTS', 'KUBE-PROXY-FIREWALL', 'KUBE-SERVICES'];
const NEW = '-m conntrack --ctstate NEW -m comment --comment';
const FILTER_HEAD = [
  `-A INPUT ${NEW} "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL`,
  '-A INPUT -m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS',
  `-A INPUT ${NEW} "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES`,
  '-A INPUT -j KUBE-FIREWALL',
  `-A FORWARD ${NEW} "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL`,
  '-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD',
  `-A FORWARD ${NEW} "kubernetes service portals" -j KUBE-SERVICES`,
  `-A FORWARD ${NEW} "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES`,
  `-A OUTPUT ${NEW} "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL`,
  `-A OUTPUT ${NEW} "kubernetes service portals" -j KUBE-SERVICES`,
  '-A OUTPUT -j KUBE-FIREWALL',
];
const FILTER_TAIL = [
  '-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
  '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP',
  '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT',
  '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
];
const NAT_HEAD = [
  '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
  '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
  '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
  '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
];
const NAT_POSTROUTING = [
  '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
  '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
  '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
];
/** Always the last rule of KUBE-SERVICES. */
const NODEPORTS_LAST: Rule = Object.freeze({ comment: 'kubernetes service nodeports; NOTE: this must be the last rule in this chain', local: 'destination', target: Object.freeze({ jump: 'KUBE-NODEPORTS' }) });

const declared = (chains: readonly string[], builtIn: readonly string[]): string[] => [...builtIn.map(chain => `:${chain} ACCEPT [0:0]`), ...chains.map(chain => `:${chain} - [0:0]`)];

/** Everything kube-proxy has in the kernel of a node, line by line. */
export function iptablesSave(services: readonly ServiceRules[]): readonly string[] {
  if (services.length === 0) return [];
  const own = services.flatMap(service => service.chains).slice().sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = (chain: string, rules: readonly Rule[]): string[] => rules.map(rule => ruleText(chain, rule));
  return [
    '*filter', ...declared(FILTER_CHAINS, ['INPUT', 'FORWARD', 'OUTPUT']), ...FILTER_HEAD,
    ...lines('KUBE-EXTERNAL-SERVICES', services.flatMap(service => service.refusedExternal)),
    ...FILTER_TAIL,
    ...lines('KUBE-SERVICES', services.flatMap(service => service.refused)),
    'COMMIT',
    '*nat',
    ...declared([...['KUBE-MARK-MASQ', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-SERVICES'], ...own.map(chain => chain.name)].sort((a, b) => (a < b ? -1 : 1)), ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING']),
    ...NAT_HEAD,
    ...lines('KUBE-NODEPORTS', services.flatMap(service => service.nodePorts)),
    ...NAT_POSTROUTING,
    ...own.flatMap(chain => lines(chain.name, chain.rules)),
    ...lines('KUBE-SERVICES', [...services.flatMap(service => service.services), NODEPORTS_LAST]),
    'COMMIT',
  ];
}
