/** The environment of a container, with the values that kubectl can tell from the pod. @source kubernetes/kubectl pkg/describe/describe.go describeContainerEnvVars, pkg/util/resource */
import type { Container, EnvVar, ResourceFieldSelector } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import { inUnits } from '../../api/quantity.ts';
import type { Lines } from './sections.ts';

export function envFromLines(container: Container): Lines {
  const sources = container.envFrom ?? [];
  if (sources.length === 0) return [];
  const lines = sources.map((source) => {
    const isMap = source.configMapRef !== undefined;
    const reference = source.configMapRef ?? source.secretRef;
    const prefix = source.prefix === undefined || source.prefix === '' ? '' : ` with prefix '${source.prefix}'`;
    return `      ${reference?.name ?? ''}\t${isMap ? 'ConfigMap' : 'Secret'}${prefix}\tOptional: ${reference?.optional ?? false}`;
  });
  return ['    Environment Variables from:', ...lines];
}

/** `pod` = undefined for a template, whose fields nobody knows. */
export function envLines(container: Container, pod: KubeObject | undefined): Lines {
  const env = container.env ?? [];
  if (env.length === 0) return ['    Environment:\t<none>'];
  return ['    Environment:', ...env.flatMap((each) => variableLines(each, container, pod))];
}

function variableLines({ name, value = '', valueFrom: from }: EnvVar, container: Container, pod: KubeObject | undefined): Lines {
  if (from === undefined) return value.split('\n').map((line, i) => `      ${i === 0 ? `${name}:` : ''}\t${line}`);
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = from;
  if (fieldRef !== undefined) return [`      ${name}:\t${fieldText(fieldRef.fieldPath, pod)} (${fieldRef.apiVersion ?? 'v1'}:${fieldRef.fieldPath})`];
  if (resourceFieldRef !== undefined) return [`      ${name}:\t${amountText(resourceFieldRef, container)} (${resourceFieldRef.resource})`];
  if (secretKeyRef !== undefined) return [`      ${name}:\t<set to the key '${secretKeyRef.key}' in secret '${secretKeyRef.name ?? ''}'>\tOptional: ${secretKeyRef.optional ?? false}`];
  if (configMapKeyRef !== undefined) return [`      ${name}:\t<set to the key '${configMapKeyRef.key}' of config map '${configMapKeyRef.name ?? ''}'>\tOptional: ${configMapKeyRef.optional ?? false}`];
  return [];
}

/** kubectl knows but these two paths: those that every kind can be selected by. */
function fieldText(path: string, pod: KubeObject | undefined): string {
  if (path === 'metadata.name') return pod?.metadata.name ?? '';
  return path === 'metadata.namespace' ? pod?.metadata.namespace ?? '' : '';
}

function amountText({ resource, divisor }: ResourceFieldSelector, container: Container): string {
  const [, side, name] = /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$/.exec(resource) ?? [];
  if (name === undefined) return '';
  const amount = container.resources?.[side as 'limits' | 'requests']?.[name];
  const value = inUnits(name, amount, divisor);
  return value === 0 && (resource === 'limits.cpu' || resource === 'limits.memory') ? 'node allocatable' : String(value);
}
