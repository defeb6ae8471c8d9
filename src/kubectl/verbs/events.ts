import { seconds } from '../../base/data.ts';
import { must } from '../../base/assert.ts';
import type { Event } from '../../api/kinds/all.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { descriptorOfKind, descriptorOfWord } from '../../api/scheme.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { noSuchType } from '../builder.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { eventInterval, sortEvents } from '../describe/sections.ts';
import { fail, failureOf, usage } from '../errors.ts';
import { allNamespacesFlag, printFlags } from '../flags.ts';
import { isOn, listFlag, namespaceOf, textFlag } from '../options.ts';
import { listOf, printerOf } from '../output.ts';
import { callOf, list } from '../requests.ts';
import { layOut, widthsOf } from '../table.ts';

const events = must(descriptorOfKind('Event'), 'events are served');
const WATCH_WAIT = seconds(600);

/** Shows events in the order of their time.
 * @source kubernetes/kubectl pkg/cmd/events/events.go */
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
    const about = textFlag(args, 'for');
    const [type = '', name = ''] = about.split('/');
    const descriptor = about === '' ? undefined : descriptorOfWord(type);
    if (about !== '' && name === '') return yield* usage('--for must be in resource/name form');
    if (about !== '' && descriptor === undefined) return yield* fail(noSuchType(type));
    const fields = descriptor === undefined ? '' : `involvedObject.kind=${descriptor.kind},involvedObject.apiVersion=${apiVersionOf(descriptor)},involvedObject.name=${name}`;
    const namespace = isOn(args, 'all-namespaces') ? '' : namespaceOf(args, settings);
    const place = { descriptor: events, namespace, name: '' };
    const found = yield* list(place, fields === '' ? {} : { fieldSelector: fields });
    if (!found.ok) return yield* fail(found.error);
    const types = listFlag(args, 'types').map((each) => each.toLowerCase());
    const isWanted = (event: Event): boolean => types.length === 0 || types.includes((event.type ?? '').toLowerCase());
    const chosen = sortEvents((found.value.items as readonly Event[]).filter(isWanted));
    const printer = printerOf(args);
    if (!printer.ok) return yield* fail(printer.error);
    if (printer.value !== undefined) {
      const text = printer.value(listOf(chosen));
      if (!text.ok) return yield* fail(text.error);
      yield* cx.print(text.value);
      return 0;
    }
    const show = tablePrinter(args);
    if (chosen.length === 0 && !isOn(args, 'watch')) {
      yield* cx.printError(namespace === '' ? 'No events found.\n' : `No events found in ${namespace} namespace.\n`);
      return 0;
    }
    yield* show(chosen);
    if (!isOn(args, 'watch')) return 0;
    const opened = yield* cx.watch(callOf('watch', place, { options: { resourceVersion: found.value.metadata.resourceVersion, ...(fields === '' ? {} : { fieldSelector: fields }) } }));
    if (!opened.ok) return yield* fail(failureOf(opened));
    for (;;) {
      const next = yield* cx.nextEvents(opened.handle, WATCH_WAIT);
      if (next.type === 'ended') return 0;
      if (next.type === 'refused') return yield* fail(failureOf(next.answer));
      if (next.type === 'events') yield* show(next.events.filter((each) => each.type === 'ADDED' || each.type === 'MODIFIED').map((each) => each.object as Event).filter(isWanted));
    }
  },
});

function tablePrinter(args: Arguments): (list: readonly Event[]) => Conversation<void> {
  let widths: readonly number[] = [];
  let hasHeader = isOn(args, 'no-headers');
  return function* show(all) {
    if (all.length === 0) return;
    const now = yield* cx.now();
    const place = isOn(args, 'all-namespaces');
    const rows = all.map((event) => [...(place ? [event.metadata.namespace ?? ''] : []), eventInterval(event, now), event.type ?? '', event.reason ?? '', `${event.involvedObject.kind ?? ''}/${event.involvedObject.name ?? ''}`, (event.message ?? '').trim()]);
    const lines = hasHeader ? rows : [[...(place ? ['NAMESPACE'] : []), 'LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'], ...rows];
    hasHeader = true;
    widths = widthsOf(lines, widths);
    yield* cx.print(layOut(lines, widths));
  };
}
