import type { KubeObject } from '../api/meta.ts';
import { corednsManifests } from './coredns.ts';
import { metricsServerManifests } from './metrics-server.ts';

/** An add-on: the manifests that install it. */
export interface Addon {
  readonly name: string;
  manifests(): readonly KubeObject[];
  /** Part of every new cluster; the others are switched on by name. */
  readonly isUsual: boolean;
}

/** Every add-on. */
export const addons: readonly Addon[] = Object.freeze([
  { name: 'coredns', manifests: () => corednsManifests, isUsual: true },
  { name: 'metrics-server', manifests: metricsServerManifests, isUsual: false },
]);

/** Names of add-ons that can be switched on. */
export const optionalAddons: readonly string[] = Object.freeze(addons.filter(({ isUsual }) => !isUsual).map(({ name }) => name));
