import type { KubeObject } from '../../../api/meta.ts';
import { type ResourceDescriptor, storageKey } from '../../../api/resource.ts';
import { labelSelectorMatches } from '../../../api/selector.ts';
import { failure, isStatus, type Status } from '../../../api/status.ts';
import type { Table } from '../../../base/table.ts';
import { kindNamed, resourceKey } from '../../resources.ts';
import type { Server } from '../../state.ts';
import { type AdmissionAttributes, annotate, definePlugin, type Need, noteOf, refused, warn } from '../plugin.ts';
import { isExempt, selectorsMatch } from '../webhook/configuration.ts';
import { versionKey } from '../webhook/review.ts';
import { seenAs, seenIn } from '../webhook/seen.ts';
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
    const report: Report = { failures: [], values: new Map() };
    for (const policy of policies.values()) {
      const judged = judge(policy as Policy, { attributes, server, report });
      if ('need' in judged || isStatus(judged)) return judged;
      denials.push(...judged);
    }
    publish(report, attributes);
    const [first] = denials;
    return first === undefined ? undefined : deniedStatus(first, attributes);
  },
});

/** `binding` '' = the policy itself cannot be applied. */
interface Denial { readonly policy: string; readonly binding: string; readonly message: string; readonly reason: string }
/** What goes into the audit event: failed checks, and the values of annotations by key. */
interface Report { readonly failures: object[]; readonly values: Map<string, Set<string>> }
interface Asked { readonly attributes: AdmissionAttributes; readonly server: Server; readonly report: Report }

/** @source staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/validating/dispatcher.go (publishValidationFailureAnnotation, auditAnnotationCollector) */
function publish({ failures, values }: Report, attributes: AdmissionAttributes): void {
  for (const [key, all] of values) annotate(attributes, key, [...all].join(', '));
  if (failures.length > 0) annotate(attributes, 'validation.policy.admission.k8s.io/validation_failure', JSON.stringify(failures));
}

function bindingsOf({ state }: Server, policy: string): readonly Binding[] {
  const bindings = state.caches.get(`${GROUP}/validatingadmissionpolicybindings`)?.items;
  return bindings === undefined ? [] : ([...bindings.values()] as Binding[]).filter(({ spec }) => spec?.policyName === policy);
}

function judge(policy: Policy, { attributes, server, report }: Asked): readonly Denial[] | Need | Status {
  const { spec = {}, metadata: { name } } = policy;
  const bindings = bindingsOf(server, name);
  const as = bindings.length === 0 ? undefined : isAbout(spec.matchConstraints, attributes, server);
  if (as === undefined) return [];
  const fails = spec.failurePolicy !== 'Ignore';
  const source = paramSourceOf(spec, server);
  if (typeof source === 'string') return fails ? [{ policy: name, binding: '', message: `failed to configure policy: ${source}`, reason: '' }] : [];
  const seen = seenIn(attributes, as, `policies ${as.version} ${versionKey(attributes.old)}`);
  if (isStatus(seen) || 'need' in seen) return seen;
  const denials: Denial[] = [];
  for (const binding of bindings) {
    const matches = binding.spec?.matchResources;
    if (matches !== undefined && isAbout(matches, attributes, server) === undefined) continue;
    const params = paramsOf(source, binding.spec ?? {}, attributes);
    if (typeof params === 'string') {
      if (fails) denials.push({ policy: name, binding: binding.metadata.name, message: `failed to configure binding: ${params}`, reason: '' });
      continue;
    }
    for (const param of params) {
      const result = evaluatePolicy(policy, variablesFor(attributes, server, { params: param, as, seen }));
      for (const [key, value] of result.annotations) collect(report, `${name}/${key}`, value);
      for (const decision of result.decisions) denials.push(...act(decision, { policy: name, binding, attributes, report }));
    }
  }
  if (denials.length > 0) noteOf(attributes, `policy ${name} denied`);
  return denials;
}

