import { compareText } from '../../base/compare.ts';
import { descriptorOfWord } from '../../api/scheme.ts';
import { schemaTypes } from '../../api/schema.generated.ts';
import { schemaTypeOf } from '../../api/strict.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { noSuchType } from '../builder.ts';
import { type Arguments, cx, defineCommand } from '../command.ts';
import { fail, plainFailure } from '../errors.ts';
import { isOn, operand } from '../options.ts';

/** Descriptions by type, from `dist/src/api/docs`; the edge puts them into `operands.docs`. */
export type Docs = Readonly<Record<string, { readonly doc: string; readonly fields: Readonly<Record<string, string>> } | undefined>>;

/** Fields deeper than this are not unfolded by --recursive. */
const DEPTH_MAX = 12;
/** Descriptions are wrapped at this width. */
const WIDTH = 80;

/** Shows what fields a kind has.
 * @source kubernetes/kubectl pkg/explain/v2 */
export const explain = defineCommand({
  path: ['kubectl', 'explain'],
  summary: 'show the fields of a kind',
  flags: [
    { name: 'recursive', type: 'bool', summary: 'with all fields below' },
    { name: 'api-version', type: 'string', summary: 'of this group and version' },
    { name: 'output', type: 'string', summary: 'form of the output', hidden: true },
  ],
  changesWorld: false,
  examples: [{ line: 'kubectl explain pods.spec.containers', shows: 'FIELD: containers <[]Container>' }],
  *run(args: Arguments): Conversation<number> {
    const [word = '', ...path] = operand(args, 'field').replace(/\.$/, '').split('.');
    if (word === '') return yield* fail(plainFailure('You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.'));
    const descriptor = descriptorOfWord(word);
    if (descriptor === undefined) return yield* fail(noSuchType(word));
    const docs = (args.operands['docs'] as Docs | undefined) ?? {};
    let type = schemaTypeOf(descriptor);
    let doc = docs[type]?.doc ?? '';
    let field: { readonly name: string; readonly code: string } | undefined;
    for (const name of path) {
      const code: string | undefined = schemaTypes[type]?.[name];
      if (code === undefined) return yield* fail(plainFailure(`field "${name}" does not exist`));
      doc = docs[type]?.fields[name] ?? '';
      field = { name, code };
      type = typeIn(code);
    }
    const head = [...(descriptor.group === '' ? [] : [`GROUP:      ${descriptor.group}`]), `KIND:       ${descriptor.kind}`, `VERSION:    ${descriptor.version}`, ''];
    const named = field === undefined ? [] : [`FIELD: ${field.name} <${typeText(field.code)}>`, ''];
    const inner = docs[type]?.doc ?? '';
    const texts = field === undefined || inner === '' ? [doc] : [doc, inner];
    const fields = fieldLines(type, { docs, isRecursive: isOn(args, 'recursive'), indent: '  ', depth: 0 });
    const lines = [...head, ...named, 'DESCRIPTION:', ...texts.flatMap((text) => wrap(text, '    ')), ...(fields.length > 0 ? ['', 'FIELDS:', ...fields] : []), ''];
    yield* cx.print(lines.map((line) => `${line}\n`).join(''));
    return 0;
  },
});

/** The structure behind a field's code, '' for plain values. */
const typeIn = (code: string): string => /#(.+)$/.exec(code)?.[1] ?? '';

const PLAIN: Readonly<Record<string, string>> = { s: 'string', i: 'integer', l: 'integer', f: 'number', b: 'boolean', q: 'Quantity', x: 'IntOrString', t: 'Time', u: 'MicroTime', y: 'string', o: 'Object' };

/** `[]Container`, `map[string]string`, `integer`. */
function typeText(code: string): string {
  const parts = /^!?(\[\]|\{\})?(.*)$/.exec(code);
  const type = parts?.[2] ?? '';
  const name = type.startsWith('#') ? (type.slice(1).split('.').pop() ?? '') : (PLAIN[type] ?? 'Object');
  return parts?.[1] === '[]' ? `[]${name}` : parts?.[1] === '{}' ? `map[string]${name}` : name;
}

interface Listing { readonly docs: Docs; readonly isRecursive: boolean; readonly indent: string; readonly depth: number }

function fieldLines(type: string, listing: Listing): readonly string[] {
  const fields = schemaTypes[type] ?? {};
  return Object.keys(fields).sort(compareText).flatMap((name) => {
    const code = fields[name] ?? '';
    const required = code.startsWith('!') && name !== 'apiVersion' && name !== 'kind' ? ' -required-' : '';
    const line = `${listing.indent}${name}\t<${typeText(code)}>${required}`;
    if (!listing.isRecursive) return [line, ...wrap(listing.docs[type]?.fields[name] ?? '', `${listing.indent}  `), ''];
    if (listing.depth >= DEPTH_MAX) return [line];
    return [line, ...fieldLines(typeIn(code), { ...listing, indent: `${listing.indent}  `, depth: listing.depth + 1 })];
  });
}

/** Words in lines of at most WIDTH characters; paragraphs stay apart. */
function wrap(text: string, indent: string): readonly string[] {
  if (text === '') return [`${indent}<empty>`];
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && indent.length + line.length + 1 + word.length > WIDTH) {
        lines.push(indent + line);
        line = word;
      } else {
        line = line === '' ? word : `${line} ${word}`;
      }
    }
    return [...lines, line === '' ? '' : indent + line];
  });
}
