/**
 * Parts that several descriptions share. Lines hold tabs; `alignTabs` puts them in columns at the end.
 * @source kubernetes/kubectl pkg/describe/describe.go
 */
import { parseTime } from '../../api/time.ts';
import { goSorted } from '../go-sort.ts';
import type { Micros } from '../../base/data.ts';
import type { Event, Toleration } from '../../api/kinds/all.ts';
import type { KubeObject, StringMap } from '../../api/meta.ts';
import { compareText } from '../../base/compare.ts';
import { since } from '../time-text.ts';

/** Lines of a description, in order. */
export type Lines = readonly string[];

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** maxAnnotationLen. */
const ANNOTATION_MAX = 140;

/** `Labels:` with one pair per line. */
export function labelLines(title: string, labels: StringMap | undefined, indent = ''): Lines {
  const keys = Object.keys(labels ?? {}).sort(compareText);
  if (keys.length === 0) return [`${indent}${title}:\t<none>`];
  return keys.map((key, i) => `${indent}${i === 0 ? `${title}:` : ''}\t${key}=${labels?.[key] ?? ''}`);
}

/** `Annotations:`; long ones go below their key. */
export function annotationLines(title: string, annotations: StringMap | undefined, indent = ''): Lines {
  const keys = Object.keys(annotations ?? {}).filter((key) => key !== LAST_APPLIED).sort(compareText);
  if (keys.length === 0) return [`${indent}${title}:\t<none>`];
  return keys.flatMap((key, i) => {
    const head = `${indent}${i === 0 ? `${title}:` : ''}\t`;
    const value = (annotations?.[key] ?? '').replace(/\n$/, '');
    if (value.length + key.length + 2 <= ANNOTATION_MAX && !value.includes('\n')) return [`${head}${key}: ${value}`];
    return [`${head}${key}:`, ...value.split('\n').map((line) => `${indent}\t  ${shorten(line, ANNOTATION_MAX - 2)}`)];
  });
}

const shorten = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max)}...` : text);

/** `Tolerations:`, sorted by key. */
export function tolerationLines(title: string, tolerations: readonly Toleration[] | undefined, indent = ''): Lines {
  const sorted = [...(tolerations ?? [])].sort((a, b) => compareText(a.key ?? '', b.key ?? ''));
  if (sorted.length === 0) return [`${indent}${title}:\t<none>`];
  return sorted.map((toleration, i) => `${indent}${i === 0 ? `${title}:` : ''}\t${tolerationText(toleration)}`);
}

function tolerationText(toleration: Toleration): string {
  const { key = '', value = '', effect = '', operator, tolerationSeconds } = toleration;
  const exists = operator === 'Exists' && value === '' ? (key !== '' || effect !== '' ? ' op=Exists' : 'op=Exists') : '';
  return `${key}${value === '' ? '' : `=${value}`}${effect === '' ? '' : `:${effect}`}${exists}${tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds}s`}`;
}

/** `Kind/name` of the managing owner, '' without one. */
export function controllerOf(object: KubeObject): string {
  const owner = object.metadata.ownerReferences?.find((each) => each.controller === true);
  return owner === undefined ? '' : `${owner.kind}/${owner.name}`;
}


/** Events by when they were last seen; those of the newer form, which do not say it in this field, come first. @source kubernetes/kubectl pkg/util/event/sorted_event_list.go */
function sortEvents(events: readonly Event[]): readonly Event[] {
  const lastSeen = ({ lastTimestamp }: Event): number => (lastTimestamp === undefined || lastTimestamp === null ? -1 : parseTime(lastTimestamp) ?? -1);
  return goSorted(events, (a, b) => lastSeen(a) < lastSeen(b));
}

/** `9s (x2 over 12s)`. */
export function eventInterval(event: Event, now: Micros): string {
  const first = since(event.eventTime ?? event.firstTimestamp, now);
  if (event.series !== undefined && event.series !== null) return `${since(event.series.lastObservedTime, now)} (x${event.series.count ?? 0} over ${first})`;
  if ((event.count ?? 0) > 1) return `${since(event.lastTimestamp, now)} (x${event.count ?? 0} over ${first})`;
  return first;
}

/** `spec.containers{web}: ` in front of what is said about a part of the object. */
const placeOf = ({ involvedObject }: Event): string => (involvedObject?.fieldPath === undefined || involvedObject.fieldPath === '' ? '' : `${involvedObject.fieldPath}: `);

/** `Events:`. */
export function eventLines(events: readonly Event[] | undefined, now: Micros): Lines {
  if (events === undefined) return [];
  if (events.length === 0) return ['Events:\t<none>'];
  const rows = sortEvents(events).map((event) => {
    const from = event.source?.component || event.reportingComponent || '';
    return `  ${event.type ?? ''}\t${event.reason ?? ''}\t${eventInterval(event, now)}\t${from}\t${placeOf(event)}${(event.message ?? '').trim()}`;
  });
  return ['Events:', '  Type\tReason\tAge\tFrom\tMessage', '  ----\t------\t----\t----\t-------', ...rows];
}

/** `a=1,b=2`, or `<none>`. */
export function pairsText(pairs: StringMap | undefined): string {
  const keys = Object.keys(pairs ?? {}).sort(compareText);
  return keys.length === 0 ? '<none>' : keys.map((key) => `${key}=${pairs?.[key] ?? ''}`).join(',');
}

/** A line that is only there when it has something to say. */
export const optional = (title: string, value: string | number | undefined): Lines => (value === undefined || value === '' ? [] : [`${title}:\t${value}`]);

/** Name and namespace lines. */
export function nameLines(object: KubeObject): Lines {
  return [`Name:\t${object.metadata.name}`, ...(object.metadata.namespace === undefined ? [] : [`Namespace:\t${object.metadata.namespace}`])];
}
