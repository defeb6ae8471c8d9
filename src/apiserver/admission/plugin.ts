/** What an admission plugin is. @source kubernetes/apiserver pkg/admission/interfaces.go */
import type { KubeObject } from '../../api/meta.ts';
import type { ResourceDescriptor } from '../../api/resource.ts';
import { failure, forbiddenStatus, type Status, type StatusCause } from '../../api/status.ts';
import type { RequestOptions } from '../../api/wire.ts';
import type { Server, UserInfo } from '../state.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** What a plugin is told about a request. */
export interface AdmissionAttributes {
  readonly operation: Operation;
  readonly descriptor: ResourceDescriptor;
  /** The version or group that the request names, where that is not the stored one. */
  readonly asked?: ResourceDescriptor | undefined;
  readonly subresource: string;
  readonly namespace: string;
  /** '' for a create whose name is generated later. */
  readonly name: string;
  /** Absent for a delete. The chain puts in what each plugin made of it. */
  object: KubeObject | undefined;
  /** Absent for a create. */
  readonly old: KubeObject | undefined;
  readonly user: UserInfo;
  readonly options: RequestOptions;
  readonly dryRun: boolean;
  /** What was asked for this request because a plugin needed it: `Need.key` → answer. */
  readonly learned: ReadonlyMap<string, unknown>;
  /** Who is to see again what a webhook made of the object; undefined = no webhook was asked. */
  reinvocation: Reinvocation | undefined;
  /** What plugins have to say for the trace. */
  notes: string;
  /** Texts for the Warning header, added by plugins. */
  warnings: readonly string[];
  /** Entries of the audit event, added by plugins. */
  annotations: Readonly<Record<string, string>> | undefined;
}

/** @source kubernetes/apiserver pkg/admission/reinvocation.go */
export interface Reinvocation {
  round: number;
  /** A webhook changed the object: the chain runs once more. */
  wanted: boolean;
  /** Webhooks that may be asked twice and have been asked; those of them that have not seen the last change. */
  readonly asked: Set<string>;
  readonly again: Set<string>;
  last: KubeObject | undefined;
}

/** Something has to be asked before a plugin can decide: the answer is kept under the key, then the plugins are asked again. */
export interface Need {
  readonly need: { readonly key: string; readonly script: 'lookup' | 'claimQuota' | 'callWebhook' | 'convert' | 'pause'; readonly args: object };
}

/** What a plugin needs that the cache may not have heard of yet. */
export function lookupOf(key: string, args: { readonly resource: string; readonly attempts: number }): Need {
  return { need: { key, script: 'lookup', args: { key, ...args } } };
}

/** A rule of the house. It may change an object that comes in, or refuse it. */
export interface AdmissionPlugin {
  /** As in `--enable-admission-plugins`. */
  readonly name: string;
  readonly source: string;
  /** @returns the object to go on with, a refusal, or what has to be asked first */
  mutate?(attributes: AdmissionAttributes, server: Server): KubeObject | Status | Need;
  /** @returns why the request is refused, or what has to be asked first */
  validate?(attributes: AdmissionAttributes, server: Server): Status | Need | undefined;
}

/** Declares a plugin. */
export function definePlugin(plugin: AdmissionPlugin): AdmissionPlugin {
  return plugin;
}

/** The refusal that plugins give: `pods "web" is forbidden: …`. @source kubernetes/apiserver pkg/admission/errors.go (NewForbidden) */
export function refused(attributes: AdmissionAttributes, why: string, causes?: readonly StatusCause[]): Status {
  const status = forbiddenStatus({ group: attributes.descriptor.group, resource: attributes.descriptor.plural }, nameFor(attributes), why);
  if (causes === undefined) return status;
  return failure({ code: 403, reason: 'Forbidden', message: status.message ?? '', details: { ...status.details, causes } });
}

/** The object's name as messages show it. */
export function nameFor({ name, object }: AdmissionAttributes): string {
  if (name !== '') return name;
  const metadata = object?.metadata;
  if (metadata === undefined) return 'Unknown';
  if (metadata.name !== undefined && metadata.name !== '') return metadata.name;
  return metadata.generateName ?? 'Unknown';
}

/** Adds a text to the Warning header. */
export function warn(attributes: AdmissionAttributes, text: string): void {
  if (!attributes.warnings.includes(text)) attributes.warnings = [...attributes.warnings, text];
}

/** Adds a word for the trace. */
export function noteOf(attributes: AdmissionAttributes, text: string): void {
  attributes.notes = attributes.notes === '' ? text : `${attributes.notes}, ${text}`;
}

/** Adds an entry to the audit event: `plugin.admission.k8s.io/key`. */
export function annotate(attributes: AdmissionAttributes, key: string, value: string): void {
  attributes.annotations = { ...attributes.annotations, [key]: value };
}

/** Whether a request is about pods themselves, which is what most plugins care for. */
export function isPod({ descriptor, subresource }: AdmissionAttributes): boolean {
  return descriptor.kind === 'Pod' && descriptor.group === '' && subresource === '';
}