/** The same value counts once. */
function collect({ values }: Report, key: string, value: string): void {
  const known = values.get(key);
  if (known === undefined) values.set(key, new Set([value])); else known.add(value);
}

/** What a binding does about a failed check. */
function act(decision: PolicyDecision, { policy, binding, attributes, report }: { readonly policy: string; readonly binding: Binding; readonly attributes: AdmissionAttributes; readonly report: Report }): readonly Denial[] {
  const { name } = binding.metadata;
  const actions = binding.spec?.validationActions ?? [];
  const { message, reason, index } = decision;
  if (actions.includes('Warn')) warn(attributes, `Validation failed for ValidatingAdmissionPolicy '${policy}' with binding '${name}': ${message}`);
  if (actions.includes('Audit')) report.failures.push({ message, policy, binding: name, expressionIndex: index, validationActions: actions });
  return actions.includes('Deny') ? [{ policy, binding: name, message, reason }] : [];
}

/** The version in which a policy or binding is about a request; undefined = it is not. */
function isAbout(matches: MatchResources | undefined, attributes: AdmissionAttributes, server: Server): ResourceDescriptor | undefined {
  const asked = attributes.asked ?? attributes.descriptor;
  if (matches === undefined) return asked;
  const { resourceRules = [], excludeResourceRules = [], matchPolicy } = matches;
  const fits = ({ resourceNames = [] }: { readonly resourceNames?: readonly string[] }): boolean => resourceNames.length === 0 || resourceNames.includes(attributes.name === '' ? attributes.object?.metadata.name ?? '' : attributes.name);
  if (seenAs(excludeResourceRules, matchPolicy, { attributes, server, fits }) !== undefined || !selectorsMatch(matches, attributes, server)) return undefined;
  return resourceRules.length === 0 ? asked : seenAs(resourceRules, matchPolicy, { attributes, server, fits });
}

/** Where the objects lie that parametrize a policy; undefined = it has none. */
interface ParamSource { readonly descriptor: ResourceDescriptor; readonly items: Table<KubeObject> }

function paramSourceOf({ paramKind }: PolicySpec, { state }: Server): ParamSource | undefined | string {
  if (paramKind === undefined) return undefined;
  const { apiVersion, kind } = paramKind;
  const descriptor = kindNamed(state, paramKind);
  const items = descriptor === undefined ? undefined : state.caches.get(resourceKey(descriptor.group, descriptor.plural))?.items;
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return descriptor === undefined || items === undefined ? `failed to find resource referenced by paramKind: '${group ?? ''}/${version ?? ''}, Kind=${kind}'` : { descriptor, items };
}

/** The objects that parametrize a policy: one run for each. A text says what is wrong. @source pkg/admission/plugin/policy/generic/policy_dispatcher.go (CollectParams) */
function paramsOf(source: ParamSource | undefined, { paramRef }: BindingSpec, attributes: AdmissionAttributes): readonly (KubeObject | undefined)[] | string {
  if (source === undefined || paramRef === undefined) return [undefined];
  const { descriptor, items } = source;
  const { name = '', selector, namespace: given = '' } = paramRef;
  if (!descriptor.namespaced && given !== '') return 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`';
  const namespace = !descriptor.namespaced ? '' : given === '' ? attributes.namespace : given;
  if (descriptor.namespaced && namespace === '') return 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources';
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
  const text = `ValidatingAdmissionPolicy '${policy}'${binding === '' ? '' : ` with binding '${binding}'`} denied request: ${message}`;
  const forbidden = refused(attributes, text, [{ message: text }]);
  const given = reason === '' ? 'Invalid' : reason;
  return failure({ code: CODES[given] ?? 422, reason: given as NonNullable<Status['reason']>, message: forbidden.message ?? '', ...(forbidden.details === undefined ? {} : { details: forbidden.details }) });
}
