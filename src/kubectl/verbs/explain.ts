import { apiVersionOf } from '../../api/resource.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Arguments, cx, defineCommand } from '../command.ts';
import { customFieldOf } from '../custom-kinds.ts';
import { discover, getPath } from '../discovery.ts';
import { explainPlainly } from '../explain-plain.ts';
import { explainSchemaPlainly } from '../explain-plain-schema.ts';
import { type Docs, explainedBy, explainText, headOf } from '../explain.ts';
import { bareFailure, fail, failureOf, plainFailure, usage } from '../errors.ts';
import { explainSchema, type OpenApiDocument } from '../explain-schema.ts';
import { isOn, operand, operands, textFlag } from '../options.ts';

/** Shows what fields a kind has and what they mean.
 * @source kubernetes/kubectl pkg/cmd/explain/explain.go
 * @fidelity simplified: the texts of built-in kinds come with the client; the server is only asked whether it serves the group */
export const explain = defineCommand({
  path: ['kubectl', 'explain'],
  summary: 'show the fields of a kind',
  flags: [
    { name: 'recursive', type: 'bool', summary: 'with all fields below' },
    { name: 'api-version', type: 'string', summary: 'of this group and version' },
    { name: 'output', short: 'o', type: 'string', summary: 'form of the output', hidden: true },
  ],
  changesWorld: false,
  examples: [{ line: 'kubectl explain pods.spec.containers', shows: 'FIELD: containers <[]Container>' }],
  *run(args: Arguments): Conversation<number> {
    const word = operand(args, 'field');
    if (word === '') return yield* usage('You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.');
    if (operands(args, 'names').length > 0) return yield* usage('We accept only this format: explain RESOURCE');
    const output = textFlag(args, 'output');
    if (!['', 'plaintext', 'plaintext-openapiv2'].includes(output)) return yield* usage(`unrecognized format: ${output}`);
    const wanted = textFlag(args, 'api-version');
    const named = explainedBy(word, wanted);
    if (named === undefined) return yield* explainCustom(word, args);
    const { descriptor, path } = named;
    if (wanted !== '' && wanted !== apiVersionOf(descriptor)) {
      // The older page asks for the kind that the word means without a version.
      if (output === 'plaintext-openapiv2') return yield* fail(plainFailure(`error: couldn't find resource for "${wanted.includes('/') ? '' : '/'}${wanted}, Kind=${descriptor.kind}"`));
      return (yield* isServedIn(descriptor.plural, wanted)) ? yield* explainRemote(wanted, { plural: descriptor.plural, path, isRecursive: isOn(args, 'recursive') }) : yield* usage(notServed(wanted, descriptor.plural));
    }
    const answer = yield* getPath(descriptor.group === '' ? '/api/v1' : `/apis/${apiVersionOf(descriptor)}`);
    if (!answer.ok) return yield* fail(failureOf(answer));
    const docs = JSON.parse(args.files['docs'] ?? '{}') as Docs;
    const page = output === 'plaintext-openapiv2' ? explainPlainly : explainText;
    const text = page({ descriptor, path, docs, isRecursive: isOn(args, 'recursive') });
    if (!text.ok) {
      // The head of the page is out before the field is looked for.
      yield* cx.print([...headOf(descriptor), ''].map((line) => `${line}\n`).join(''));
      return yield* usage(`field "${text.error}" does not exist`);
    }
    yield* cx.print(text.value);
    return 0;
  },
});

const notServed = (apiVersion: string, plural: string): string => `couldn't find resource for "${apiVersion.includes('/') ? '' : '/'}${apiVersion}, Resource=${plural}"`;

/** Whether a resource of the same name is served in a version that is not built in, such as `pods` in `metrics.k8s.io/v1beta1`. */
function* isServedIn(plural: string, apiVersion: string): Conversation<boolean> {
  const found = yield* discover();
  return found.ok && found.value.some(({ resources }) => resources.some((kind) => kind.plural === plural && apiVersionOf(kind) === apiVersion));
}

interface Operation { readonly 'x-kubernetes-group-version-kind'?: { readonly group: string; readonly version: string; readonly kind: string } }

/** What the document of its group says of a resource. */
function* explainRemote(apiVersion: string, { plural, path, isRecursive }: { readonly plural: string; readonly path: readonly string[]; readonly isRecursive: boolean }): Conversation<number> {
  const answer = yield* getPath(`/openapi/v3/apis/${apiVersion}`);
  if (!answer.ok) return yield* fail(failureOf(answer));
  const document = answer.body as OpenApiDocument & { readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>> };
  const item = Object.entries(document.paths ?? {}).find(([key]) => key.startsWith(`/apis/${apiVersion}/`) && key.endsWith(`/${plural}`))?.[1];
  const of = Object.values(item ?? {}).find((operation) => operation['x-kubernetes-group-version-kind'] !== undefined)?.['x-kubernetes-group-version-kind'];
  if (of === undefined) return yield* usage(notServed(apiVersion, plural));
  const text = explainSchema({ of, path, document, isRecursive });
  if (!text.ok) return yield* fail(plainFailure(text.error));
  yield* cx.print(text.value);
  return 0;
}

/** A kind of a definition: what the server's document says of it. */
function* explainCustom(word: string, args: Arguments): Conversation<number> {
  const wanted = textFlag(args, 'api-version');
  const named = customFieldOf(word, wanted, args);
  if (named === undefined) return yield* fail(bareFailure(`the server doesn't have a resource type "${word.split('.')[0] ?? ''}"`));
  const { kind, path } = named;
  const isOlder = textFlag(args, 'output') === 'plaintext-openapiv2';
  if (wanted !== '' && wanted !== apiVersionOf(kind)) return yield* usage(isOlder ? `couldn't find resource for "${wanted.includes('/') ? '' : '/'}${wanted}, Kind=${kind.kind}"` : notServed(wanted, kind.plural));
  const answer = yield* getPath(`/openapi/v3/apis/${apiVersionOf(kind)}`);
  if (!answer.ok) return yield* fail(failureOf(answer));
  const explained = { of: { group: kind.group, version: kind.version, kind: kind.kind }, path, document: answer.body as OpenApiDocument, isRecursive: isOn(args, 'recursive') };
  const older = isOlder ? explainSchemaPlainly(explained) : undefined;
  if (older?.ok === false) return yield* usage(`field "${older.error}" does not exist`);
  const text = older ?? explainSchema(explained);
  if (!text.ok) return yield* fail(plainFailure(text.error));
  yield* cx.print(text.value);
  return 0;
}
