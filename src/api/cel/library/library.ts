/**
 * Functions that Kubernetes adds to CEL, each part in its own file.
 *
 * @source kubernetes/apiserver pkg/cel/environment/base.go
 */
import type { Environment } from '@marcbachmann/cel-js';
import { registerAddresses } from './addresses.ts';
import { registerFormats } from './formats.ts';
import { registerImages } from './images.ts';
import { registerLists } from './lists.ts';
import { registerLoops } from './loops.ts';
import { registerQuantities } from './quantities.ts';
import { registerTexts } from './texts.ts';
import { registerUrls } from './urls.ts';
import { registerVersions } from './versions.ts';

/** Adds a function by its signature, such as `string.find(string): string`. What it throws is what the expression fails with. */
export type Add = (signature: string, handler: (...args: never[]) => unknown) => void;

const parts: readonly ((environment: Environment, add: Add) => void)[] = [
  registerLists, registerTexts, registerQuantities, registerAddresses, registerUrls, registerFormats, registerVersions, registerImages, registerLoops,
];

/** Adds all of them to an environment. */
export function registerKubernetesLibrary(environment: Environment): void {
  const add: Add = (signature, handler) => { environment.registerFunction(signature, handler as (...args: unknown[]) => unknown); };
  for (const register of parts) register(environment, add);
}
