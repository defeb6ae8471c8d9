import { type Result, seconds } from '../../base/data.ts';
import { must } from '../../base/assert.ts';
import type { Event } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { parseTime } from '../../api/time.ts';
import { descriptorOfKind, descriptorOfWord } from '../../api/scheme.ts';
import type { RequestOptions } from '../../api/wire.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { eventInterval } from '../describe/sections.ts';
import { bareFailure, fail, type Failure, failureOf, plainFailure, usage } from '../errors.ts';
import { allNamespacesFlag, printFlags } from '../flags.ts';
import { isOn, listFlag, namespaceOf, textFlag } from '../options.ts';
import { type Printer, printerOf } from '../output.ts';
import { goSorted } from '../go-sort.ts';
import { callOf, chunkOf, list, type Place } from '../requests.ts';
import { layOut, widthsOf } from '../table.ts';

const events = must(descriptorOfKind('Event'), 'events are served');
/** A quiet watch asks again after this long; the world does not care. */
const WATCH_WAIT = seconds(600);

/** Shows events, oldest first.
 * @source kubernetes/kubectl pkg/cmd/events/events.go, event_printer.go */
export const eventsCommand = defineCommand({
  path: ['kubectl', 'events'],
  summary: 'show events in the order of time',
  flags: [
    allNamespacesFlag, ...printFlags,
    { name: 'for', type: 'string', summary: 'only about this object, TYPE/NAME' },
    { name: 'types', type: 'list', summary: 'only Normal or Warning', choices: ['Normal', 'Warning'] },
    { name: 'watch', short: 'w', type: 'bool', summary: 'go on as they come' },
    { name: 'no-headers', type: 'bool', summary: 'no header row' },
    { name: 'chunk-size', type: 'int', summary: 'objects per request', hidden: true },
  ],
  changesWorld: false,
  examples: [{ line: 'kubectl events -A', shows: 'LAST SEEN' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const selection = selectionOf(textFlag(args, 'for'));
    if (!selection.ok) return yield* fail(selection.error);
    const printer = printerOf(args, { asIs: true });
    if (!printer.ok) return yield* fail(printer.error);
    const types = listFlag(args, 'types').map((each) => each.toLowerCase());
    if (types.some((each) => each !== 'normal' && each !== 'warning')) return yield* usage('valid --types are Normal or Warning');
    const isWanted = (event: Event): boolean => types.length === 0 || types.includes((event.type ?? '').toLowerCase());
    const place = { descriptor: events, namespace: isOn(args, 'all-namespaces') ? '' : namespaceOf(args, settings), name: '' };
    const show = printer.value === undefined ? tablePrinter(args) : objectPrinter(printer.value, textFlag(args, 'output') === 'name');
    if (isOn(args, 'watch')) return yield* follow(place, { options: selection.value, isWanted, show });
    return yield* showAll(place, { options: { ...selection.value, ...chunkOf(args) }, isWanted, show });
  },
});

/** What to ask for and how to show it. */
interface Showing {
  readonly options: RequestOptions;
  isWanted(event: Event): boolean;
  show(all: readonly Event[], isList: boolean): Conversation<Failure | undefined>;
}

/** When an event was seen last. @source kubernetes/kubectl pkg/cmd/events/events.go eventTime */
function seenAt({ series, lastTimestamp, eventTime }: Event): number {
  const text = series?.lastObservedTime ?? lastTimestamp ?? eventTime;
  return text === undefined || text === null ? 0 : parseTime(text) ?? 0;
}

/** `--for TYPE/NAME` as a field selector. */
function selectionOf(word: string): Result<RequestOptions, Failure> {
  if (word === '') return { ok: true, value: {} };
  const [type = '', name, ...more] = word.split('/');
  if (name === undefined) return { ok: false, error: plainFailure('--for must be in resource/name form') };
  if (more.length > 0) return { ok: false, error: plainFailure('arguments in resource/name form may not have more than one slash') };
  const descriptor = descriptorOfWord(type);
  if (descriptor === undefined) return { ok: false, error: bareFailure(`the server doesn't have a resource type "${type}"`) };
  return { ok: true, value: { fieldSelector: `involvedObject.kind=${descriptor.kind},involvedObject.apiVersion=${apiVersionOf(descriptor)},involvedObject.name=${name}` } };
}

function* showAll(place: Place, showing: Showing): Conversation<number> {
  const found = yield* list(place, showing.options);
  if (!found.ok) return yield* fail(found.error);
  const chosen = goSorted((found.value.items as readonly Event[]).filter((event) => showing.isWanted(event)), (a, b) => seenAt(a) < seenAt(b));
  if (chosen.length === 0) {
    yield* cx.printError(place.namespace === '' ? 'No events found.\n' : `No events found in ${place.namespace} namespace.\n`);
    return 0;
  }
  const failure = yield* showing.show(chosen, true);
  return failure === undefined ? 0 : yield* fail(failure);
}

/** One watch from nowhere: it begins with the events there are. Deletions are only their hour running out. */
function* follow(place: Place, showing: Showing): Conversation<number> {
  const opened = yield* cx.watch(callOf('watch', place, { options: showing.options }));
  if (!opened.ok) return yield* fail(failureOf(opened));
  for (;;) {
    const next = yield* cx.nextEvents(opened.handle, WATCH_WAIT);
    if (next.type === 'ended') return 0;
    if (next.type === 'refused') return yield* fail(failureOf(next.answer));
    if (next.type !== 'events') continue;
    for (const { type, object } of next.events) {
      if (type === 'ERROR') return 0;
      if ((type !== 'ADDED' && type !== 'MODIFIED') || !showing.isWanted(object as Event)) continue;
      const failure = yield* showing.show([object as Event], false);
      if (failure !== undefined) return yield* fail(failure);
    }
  }
}

function objectPrinter(printer: Printer, isName: boolean): Showing['show'] {
  const typed = (event: KubeObject): KubeObject => ({ eventTime: null, ...event, apiVersion: 'v1', kind: 'Event' } as KubeObject);
  return function* show(all, isList) {
    const [first] = all;
    if (first === undefined) return undefined;
    // A list of a typed client has no names to print.
    if (isList && isName) return undefined;
    const text = printer(isList ? { apiVersion: 'v1', items: all.map(typed), kind: 'EventList', metadata: {} } : typed(first));
    if (!text.ok) return text.error;
    yield* cx.print(text.value);
    return undefined;
  };
}

/** A table whose columns only ever grow, so that the rows of a watch stay below each other. */
function tablePrinter(args: Arguments): Showing['show'] {
  const withNamespace = isOn(args, 'all-namespaces');
  let widths: readonly number[] = [];
  let hasHeader = isOn(args, 'no-headers');
  return function* show(all) {
    const now = yield* cx.now();
    const rows = all.map((event) => [...(withNamespace ? [event.metadata.namespace ?? ''] : []), eventInterval(event, now), event.type ?? '', event.reason ?? '', `${event.involvedObject.kind ?? ''}/${event.involvedObject.name ?? ''}`, (event.message ?? '').trim()]);
    const lines = hasHeader ? rows : [[...(withNamespace ? ['NAMESPACE'] : []), 'LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'], ...rows];
    hasHeader = true;
    widths = widthsOf(lines, widths);
    yield* cx.print(layOut(lines, widths));
    return undefined;
  };
}
