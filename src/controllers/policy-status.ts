/**
 * The status controller of admission policies: tells authors which of their expressions do not fit the kinds that they are about.
 *
 * @source kubernetes/kubernetes pkg/controller/validatingadmissionpolicystatus/controller.go
 */
import { type CheckedKind, expressionWarnings, type TypeOf } from '../api/cel/policy.ts';
import { kindType } from '../api/cel/kind-type.ts';
import { typeOf } from '../api/custom/rule-types.ts';
import type { CustomResourceDefinition, ValidatingAdmissionPolicy } from '../api/kinds/all.ts';
import { apiVersionOf, type ResourceDescriptor } from '../api/resource.ts';
import { descriptorOfResource, descriptors, servedForms } from '../api/scheme.ts';
import { schemaTypeOf } from '../api/strict.ts';
import { compareText } from '../base/compare.ts';
import { deepFreeze } from '../base/data.ts';
import { cx, defineController, type ReconcileResult } from '../client/controller.ts';
import { call } from '../client/resources.ts';
import type { Conversation } from '../sim/conversation.ts';
import { isNotFound } from './replies.ts';

/** Kinds of one policy that are looked at. @source pkg/admission/plugin/policy/validating/typechecking.go (maxTypesToCheck) */
const KINDS_MAX = 10;

export const policyStatusController = defineController({
  name: 'validatingadmissionpolicy-status-controller',
  source: 'pkg/controller/validatingadmissionpolicystatus/controller.go',
  for: 'ValidatingAdmissionPolicy',
  reads: [{ kind: 'CustomResourceDefinition' }],
  workers: 5,
  reconcile,
});

function* reconcile(key: string): Conversation<ReconcileResult> {
  const policy = yield* cx.get<ValidatingAdmissionPolicy>('ValidatingAdmissionPolicy', key);
  const generation = policy?.metadata.generation ?? 0;
  if (policy === null || generation <= (policy.status?.observedGeneration ?? 0)) return {};
  const definitions = yield* cx.list<CustomResourceDefinition>('CustomResourceDefinition');
  const { spec = {} } = policy;
  const warnings = expressionWarnings(spec, kindsOf(policy, definitions), spec.paramKind === undefined ? undefined : paramsType(spec.paramKind, definitions));
  const typeChecking = warnings.length === 0 ? {} : { expressionWarnings: warnings };
  const body = deepFreeze({ apiVersion: policy.apiVersion, kind: policy.kind, metadata: { name: key }, status: { observedGeneration: generation, typeChecking } });
  const reply = yield* cx.request(call('patch', 'ValidatingAdmissionPolicy', key, { subresource: 'status', patchType: 'apply', body, options: { fieldManager: 'validatingadmissionpolicy-status', force: true } }));
  return reply.ok || isNotFound(reply) ? {} : { error: reply.message };
}

interface NamedKind extends CheckedKind { readonly order: string }

/** The kinds that the rules name without wildcards, by group, version and kind. */
function kindsOf({ spec }: ValidatingAdmissionPolicy, definitions: readonly CustomResourceDefinition[]): readonly CheckedKind[] {
  const kinds = new Map<string, NamedKind>();
  const open = (list: readonly string[] | undefined): boolean => list === undefined || list.some(one => one.includes('*'));
  for (const { apiGroups = [], apiVersions = [], resources = [] } of spec?.matchConstraints?.resourceRules ?? []) {
    if (open(apiGroups) || open(apiVersions)) continue;
    for (const group of [...apiGroups].sort(compareText)) {
      for (const version of [...apiVersions].sort(compareText)) {
        for (const plural of resources.filter(one => !/[*/]/.test(one)).sort(compareText)) {
          const kind = kindOf({ group, version, plural }, definitions);
          if (kind !== undefined && kinds.size < KINDS_MAX) kinds.set(kind.name, kind);
        }
      }
    }
  }
  return [...kinds.values()].sort((a, b) => compareText(a.order, b.order));
}

interface Resource { readonly group: string; readonly version: string; readonly plural: string }

function kindOf({ group, version, plural }: Resource, definitions: readonly CustomResourceDefinition[]): NamedKind | undefined {
  const named = (kind: string, type: TypeOf): NamedKind => ({ name: `${group}/${version}, Kind=${kind}`, order: `${group}\0${version}\0${kind}`, type });
  const descriptor = builtIn({ group, version, plural });
  if (descriptor !== undefined) return named(descriptor.kind, environment => kindType(schemaTypeOf(descriptor), environment));
  const definition = definitions.find(({ spec }) => spec.group === group && spec.names.plural === plural);
  const schema = definition?.spec.versions.find(one => one.name === version)?.schema?.openAPIV3Schema;
  return definition === undefined || schema === undefined ? undefined : named(definition.spec.names.kind, environment => typeOf(schema, environment, true));
}

function builtIn({ group, version, plural }: Resource): ResourceDescriptor | undefined {
  const stored = descriptorOfResource(group, plural);
  return stored?.version === version ? stored : servedForms.find(form => form.group === group && form.version === version && form.plural === plural);
}

/** Parameters of a kind that nobody knows have no type. */
function paramsType({ apiVersion = '', kind = '' }: { readonly apiVersion?: string; readonly kind?: string }, definitions: readonly CustomResourceDefinition[]): TypeOf {
  const slash = apiVersion.indexOf('/');
  const [group, version] = slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
  const plural = descriptors.find(one => apiVersionOf(one) === apiVersion && one.kind === kind)?.plural ?? definitions.find(({ spec }) => spec.group === group && spec.names.kind === kind)?.spec.names.plural;
  return (plural === undefined ? undefined : kindOf({ group, version, plural }, definitions)?.type) ?? (() => 'dyn');
}
