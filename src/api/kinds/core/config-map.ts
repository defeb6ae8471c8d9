import type { KubeObject, StringMap } from '../../meta.ts';

/** Configuration for pods. */
export interface ConfigMap extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'ConfigMap';
  readonly immutable?: boolean;
  readonly data?: StringMap;
  /** Base64. */
  readonly binaryData?: StringMap;
}
