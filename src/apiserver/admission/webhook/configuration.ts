/** Webhook configurations, and which requests they are about. @source kubernetes/apiserver pkg/admission/plugin/webhook/generic/webhook.go (ShouldCallHook), predicates/rules */
import type { Webhook } from '../../../api/kinds/admissionregistration/webhook.ts';
import type { KubeObject, LabelSelector } from '../../../api/meta.ts';
import { labelSelectorMatches } from '../../../api/selector.ts';
import type { ResourceDescriptor } from '../../../api/resource.ts';
import type { Server } from '../../state.ts';
import type { AdmissionAttributes } from '../plugin.ts';
import { seenAs } from './seen.ts';

/** A webhook with the configuration that it stands in, its place among all, and the version in which it sees the request. */
export interface Hook { readonly webhook: Webhook; readonly configuration: string; readonly index: number; readonly as: ResourceDescriptor }

const none: readonly Hook[] = Object.freeze([]);
/** Requests about these never go to webhooks or policies: a bad one can always be removed. */
const EXEMPT_GROUP = 'admissionregistration.k8s.io';
const CONFIGURATIONS = Object.freeze({ mutating: `${EXEMPT_GROUP}/mutatingwebhookconfigurations`, validating: `${EXEMPT_GROUP}/validatingwebhookconfigurations` });

/** The webhooks of one kind that want to see a request, in the order of their configurations' names. */
export function hooksFor(kind: 'mutating' | 'validating', attributes: AdmissionAttributes, server: Server): readonly Hook[] {
  const items = server.state.caches.get(CONFIGURATIONS[kind])?.items;
  if (items === undefined || items.size === 0 || isExempt(attributes)) return none;
  const hooks: Hook[] = [];
  let index = 0;
  for (const configuration of items.values()) {
    for (const webhook of (configuration as KubeObject & { readonly webhooks?: readonly Webhook[] }).webhooks ?? []) {
      const as = seenAs(webhook.rules ?? [], webhook.matchPolicy, { attributes, server });
      const place = index++;
      if (as !== undefined && selectorsMatch(webhook, attributes, server)) hooks.push({ webhook, configuration: configuration.metadata.name, index: place, as });
    }
  }
  return hooks;
}

/** Whether no webhook or policy may see a request. */
export function isExempt({ descriptor }: AdmissionAttributes): boolean {
  return descriptor.group === EXEMPT_GROUP && /^(mutating|validating)(webhookconfigurations|admissionpolicies|admissionpolicybindings)$/.test(descriptor.plural);
}

/** Whether the selectors of namespace and object fit. */
export function selectorsMatch(of: { readonly namespaceSelector?: LabelSelector; readonly objectSelector?: LabelSelector }, attributes: AdmissionAttributes, server: Server): boolean {
  const { namespaceSelector, objectSelector } = of;
  if (objectSelector !== undefined && !isEmpty(objectSelector)) {
    const { object, old } = attributes;
    const fits = (one: KubeObject | undefined): boolean => one !== undefined && labelSelectorMatches(objectSelector, one.metadata.labels);
    if (!fits(object) && !fits(old)) return false;
  }
  return namespaceSelector === undefined || isEmpty(namespaceSelector) || namespaceFits(namespaceSelector, attributes, server);
}

const isEmpty = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean => Object.keys(matchLabels).length + matchExpressions.length === 0;

/** What is in no namespace is not kept out by a selector of namespaces, except namespaces themselves. */
function namespaceFits(selector: LabelSelector, { descriptor, namespace, object, old }: AdmissionAttributes, { state }: Server): boolean {
  if (descriptor.kind === 'Namespace') return labelSelectorMatches(selector, (object ?? old)?.metadata.labels);
  if (!descriptor.namespaced) return true;
  return labelSelectorMatches(selector, state.caches.get('/namespaces')?.items.get(`/registry/namespaces/${namespace}`)?.metadata.labels);
}
