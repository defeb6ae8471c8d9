/** Volumes of a pod. Exactly one source is set.
 * @source kubernetes/api core/v1/types.go
 * @fidelity simplified: sources of retired in-tree cloud drivers are left out */
import type { LabelSelector, Quantity } from '../../meta.ts';
import type { ObjectFieldSelector, ResourceFieldSelector } from './container.ts';

/** One key to one file. */
export interface KeyToPath {
  readonly key: string;
  readonly path: string;
  readonly mode?: number;
}

/** A ConfigMap as files. */
export interface ConfigMapVolumeSource {
  readonly name?: string;
  readonly items?: readonly KeyToPath[];
  readonly defaultMode?: number;
  readonly optional?: boolean;
}

/** A Secret as files. */
export interface SecretVolumeSource {
  readonly secretName?: string;
  readonly items?: readonly KeyToPath[];
  readonly defaultMode?: number;
  readonly optional?: boolean;
}

/** A ConfigMap or Secret inside a projected volume. */
export interface KeyedProjection {
  readonly name?: string;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
}

/** A field of the pod as a file. */
export interface DownwardAPIVolumeFile {
  readonly path: string;
  readonly fieldRef?: ObjectFieldSelector;
  readonly resourceFieldRef?: ResourceFieldSelector;
  readonly mode?: number;
}

/** A rotating service account token as a file. */
export interface ServiceAccountTokenProjection {
  readonly audience?: string;
  readonly expirationSeconds?: number;
  readonly path: string;
}

/** Certificates of signers as a file. */
export interface ClusterTrustBundleProjection {
  readonly name?: string;
  readonly signerName?: string;
  readonly labelSelector?: LabelSelector;
  readonly optional?: boolean;
  readonly path?: string;
}

/** One part of a projected volume. */
export interface VolumeProjection {
  readonly secret?: KeyedProjection;
  readonly downwardAPI?: { readonly items?: readonly DownwardAPIVolumeFile[] };
  readonly configMap?: KeyedProjection;
  readonly serviceAccountToken?: ServiceAccountTokenProjection;
  readonly clusterTrustBundle?: ClusterTrustBundleProjection;
}

/** Several sources in one directory. */
export interface ProjectedVolumeSource {
  readonly sources?: readonly VolumeProjection[] | null;
  readonly defaultMode?: number;
}

/** A claim made for the pod and deleted with it; its template has the shape of a PersistentVolumeClaim. */
export interface EphemeralVolumeSource {
  readonly volumeClaimTemplate?: { readonly metadata?: object; readonly spec: object };
}

/** Where the content of a volume comes from. */
export interface VolumeSource {
  readonly hostPath?: { readonly path: string; readonly type?: string };
  readonly emptyDir?: { readonly medium?: string; readonly sizeLimit?: Quantity };
  readonly secret?: SecretVolumeSource;
  readonly persistentVolumeClaim?: { readonly claimName: string; readonly readOnly?: boolean };
  readonly downwardAPI?: { readonly items?: readonly DownwardAPIVolumeFile[]; readonly defaultMode?: number };
  readonly configMap?: ConfigMapVolumeSource;
  readonly projected?: ProjectedVolumeSource;
  readonly ephemeral?: EphemeralVolumeSource;
  readonly nfs?: { readonly server: string; readonly path: string; readonly readOnly?: boolean };
  readonly csi?: {
    readonly driver: string;
    readonly readOnly?: boolean;
    readonly fsType?: string;
    readonly volumeAttributes?: { readonly [key: string]: string };
    readonly nodePublishSecretRef?: { readonly name?: string };
  };
  readonly image?: { readonly reference?: string; readonly pullPolicy?: 'Always' | 'IfNotPresent' | 'Never' };
}

/** A named volume of a pod. */
export interface Volume extends VolumeSource {
  readonly name: string;
}
