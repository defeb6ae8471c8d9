/**
 * What a client sees of each kind: its columns, and the cells of objects, odd ones too. `tables.txt` has below `== KIND apiVersion` the columns (`: Name/format integer | +Wide`),
 * `? short names | categories | fields to select by, beside those of the metadata | what is said of another one`, and then lines that change the object, which is made of a name and a time five minutes ago; below each stand its cells. A change is that of `kinds.txt`. Texts
 * stand as they are, numbers as `#3`, truth values as `?true`, nothing as `~`. `node dist/test/api/tables.test.js --rewrite` writes the answers anew; read the difference before keeping it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { micros, type Micros } from '../../src/base/data.ts';
import { customKind } from '../../src/api/custom/descriptor.ts';
import { compileFieldSelector, inStoredLabels } from '../../src/api/field-selector.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { apiVersionOf, type ResourceDescriptor } from '../../src/api/resource.ts';
import { descriptorOfObject, descriptors, servedForms, unstoredKinds } from '../../src/api/scheme.ts';
import { columnDefinitions, fieldsShown, shownAs, type Table, tableOf } from '../../src/api/table.ts';
import { changed } from './changes.ts';

const REWRITE = process.argv.includes('--rewrite');
const FILE = 'test/api/tables.txt';
const NOW = micros(300_000_000);

const shown = (cell: unknown): string => (cell === null ? '~' : typeof cell === 'number' ? `#${cell}` : typeof cell === 'boolean' ? `?${String(cell)}` : String(cell));
const cellsText = (cells: readonly unknown[]): string => cells.map(shown).join(' | ').trimEnd();

function columnsText(descriptor: ResourceDescriptor): string {
  return (columnDefinitions(descriptor)).map(({ name, type, format, priority }) => `${'+'.repeat(priority)}${name}${format === '' ? '' : `/${format}`}${type === 'string' ? '' : ` ${type}`}`).join(' | ');
}

function cells(descriptor: ResourceDescriptor, object: KubeObject, now: Micros = NOW): readonly unknown[] {
  return tableOf(descriptor, [object], { now, include: 'None', metadata: {} }).rows[0]?.cells ?? [];
}

function selectionText(descriptor: ResourceDescriptor): string {
  const { shortNames, categories, selectableFields } = descriptor;
  const refused = compileFieldSelector(descriptor, 'nope=1');
  return [shortNames.join(','), categories.join(','), selectableFields.map(({ path }) => path).filter(path => !path.startsWith('metadata.')).join(' '), refused.ok ? 'taken' : refused.error].join(' | ');
}

const tested = new Map<string, number>();

function answered(text: string): string {
  let descriptor: ResourceDescriptor | undefined;
  const out: string[] = [];
  for (const line of text.trimEnd().split('\n')) {
    const [, kind, apiVersion = ''] = /^== (\S+) (\S+)$/.exec(line) ?? [];
    if (kind !== undefined) {
      descriptor = descriptorOfObject({ apiVersion, kind });
      if (descriptor === undefined) throw new Error(`${FILE}: no kind ${kind} in ${apiVersion}`);
      tested.set(`${apiVersion}/${kind}`, 0);
      out.push(line, `: ${columnsText(descriptor)}`, `? ${selectionText(descriptor)}`);
    } else if (line === '' || line.startsWith('#')) out.push(line);
    else if (!/^([:?]|  )/.test(line)) {
      if (descriptor === undefined) throw new Error(`${FILE}: a change before the first kind: ${line}`);
      const name = `${apiVersionOf(descriptor)}/${descriptor.kind}`;
      tested.set(name, (tested.get(name) ?? 0) + 1);
      const base = { apiVersion: apiVersionOf(descriptor), kind: descriptor.kind, metadata: { name: 'a', creationTimestamp: '2026-01-01T00:00:00Z' } };
      out.push(line, `  ${cellsText(cells(descriptor, changed(base, line)))}`);
    }
  }
  return `${out.join('\n')}\n`;
}

const text = readFileSync(FILE, 'utf8');

t.test('columns and cells of every kind', t => {
  const found = answered(text);
  if (REWRITE) writeFileSync(FILE, found);
  t.equal(found, REWRITE ? found : text);
  const rows = [...tested.values()].reduce((sum, count) => sum + count, 0);
  t.ok(rows >= 150, `${rows} rows`);
  const listed = [...descriptors, ...servedForms, ...unstoredKinds].filter(({ columns }) => columns.length > 0).map(one => `${apiVersionOf(one)}/${one.kind}`);
  t.same(listed.filter(name => (tested.get(name) ?? 0) < 2), [], 'every kind has at least two rows');
  t.end();
});

t.test('an object without anything has cells', t => {
  for (const descriptor of [...descriptors, ...servedForms, ...unstoredKinds]) {
    const bare = { apiVersion: apiVersionOf(descriptor), kind: descriptor.kind, metadata: { name: 'x' } };
    for (const more of [{}, { spec: {} }, { spec: {}, status: {} }, { status: { conditions: [] } }, { metadata: { name: 'x', labels: {}, annotations: {}, ownerReferences: [] } }]) {
      const row = cells(descriptor, { ...bare, ...more } as KubeObject);
      t.equal(row.length, descriptor.columns.length, descriptor.kind);
      t.notOk(row.some(cell => cell === undefined || (typeof cell === 'string' && /undefined|NaN|\[object/.test(cell))), `${descriptor.kind}: ${cellsText(row)}`);
    }
  }
  t.end();
});

t.test('every column has a description', t => {
  const docs = Object.assign({}, ...readdirSync('dist/src/api/docs').filter(name => name.endsWith('.json')).map(name => JSON.parse(readFileSync(`dist/src/api/docs/${name}`, 'utf8')) as object)) as Record<string, { readonly fields: Record<string, string> } | undefined>;
  for (const descriptor of [...descriptors, ...servedForms, ...unstoredKinds]) {
    const columns = columnDefinitions(descriptor);
    columns.forEach(({ name, description }, i) => {
      const field = fieldsShown(columns)[i] ?? '';
      const dot = field.lastIndexOf('.');
      const told = field === '' ? description : docs[field.slice(0, dot)]?.fields[field.slice(dot + 1)] ?? '';
      t.not(told, '', `${descriptor.kind} ${name}: ${field}`);
    });
  }
  t.end();
});

t.test('columns of a definition', t => {
  const columns = [
    { name: 'Text', type: 'string', jsonPath: '.spec.text' }, { name: 'List', type: 'string', jsonPath: '.spec.list' }, { name: 'First', type: 'string', jsonPath: '.spec.list[*].n' },
    { name: 'One', type: 'integer', jsonPath: '.spec.list[1].n', priority: 2, description: 'the second', format: 'int32' }, { name: 'Share', type: 'number', jsonPath: '.spec.share' },
    { name: 'On', type: 'boolean', jsonPath: '.spec.on' }, { name: 'Since', type: 'date', jsonPath: '.spec.since' }, { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  ];
  const definition = (additionalPrinterColumns?: object): never => ({
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'things.example.com' },
    spec: {
      group: 'example.com', scope: 'Namespaced', names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }, ...(additionalPrinterColumns === undefined ? {} : { additionalPrinterColumns }) }],
    },
    status: { acceptedNames: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' }, conditions: [], storedVersions: ['v1'] },
  }) as never;
  const plain = customKind(definition()).storage;
  t.equal(columnsText(plain), 'Name/name | Age date');
  const own = customKind(definition(columns)).storage;
  t.equal(columnsText(own), 'Name/name | Text | List | First | ++One/int32 integer | Share number | On boolean | Since date | Ready');
  t.same(columnDefinitions(own).map(({ description }) => description).slice(1, 5), ['Custom resource definition column (in JSONPath format): .spec.text', 'Custom resource definition column (in JSONPath format): .spec.list', 'Custom resource definition column (in JSONPath format): .spec.list[*].n', 'the second']);
  const rows: readonly (readonly [spec: object, want: string])[] = [
    [{}, 'x | ~ | ~ | ~ | ~ | ~ | ~ | ~ | ~'],
    [{ text: 't', list: [{ n: 1, a: 2 }, { n: 7.9 }], share: 0.25, on: false, since: '2026-01-01T00:00:00Z' }, 'x | t | [{"a":2,"n":1},{"n":7.9}] | 1 | #7 | #0.25 | ?false | 5m | ~'],
    [{ text: 5, list: 'no', share: '1', on: 'true', since: 'soon' }, 'x | 5 | no | ~ | ~ | ~ | ~ | <invalid> | ~'],
    [{ text: true, list: {}, share: 3, since: 4 }, 'x | true | {} | ~ | ~ | #3 | ~ | ~ | ~'],
    [{ text: null, list: [], since: '' }, 'x | <no value> | [] | ~ | ~ | ~ | ~ | <unknown> | ~'],
  ];
  for (const [spec, want] of rows) t.equal(cellsText(cells(own, { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'x' }, spec } as KubeObject)), want, JSON.stringify(spec));
  const ready = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'x' }, status: { conditions: [{ type: 'A', status: 'False' }, { type: 'Ready', status: 'True' }] } } as KubeObject;
  t.equal(cells(own, ready).at(-1), 'True');
  t.end();
});

t.test('what a Table carries', t => {
  const pods = descriptorOfObject({ apiVersion: 'v1', kind: 'Pod' }) as ResourceDescriptor;
  const pod = (phase: string): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: phase.toLowerCase(), resourceVersion: '7' }, spec: { containers: [] }, status: { phase } }) as KubeObject;
  const list = { apiVersion: 'v1', kind: 'PodList', metadata: { resourceVersion: '9', continue: 'c', remainingItemCount: 3 }, items: [pod('Running'), pod('Succeeded'), pod('Failed')] };
  const as = (include: 'None' | 'Metadata' | 'Object'): Table => shownAs('Table', pods, list, { now: NOW, include }) as Table;
  t.same(as('None').metadata, { resourceVersion: '9', continue: 'c', remainingItemCount: 3 });
  t.same(as('None').rows.map(({ object }) => object), [null, null, null]);
  t.match(as('Metadata').rows[0]?.object, { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'running' } });
  t.notOk('spec' in (as('Metadata').rows[0]?.object ?? {}));
  t.equal(as('Object').rows[0]?.object, list.items[0]);
  t.same(as('None').rows.map(({ conditions }) => conditions?.[0]?.reason), [undefined, 'Succeeded', 'Failed']);
  t.same(as('None').rows[2]?.conditions, [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }]);
  t.match(shownAs('Table', pods, pod('Running'), { now: NOW, include: 'None' }), { metadata: { resourceVersion: '7' }, rows: [{ cells: ['running'] }] });
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure' };
  t.equal(shownAs('Table', pods, status, { now: NOW, include: 'None' }), status, 'a Status stays one');
  t.end();
});

t.test('fields to select by', t => {
  const pods = descriptorOfObject({ apiVersion: 'v1', kind: 'Pod' }) as ResourceDescriptor;
  const events = descriptorOfObject({ apiVersion: 'events.k8s.io/v1', kind: 'Event' }) as ResourceDescriptor;
  const labels: readonly (readonly [descriptor: ResourceDescriptor, asked: string, want: string])[] = [
    [pods, 'spec.host=n1', 'spec.nodeName=n1'], [pods, 'spec.host!=a\\,b,status.phase==Running', 'spec.nodeName!=a\\,b,status.phase=Running'], [pods, 'x', 'x'],
    [events, 'regarding.name=web,reportingController=kubelet', 'involvedObject.name=web,reportingComponent=kubelet'], [events, 'metadata.name=a,type=Normal', 'metadata.name=a,type=Normal'],
    [events, 'involvedObject.name=web', 'refused: field label not supported: involvedObject.name'], [events, 'reportingComponent=k', 'refused: field label not supported: reportingComponent'],
  ];
  for (const [descriptor, asked, want] of labels) {
    const stored = inStoredLabels(descriptor, asked);
    t.equal(stored.ok ? stored.value : `refused: ${stored.error}`, want, asked);
  }
  const select = (apiVersion: string, kind: string, selector: string, object: object = {}): unknown => {
    const compiled = compileFieldSelector(descriptorOfObject({ apiVersion, kind }) as ResourceDescriptor, selector);
    return compiled.ok ? compiled.value({ apiVersion, kind, metadata: { name: 'a', namespace: 'default' }, ...object } as never) : compiled.error;
  };
  t.equal(select('storage.k8s.io/v1', 'StorageClass', 'metadata.namespace='), true, 'no namespace may be asked for');
  t.equal(select('storage.k8s.io/v1', 'StorageClass', 'metadata.namespace=default'), false);
  t.equal(select('v1', 'Namespace', 'metadata.namespace='), 'field label not supported: metadata.namespace');
  t.equal(select('v1', 'ConfigMap', 'metadata.namespace=default,metadata.name!=b'), true);
  const pod = { spec: { nodeName: 'n', hostNetwork: true }, status: { podIPs: [{ ip: '10.0.0.7' }], podIP: '10.0.0.7' } };
  t.equal(select('v1', 'Pod', 'status.podIP=10.0.0.7,spec.hostNetwork=true', pod), true);
  t.equal(select('v1', 'Pod', 'status.podIPs=10.0.0.7', pod), false);
  t.equal(select('v1', 'Event', 'source=ctl', { reportingComponent: 'ctl', source: { component: '' } }), true);
  t.equal(select('v1', 'Event', 'involvedObject.name=web'), false, 'an event about nothing');
  for (const [kind, field, value, object] of [['Node', 'spec.unschedulable', 'false', {}], ['Secret', 'type', 'Opaque', { type: 'Opaque' }], ['ReplicationController', 'status.replicas', '0', {}], ['Service', 'spec.type', 'NodePort', { spec: { type: 'NodePort' } }], ['Service', 'spec.clusterIP', 'None', { spec: { clusterIP: 'None' } }]] as const) {
    t.equal(select('v1', kind, `${field}=${value}`, object), true, `${kind} ${field}`);
  }
  t.end();
});
