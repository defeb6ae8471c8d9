/** Questions about who somebody is, and tokens: bodies of requests that are answered and not stored.
 * @source kubernetes/api authentication/v1/types.go */
import type { KubeObject, Time } from '../../meta.ts';

/** Somebody, as the server knows them. */
export interface UserInfoView {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: { readonly [key: string]: readonly string[] };
}

/** Whose token is this? */
export interface TokenReview extends KubeObject {
  readonly apiVersion: 'authentication.k8s.io/v1';
  readonly kind: 'TokenReview';
  readonly spec: { readonly token?: string; readonly audiences?: readonly string[] };
  readonly status?: { readonly authenticated?: boolean; readonly user?: UserInfoView; readonly audiences?: readonly string[]; readonly error?: string };
}

/** A token for a service account, please. */
export interface TokenRequest extends KubeObject {
  readonly apiVersion: 'authentication.k8s.io/v1';
  readonly kind: 'TokenRequest';
  readonly spec: {
    readonly audiences?: readonly string[];
    readonly expirationSeconds?: number;
    readonly boundObjectRef?: { readonly kind?: string; readonly apiVersion?: string; readonly name?: string; readonly uid?: string };
  };
  readonly status?: { readonly token: string; readonly expirationTimestamp: Time };
}

/** Who am I? */
export interface SelfSubjectReview extends KubeObject {
  readonly apiVersion: 'authentication.k8s.io/v1';
  readonly kind: 'SelfSubjectReview';
  readonly status?: { readonly userInfo?: UserInfoView };
}
