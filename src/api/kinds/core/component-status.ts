import type { KubeObject } from '../../meta.ts';
import { defineResource, plainStrategy } from '../../resource.ts';
import { nameColumn } from '../columns.ts';

/** What came of asking a component how it is. */
export interface ComponentCondition {
  readonly type: 'Healthy';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly message?: string;
  readonly error?: string;
}

/** Whether a component of the control plane is well: found out when somebody asks, never stored. */
export interface ComponentStatus extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'ComponentStatus';
  readonly conditions?: readonly ComponentCondition[];
}

const healthOf = ({ conditions }: ComponentStatus): ComponentCondition | undefined => conditions?.find(({ type }) => type === 'Healthy');

function statusText(of: ComponentStatus): string {
  const health = healthOf(of);
  return health === undefined ? 'Unknown' : health.status === 'True' ? 'Healthy' : 'Unhealthy';
}

/** @source kubernetes pkg/registry/core/componentstatus/rest.go, pkg/printers/internalversion/printers.go (printComponentStatus) */
export const componentStatusResource = defineResource<ComponentStatus>({
  group: '', version: 'v1', kind: 'ComponentStatus', plural: 'componentstatuses', singular: 'componentstatus', shortNames: ['cs'], categories: [], namespaced: false,
  verbs: ['get', 'list'], subresources: [], storagePrefix: '', selectableFields: [{ path: 'metadata.name', get: ({ metadata }) => metadata.name }],
  deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
  columns: [
    nameColumn(),
    { name: 'Status', description: 'Whether the component said that it is well.', cell: statusText },
    { name: 'Message', description: 'What the component answered.', cell: (of) => healthOf(of)?.message ?? '' },
    { name: 'Error', description: 'Why there is no answer.', cell: (of) => healthOf(of)?.error ?? '' },
  ],
  defaults: (status) => status,
  ...plainStrategy<ComponentStatus>(),
  validate: () => [],
  validateUpdate: () => [],
});
