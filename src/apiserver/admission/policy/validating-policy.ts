import { descriptorOfObject } from '../../../api/scheme.ts';
import type { KubeObject } from '../../../api/meta.ts';
import { storageKey } from '../../../api/resource.ts';
import { labelSelectorMatches } from '../../../api/selector.ts';
import { failure, type Status } from '../../../api/status.ts';
import { resourceKey } from '../../resources.ts';
import type { Server } from '../../state.ts';
import { type AdmissionAttributes, annotate, definePlugin, noteOf, refused, warn } from '../plugin.ts';
import { isExempt, ruleMatches, selectorsMatch } from '../webhook/configuration.ts';
import type { Binding, BindingSpec, MatchResources, Policy, PolicySpec } from './definitions.ts';
import { variablesFor } from './environment.ts';
import { evaluatePolicy, type PolicyDecision } from './evaluate.ts';

const GROUP = 'admissionregistration.k8s.io';

/** Rules of the house that are written in CEL and need no program of their own. */
export const validatingPolicy = definePlugin({
  name: 'ValidatingAdmissionPolicy',
  source: 'staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/validating/dispatcher.go',
  validate(attributes, server) {
    const policies = server.state.caches.get(`${GROUP}/validatingadmissionpolicies`)?.items;
    if (policies === undefined || policies.size === 0 || isExempt(attributes)) return undefined;
    const denials: Denial[] = [];
    for (const policy of policies.values()) denials.push(...judge(policy as Policy, attributes, server));
    const [first] = denials;
    return first === undefined ? undefined : deniedStatus(first, attributes);
  },
});

interface Denial { readonly policy: string; readonly binding: string; readonly message: string; readonly reason: string }

function bindingsOf({ state }: Server, policy: string): readonly Binding[] {
  const bindings = state.caches.get(`${GROUP}/validatingadmissionpolicybindings`)?.items;
  return bindings === undefined ? [] : ([...bindings.values()] as Binding[]).filter(({ spec }) => spec?.policyName === policy);
}

function judge(policy: Policy, attributes: AdmissionAttributes, server: Server): readonly Denial[] {
  const { spec = {}, metadata: { name } } = policy;
  if (!isAbout(spec.matchConstraints, attributes, server)) return [];
  const denials: Denial[] = [];
  for (const binding of bindingsOf(server, name)) {
    const matches = binding.spec?.matchResources;
    if (matches !== undefined && !isAbout(matches, attributes, server)) continue;
    const params = paramsOf(spec, binding.spec ?? {}, attributes, server);
    if (typeof params === 'string') {
      if (spec.failurePolicy !== 'Ignore') denials.push({ policy: name, binding: binding.metadata.name, message: `failed to configure binding: ${params}`, reason: '' });
      continue;
    }
    for (const param of params) {
      const result = evaluatePolicy(policy, variablesFor(attributes, server, param));
      for (const [key, value] of result.annotations) annotate(attributes, `${name}/${key}`, value);
      for (const decision of result.decisions) denials.push(...act(decision, { policy: name, binding, attributes }));
    }
  }
  if (denials.length > 0) noteOf(attributes, `policy ${name} denied`);
  return denials;
}

/** What a binding does about a failed check. */
function act(decision: PolicyDecision, { policy, binding, attributes }: { readonly policy: string; readonly binding: Binding; readonly attributes: AdmissionAttributes }): readonly Denial[] {
  const { name } = binding.metadata;
  const actions = binding.spec?.validationActions ?? [];
  const { message, reason, index } = decision;
  if (actions.includes('Warn')) warn(attributes, `Validation failed for ValidatingAdmissionPolicy '${policy}' with binding '${name}': ${message}`);
  if (actions.includes('Audit')) {
    annotate(attributes, 'validation.policy.admission.k8s.io/validation_failure', JSON.stringify([{ message, policy, binding: name, expressionIndex: index, validationActions: actions }]));
  }
  return actions.includes('Deny') ? [{ policy, binding: name, message, reason }] : [];
}

function isAbout(matches: MatchResources | undefined, attributes: AdmissionAttributes, server: Server): boolean {
  if (matches === undefined) return true;
  const { resourceRules, excludeResourceRules = [] } = matches;
  const named = (names: readonly string[] | undefined): boolean => names === undefined || names.length === 0 || names.includes(attributes.name === '' ? attributes.object?.metadata.name ?? '' : attributes.name);
  const covers = (rules: NonNullable<MatchResources['resourceRules']>): boolean => rules.some(rule => named(rule.resourceNames) && ruleMatches(rule, attributes));
  if (covers(excludeResourceRules)) return false;
  return (resourceRules === undefined || resourceRules.length === 0 || covers(resourceRules)) && selectorsMatch(matches, attributes, server);
}

/** The objects that parametrize a policy: one run for each. A text says what is wrong. */
function paramsOf({ paramKind }: PolicySpec, { paramRef }: BindingSpec, attributes: AdmissionAttributes, { state }: Server): readonly (KubeObject | undefined)[] | string {
  if (paramKind === undefined || paramRef === undefined) return [undefined];
  const descriptor = descriptorOfObject({ apiVersion: paramKind.apiVersion, kind: paramKind.kind });
  const items = descriptor === undefined ? undefined : state.caches.get(resourceKey(descriptor.group, descriptor.plural))?.items;
  if (descriptor === undefined || items === undefined) return `paramKind kind \`${paramKind.apiVersion}, Kind=${paramKind.kind}\` not known`;
  const namespace = descriptor.namespaced ? paramRef.namespace ?? attributes.namespace : '';
  if (descriptor.namespaced && namespace === '') return "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources";
  const { name = '', selector } = paramRef;
  const prefix = storageKey(descriptor, namespace, '');
  const found: KubeObject[] = [];
  if (name !== '') {
    const one = items.get(prefix + name);
    if (one !== undefined) found.push(one);
  } else items.range(prefix, `${prefix.slice(0, -1)}0`, (_key, object) => { if (labelSelectorMatches(selector, object.metadata.labels)) found.push(object); });
  if (found.length > 0) return found;
  return paramRef.parameterNotFoundAction === 'Allow' ? [] : 'no params found for policy binding with `Deny` parameterNotFoundAction';
}

const CODES: Readonly<Record<string, number>> = { Unauthorized: 401, Forbidden: 403, RequestEntityTooLarge: 413 };

function deniedStatus({ policy, binding, message, reason }: Denial, attributes: AdmissionAttributes): Status {
  const text = `ValidatingAdmissionPolicy '${policy}' with binding '${binding}' denied request: ${message}`;
  const forbidden = refused(attributes, text, [{ message: text }]);
  const given = reason === '' ? 'Invalid' : reason;
  return failure({ code: CODES[given] ?? 422, reason: given as NonNullable<Status['reason']>, message: forbidden.message ?? '', ...(forbidden.details === undefined ? {} : { details: forbidden.details }) });
}
