import { forbidden, invalid, notSupported, required, tooLong } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject } from '../../meta.ts';
import { dns1123Label, dns1123Subdomain } from '../../names.ts';
import { defineResource, metadataFields, specStrategy } from '../../resource.ts';
import { validateDomainPrefixedPath, validateImmutable, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { validateTypedReference } from './ingress.ts';

/** An object with the settings of a class. */
export interface IngressClassParametersReference {
  readonly apiGroup?: string;
  readonly kind: string;
  readonly name: string;
  readonly scope?: 'Cluster' | 'Namespace';
  readonly namespace?: string;
}

/** Which controller serves the ingresses of a class. */
export interface IngressClass extends KubeObject {
  readonly apiVersion: 'networking.k8s.io/v1';
  readonly kind: 'IngressClass';
  readonly spec?: { readonly controller?: string; readonly parameters?: IngressClassParametersReference };
}

/** Longest name of a controller. */
const maximumController = 250;

function validateParameters(parameters: IngressClassParametersReference, errors: FieldError[]): void {
  const path = 'spec.parameters';
  validateTypedReference(parameters, path, errors);
  const { scope, namespace } = parameters;
  if (scope === undefined) errors.push(required(`${path}.scope`));
  else if (scope !== 'Cluster' && scope !== 'Namespace') errors.push(notSupported(`${path}.scope`, scope, ['Cluster', 'Namespace']));
  else if (scope === 'Cluster' && namespace !== undefined) errors.push(forbidden(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  else if (scope === 'Namespace') {
    if (namespace === undefined) errors.push(required(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'"));
    else for (const message of dns1123Label(namespace)) errors.push(invalid(`${path}.namespace`, namespace, message));
  }
}

function validateSpec(spec: NonNullable<IngressClass['spec']>, errors: FieldError[]): void {
  const controller = spec.controller ?? '';
  if (controller.length > maximumController) errors.push(tooLong('spec.controller', maximumController));
  validateDomainPrefixedPath(controller, 'spec.controller', errors);
  if (spec.parameters !== undefined) validateParameters(spec.parameters, errors);
}

function parametersText({ spec }: IngressClass): string {
  const parameters = spec?.parameters;
  if (parameters === undefined) return '<none>';
  return `${parameters.kind}${parameters.apiGroup === undefined ? '' : `.${parameters.apiGroup}`}/${parameters.name}`;
}

const strategy = specStrategy<IngressClass>();

/** @source kubernetes pkg/registry/networking/ingressclass/strategy.go */
export const ingressClassResource = defineResource<IngressClass>({
  group: 'networking.k8s.io', version: 'v1', kind: 'IngressClass', plural: 'ingressclasses', singular: 'ingressclass', shortNames: [], categories: [],
  namespaced: false, subresources: [], storagePrefix: '/registry/ingressclasses/', allowUnconditionalUpdate: true,
  selectableFields: metadataFields<IngressClass>(false),
  columns: [nameColumn(), { name: 'Controller', description: 'Who answers for ingresses of this class.', cell: (of) => of.spec?.controller ?? '' }, { name: 'Parameters', description: 'What the controller is to read besides.', cell: parametersText }, ageColumn()],
  defaults(of) {
    const parameters = of.spec?.parameters;
    return parameters === undefined || parameters.scope !== undefined ? of : { ...of, spec: { ...of.spec, parameters: { ...parameters, scope: 'Cluster' } } };
  },
  prepareForCreate: strategy.prepareForCreate,
  prepareForUpdate: strategy.prepareForUpdate,
  validate(of) {
    const errors = validateObjectMeta(of, false, dns1123Subdomain);
    validateSpec(of.spec ?? {}, errors);
    return errors;
  },
  validateUpdate(of, old) {
    const errors = validateObjectMetaUpdate(of, old);
    errors.push(...validateImmutable(of.spec?.controller, old.spec?.controller, 'spec.controller'));
    errors.push(...validateObjectMeta(of, false, dns1123Subdomain));
    validateSpec(of.spec ?? {}, errors);
    return errors;
  },
});
