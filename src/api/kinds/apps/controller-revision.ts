import { required } from '../../field-error.ts';
import type { KubeObject } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import { defineResource, metadataFields, plainStrategy } from '../../resource.ts';
import { validateImmutable, validateNonNegative, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';

/** A template as it was at some time, for undo. */
export interface ControllerRevision extends KubeObject {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'ControllerRevision';
  readonly data?: object;
  readonly revision: number;
}

/** `statefulset.apps/web`: the controller, as printers name it. */
function controllerText(revision: ControllerRevision): string {
  const owner = revision.metadata.ownerReferences?.find((reference) => reference.controller === true);
  if (owner === undefined) return '<none>';
  const slash = owner.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : `.${owner.apiVersion.slice(0, slash)}`;
  return `${owner.kind}${group}`.toLowerCase() + `/${owner.name}`;
}


/** @source kubernetes pkg/registry/apps/controllerrevision/strategy.go */
export const controllerRevisionResource = defineResource<ControllerRevision>({
  group: 'apps', version: 'v1', kind: 'ControllerRevision', plural: 'controllerrevisions', singular: 'controllerrevision', shortNames: [],
  categories: [], namespaced: true, subresources: [], storagePrefix: '/registry/controllerrevisions/', allowUnconditionalUpdate: true,
  selectableFields: metadataFields<ControllerRevision>(true),
  columns: [nameColumn(), { name: 'Controller', description: 'Whose history it is part of.', cell: controllerText }, { name: 'Revision', doc: 'apps.ControllerRevision.revision', cell: (revision) => revision.revision ?? 0 }, ageColumn()],
  defaults: (revision) => revision,
  ...plainStrategy<ControllerRevision>(),
  validate(revision) {
    const errors = validateObjectMeta(revision, true, dns1123Subdomain);
    validateNonNegative(revision.revision, 'revision', errors);
    const data: unknown = revision.data;
    if (data === undefined || data === null) errors.push(required('data', 'data is mandatory'));
    else if (typeof data !== 'object' || Array.isArray(data)) errors.push(required('data', 'data must be a valid JSON object'));
    return errors;
  },
  validateUpdate(revision, old) {
    const errors = [...validateObjectMetaUpdate(revision, old), ...validateObjectMeta(revision, true, dns1123Subdomain)];
    validateNonNegative(revision.revision, 'revision', errors);
    errors.push(...validateImmutable(revision.data, old.data, 'data'));
    return errors;
  },
});
