/**
 * Validation of annotations that mean something to pods.
 *
 * @source kubernetes pkg/apis/core/validation/validation.go (ValidatePodSpecificAnnotations, validateSeccompAnnotationsAndFields, validateAppArmorAnnotationsAndFieldsMatchOnCreate)
 */
import { forbidden, invalid } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { StringMap } from '../../meta.ts';
import type { SecurityProfile } from './container.ts';
import { eachContainer } from './each-container.ts';
import type { PodSpec } from './pod-spec.ts';
import { validateDescendingPath } from './validate-path.ts';

interface Spot { readonly path: string; readonly errors: FieldError[] }

/** Set on pods that only show what a kubelet runs by itself. */
export const mirrorAnnotation = 'kubernetes.io/config.mirror';
const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';
const seccompOfPod = 'seccomp.security.alpha.kubernetes.io/pod';
const seccompOfContainer = 'container.seccomp.security.alpha.kubernetes.io/';
/** In front of the name of a container. */
const appArmorOfContainer = 'container.apparmor.security.beta.kubernetes.io/';
const localhost = 'localhost/';
const runtimeDefault = 'runtime/default';
const maximumInt32 = 2_147_483_647;

function isDeletionCost(text: string): boolean {
  return /^(0|-?[1-9][0-9]{0,9})$/.test(text) && Number(text) <= maximumInt32 && Number(text) >= -maximumInt32 - 1;
}

function validateSeccompText(profile: string, path: string, errors: FieldError[]): void {
  if (profile === runtimeDefault || profile === 'docker/default' || profile === 'unconfined') return;
  if (profile.startsWith(localhost)) validateDescendingPath(profile.slice(localhost.length), path, errors);
  else errors.push(invalid(path, profile, 'must be a valid seccomp profile'));
}

function validateAppArmorText(key: string, profile: string, { spec, path, errors }: Spot & { readonly spec: PodSpec }): void {
  const name = key.slice(appArmorOfContainer.length);
  let isThere = false;
  eachContainer(spec, 'spec', (container) => { isThere ||= container.name === name; });
  if (!isThere) errors.push(invalid(`${path}[${key}]`, name, 'container not found'));
  if (profile === '' || profile === runtimeDefault || profile === 'unconfined' || profile.startsWith(localhost)) return;
  errors.push(invalid(`${path}[${key}]`, profile, `invalid AppArmor profile name: ${JSON.stringify(profile)}`));
}

/** Annotations of a pod or of a template of pods. */
export function validatePodAnnotations(annotations: StringMap, spec: PodSpec, { path, errors }: Spot): void {
  const mirror = annotations[mirrorAnnotation];
  if (mirror !== undefined && !spec.nodeName) errors.push(invalid(`${path}[${mirrorAnnotation}]`, mirror, 'must set spec.nodeName if mirror pod annotation is set'));
  const cost = annotations[deletionCost];
  if (cost !== undefined && !isDeletionCost(cost)) errors.push(invalid(`${path}[${deletionCost}]`, cost, 'must be a 32bit integer'));
  const keys = Object.keys(annotations);
  const seccomp = annotations[seccompOfPod];
  if (seccomp !== undefined) validateSeccompText(seccomp, `${path}.${seccompOfPod}`, errors);
  for (const key of keys) if (key.startsWith(seccompOfContainer)) validateSeccompText(annotations[key] ?? '', `${path}.${key}`, errors);
  for (const key of keys) if (key.startsWith(appArmorOfContainer)) validateAppArmorText(key, annotations[key] ?? '', { spec, path, errors });
}

function isSeccomp(text: string, { type, localhostProfile }: SecurityProfile): 'type' | 'profile' | 'same' {
  if (type === 'Unconfined') return text === 'unconfined' ? 'same' : 'type';
  if (type === 'RuntimeDefault') return text === runtimeDefault || text === 'docker/default' ? 'same' : 'type';
  if (!text.startsWith(localhost)) return 'type';
  return text.slice(localhost.length) === localhostProfile ? 'same' : 'profile';
}

interface Match { readonly word: 'seccomp' | 'apparmor'; readonly text: string | undefined; readonly profile: SecurityProfile | undefined }

function validateMatch({ word, text, profile }: Match, path: string, errors: FieldError[]): void {
  if (text === undefined || profile === undefined) return;
  // AppArmor never knew docker/default.
  const told = word === 'apparmor' && text === 'docker/default' ? 'type' : isSeccomp(text, profile);
  if (told === 'type') errors.push(forbidden(`${path}.type`, `${word} type in annotation and field must match`));
  else if (told === 'profile') errors.push(forbidden(`${path}.localhostProfile`, `${word} profile in annotation and field must match`));
}

/** Profiles that stand in annotations and in fields must be the same. */
export function validateProfilesMatch(annotations: StringMap, spec: PodSpec, { path, errors }: Spot): void {
  const ofPod = spec.securityContext;
  validateMatch({ word: 'seccomp', text: annotations[seccompOfPod], profile: ofPod?.seccompProfile }, `${path}.securityContext.seccompProfile`, errors);
  eachContainer(spec, path, (container, at) => {
    const profile = container.securityContext?.seccompProfile;
    validateMatch({ word: 'seccomp', text: annotations[`${seccompOfContainer}${container.name}`], profile }, `${at}.securityContext.seccompProfile`, errors);
  });
  if (spec.os?.name === 'windows') return;
  eachContainer(spec, path, (container, at) => {
    const profile = container.securityContext?.appArmorProfile ?? ofPod?.appArmorProfile;
    validateMatch({ word: 'apparmor', text: annotations[`${appArmorOfContainer}${container.name}`], profile }, `${at}.securityContext.appArmorProfile`, errors);
  });
}

/** Annotations that must stay as they are. @source kubernetes pkg/apis/core/validation/validation.go (ValidatePodSpecificAnnotationUpdates) */
export function validateAnnotationUpdate(now: StringMap, old: StringMap, { path, errors }: Spot): void {
  const kindOf = (key: string): string => (key === mirrorAnnotation ? 'mirror pod annotation' : key.startsWith(appArmorOfContainer) ? 'AppArmor annotations' : '');
  for (const key of Object.keys(old)) {
    const kind = now[key] === old[key] ? '' : kindOf(key);
    if (kind !== '') errors.push(forbidden(`${path}[${key}]`, `may not remove or update ${kind}`));
  }
  for (const key of Object.keys(now)) {
    const kind = old[key] === undefined ? kindOf(key) : '';
    if (kind !== '') errors.push(forbidden(`${path}[${key}]`, `may not add ${kind}`));
  }
}
