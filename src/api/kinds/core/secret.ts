import type { KubeObject, StringMap } from '../../meta.ts';

/** Small confidential data. */
export interface Secret extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly immutable?: boolean;
  /** Base64. */
  readonly data?: StringMap;
  /** Write-only: merged into `data` by the API server. */
  readonly stringData?: StringMap;
  readonly type?: string;
}
