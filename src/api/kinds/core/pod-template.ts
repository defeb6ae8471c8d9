import { equalData } from '../../../base/compare.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import { overlay } from '../../overlay.ts';
import { defineResource, metadataFields } from '../../resource.ts';
import { selectorOfLabels, selectorText } from '../../selector.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { containerImages, containerNames, defaultTemplate } from '../apps/workload.ts';
import { nameColumn } from '../columns.ts';
import type { PodTemplateSpec } from './pod-spec.ts';
import { templateWarnings } from './pod-warnings.ts';
import { validatePodTemplate } from './validate-pod-spec.ts';

/** A pod to make copies of, stored by itself. */
export interface PodTemplate extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'PodTemplate';
  readonly template?: PodTemplateSpec;
}

const empty: PodTemplateSpec = { spec: { containers: [] } };

function validateTemplate(object: PodTemplate, errors: FieldError[]): readonly FieldError[] {
  errors.push(...validatePodTemplate(object.template ?? empty, 'template'));
  return errors;
}

/** @source kubernetes pkg/registry/core/podtemplate/strategy.go */
export const podTemplateResource = defineResource<PodTemplate>({
  group: '', version: 'v1', kind: 'PodTemplate', plural: 'podtemplates', singular: 'podtemplate', shortNames: [], categories: [], namespaced: true,
  subresources: [], storagePrefix: '/registry/podtemplates/', allowUnconditionalUpdate: true, selectableFields: metadataFields<PodTemplate>(true),
  columns: [
    nameColumn(),
    { name: 'Containers', description: 'Names of the containers of the template.', cell: (object) => containerNames(object.template) },
    { name: 'Images', description: 'Images of the containers of the template.', cell: (object) => containerImages(object.template) },
    { name: 'Pod Labels', description: 'Labels of the pods that are made of it.', cell: (object) => selectorText(selectorOfLabels(object.template?.metadata?.labels)) || '<none>' },
  ],
  defaults(object) {
    const template = defaultTemplate(object.template ?? empty);
    return template === object.template ? object : { ...object, template };
  },
  prepareForCreate: (object) => ({ ...object, metadata: overlay(object.metadata, { generation: 1 }) }),
  prepareForUpdate(object, old) {
    const generation = (old.metadata.generation ?? 0) + (equalData(object.template, old.template) ? 0 : 1);
    return { ...object, metadata: overlay(object.metadata, { generation }) };
  },
  validate: (object) => validateTemplate(object, validateObjectMeta(object, true, dns1123Subdomain)),
  validateUpdate: (object, old) => validateTemplate(object, validateObjectMetaUpdate(object, old)),
  warnings: (object, old) => templateWarnings(object.template, old?.template, 'template'),
});
