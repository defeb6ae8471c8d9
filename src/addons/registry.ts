import type { KubeObject } from '../api/meta.ts';
import { corednsManifests } from './coredns.ts';

/** An add-on: the manifests that install it. */
export interface Addon { readonly name: string; readonly manifests: readonly KubeObject[] }

/** Every add-on of a new cluster. */
export const addons: readonly Addon[] = Object.freeze([{ name: 'coredns', manifests: corednsManifests }]);
