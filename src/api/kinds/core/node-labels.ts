/** Labels of nodes that are on their way out. @source kubernetes pkg/api/node/util.go */
import { labelValue } from '../../names.ts';
import type { NodeSelectorTerm } from './affinity.ts';

const deprecated: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
};

/** What to say of a label, undefined when it is in use. */
export const deprecatedLabel = (key: string): string | undefined => (Object.hasOwn(deprecated, key) ? deprecated[key] : undefined);

/** Warnings about keys that select nodes. */
export function keyWarnings(keys: readonly string[], pathOf: (key: string) => string): readonly string[] {
  return keys.flatMap((key) => (deprecatedLabel(key) === undefined ? [] : [`${pathOf(key)}: ${deprecatedLabel(key) ?? ''}`]));
}

/** Warnings about a term over the labels of nodes; values only where nothing refuses them. */
export function termWarnings(term: NodeSelectorTerm, path: string, checkValues: boolean): readonly string[] {
  return (term.matchExpressions ?? []).flatMap(({ key, values }, i) => {
    const at = `${path}.matchExpressions[${i}]`;
    const said = deprecatedLabel(key);
    const found = said === undefined ? [] : [`${at}.key: ${key} is ${said}`];
    if (checkValues) (values ?? []).forEach((value, k) => { for (const message of labelValue(value)) found.push(`${at}.values[${k}]: ${value} is invalid, ${message}`); });
    return found;
  });
}
