import { readFileSync } from 'node:fs';
import t from 'tap';
import { runTemplate } from '../../src/kubectl/go-template/evaluate.ts';
import { parseTemplate } from '../../src/kubectl/go-template/parse.ts';
import { failureOf, failureText } from '../../src/kubectl/errors.ts';
import { goSorted } from '../../src/kubectl/go-sort.ts';
import { containerNameOf, isImageName } from '../../src/kubectl/image.ts';
import { toCompactJson, toJson } from '../../src/kubectl/json.ts';
import { sortItems } from '../../src/kubectl/sort-by.ts';
import { table } from '../../src/kubectl/table.ts';
import { alignTabs } from '../../src/kubectl/tabwriter.ts';
import { columnsPrinter, jsonPathPrinter } from '../../src/kubectl/templates.ts';
import { longTime } from '../../src/kubectl/time-text.ts';
import { compareKeys, toYaml } from '../../src/kubectl/yaml.ts';

t.test('texts in YAML are quoted and folded as kubectl 1.35.2 does', (t) => {
  const rows = JSON.parse(readFileSync('test/kubectl/testdata/yaml-scalars.json', 'utf8')) as readonly (readonly [key: string, value: string, shown: string])[];
  for (const [key, value, shown] of rows) t.equal(toYaml({ data: { [key]: value } }), `data:\n  ${key}: ${shown}\n`, JSON.stringify(value).slice(0, 60));
  t.ok(rows.length > 200);
  t.end();
});

t.test('documents in YAML', (t) => {
  const cases: readonly { readonly name: string; readonly value: unknown; readonly want: string }[] = [
    { name: 'keys stand in order, lists are not indented', value: { kind: 'Pod', apiVersion: 'v1', spec: { containers: [{ name: 'a', args: ['x', '-y'] }, { name: 'b' }] } }, want: 'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - args:\n    - x\n    - -y\n    name: a\n  - name: b\n' },
    { name: 'empty things', value: { a: {}, b: [], c: '', d: null, e: [{}], f: [[]] }, want: 'a: {}\nb: []\nc: ""\nd: null\ne:\n- {}\nf:\n- []\n' },
    { name: 'numbers and truth', value: { a: 1, b: 1.5, c: -0.25, d: true, e: 1e21 }, want: 'a: 1\nb: 1.5\nc: -0.25\nd: true\ne: 1e+21\n' },
    { name: 'lists in lists', value: { a: [['x', 'y'], ['z']] }, want: 'a:\n- - x\n  - "y"\n- - z\n' },
    { name: 'several lines', value: { data: { 'a.txt': 'one\ntwo\n', b: 'one\ntwo', c: 'one\n\n' } }, want: 'data:\n  a.txt: |\n    one\n    two\n  b: |-\n    one\n    two\n  c: |+\n    one\n\n' },
    { name: 'absent fields are left out', value: { a: undefined, b: 1 }, want: 'b: 1\n' },
    { name: 'keys that need quotes', value: { '1': 'a', true: 'b', 'a b': 'c', 'k8s.io/x': 'd' }, want: '"1": a\na b: c\nk8s.io/x: d\n"true": b\n' },
  ];
  for (const { name, value, want } of cases) t.equal(toYaml(value), want, name);
  t.same(['b', 'a10', 'a9', 'a', 'A', '1', 'a-b', 'a.b', 'aa', '_'].sort(compareKeys), ['_', '1', 'A', 'a', 'a-b', 'a.b', 'a9', 'a10', 'aa', 'b']);
  t.end();
});

t.test('JSON as Go writes it', (t) => {
  t.equal(toJson({ b: [], a: { y: '<&>', x: [1, 'é'] } }), '{\n    "a": {\n        "x": [\n            1,\n            "é"\n        ],\n        "y": "\\u003c\\u0026\\u003e"\n    },\n    "b": []\n}');
  t.equal(toJson({ b: 1, a: 2 }, 'asIs'), '{\n    "b": 1,\n    "a": 2\n}');
  t.equal(toCompactJson({ b: null, a: [true, {}], c: undefined }), '{"a":[true,{}],"b":null}');
  t.end();
});

t.test('columns', (t) => {
  t.equal(table([['NAME', 'READY', 'AGE'], ['web', '1/1', '5s'], ['a-longer-name', '0/1', '10m']]), 'NAME            READY   AGE\nweb             1/1     5s\na-longer-name   0/1     10m\n');
  t.equal(table([['A', 'B'], ['', 'x']]), 'A     B\n      x\n');
  t.equal(table([['한글', 'B']]), '한글    B\n', 'wide characters count once, as in Go');
  t.equal(alignTabs('a:\tx\nlong:\ty\nalone\nb:\tz'), 'a:     x\nlong:  y\nalone\nb:  z\n');
  t.equal(alignTabs('  Type\tStatus\n  Ready \tTrue \nName:\tx'), '  Type    Status\n  Ready   True \nName:     x\n');
  t.equal(alignTabs('a\tb\tc\nlonger\tx\n\td'), 'a       b  c\nlonger  x\n        d\n');
  t.end();
});

const pod = { kind: 'Pod', metadata: { name: 'web', labels: { app: 'x' } }, spec: { containers: [{ name: 'a', image: 'i:1' }, { name: 'b', image: 'i:2' }] }, status: { n: 3 } };

t.test('custom columns and JSONPath', (t) => {
  const columns = (spec: string, object: object = { items: [pod] }, noHeaders = false): string => {
    const printer = columnsPrinter(spec, noHeaders);
    const text = printer.ok ? printer.value(object) : printer;
    return text.ok ? text.value : `${text.error.message}`;
  };
  t.equal(columns('N:.metadata.name,I:.spec.containers[*].image'), 'N     I\nweb   i:1,i:2\n');
  t.equal(columns('N:metadata.name,X:.nothing', pod, true), 'web   <none>\n');
  t.equal(columns('L:.metadata.labels'), 'L\nmap[app:x]\n');
  t.equal(columns('bad'), 'unexpected custom-columns spec: bad, expected <header>:<json-path-expr>');
  t.equal(columns(''), 'custom-columns format specified but no custom columns given');
  const path = jsonPathPrinter('{range .spec.containers[*]}{.name}={.image}{"\\n"}{end}', false);
  t.same(path.ok && path.value(pod), { ok: true, value: 'a=i:1\nb=i:2\n' });
  t.notOk(jsonPathPrinter('{.a', false).ok);
  t.end();
});

t.test('Go templates', (t) => {
  const cases: readonly (readonly [template: string, want: string])[] = [
    ['{{.metadata.name}}', 'web'], ['{{.nothing}}', '<no value>'], ['{{.metadata.labels}}', 'map[app:x]'], ['{{len .spec.containers}}', '2'],
    ['{{range .spec.containers}}{{.name}} {{end}}', 'a b '], ['{{range $i, $c := .spec.containers}}{{$i}}:{{$c.image}};{{end}}', '0:i:1;1:i:2;'],
    ['{{range .nothing}}x{{else}}none{{end}}', 'none'], ['{{if eq .status.n 3}}three{{else if .x}}x{{else}}other{{end}}', 'three'], ['{{if and .kind (not .x)}}yes{{end}}', 'yes'],
    ['{{with .metadata}}{{.name}} of {{$.kind}}{{end}}', 'web of Pod'], ['{{$n := .metadata.name}}{{$n}}{{$n = "z"}}{{$n}}', 'webz'], ['a  {{- " b " -}}  c', 'a b c'], ['{{/* nothing */}}x', 'x'],
    ['{{index .spec.containers 1 "name"}}', 'b'], ['{{(index .spec.containers 0).image}}', 'i:1'], ['{{printf "%s-%d-%q-%5s|" .kind .status.n "a" "b"}}', 'Pod-3-"a"-    b|'], ['{{"aGk=" | base64decode}}', 'hi'],
    ['{{range $k, $v := .metadata.labels}}{{$k}}={{$v}}{{end}}', 'app=x'], ['{{println "a" 1}}', 'a 1\n'], ['{{lt 1 2}} {{gt "a" "b"}}', 'true false'], ['{{true}}{{nil}}', 'true<no value>'],
  ];
  for (const [template, want] of cases) {
    const nodes = parseTemplate(template);
    t.same(nodes.ok ? runTemplate(nodes.value, pod) : nodes, { ok: true, value: want }, template);
  }
  for (const template of ['{{', '{{if}}', '{{if .a}}x', '{{end}}', '{{range .a}}{{else}}', '{{.a b c', '{{$}', '{{(.a}}']) t.notOk(parseTemplate(template).ok, template);
  const unknown = parseTemplate('{{frob .a}}');
  t.notOk(unknown.ok && runTemplate(unknown.value, pod).ok);
  t.end();
});

t.test('names of images and times', (t) => {
  for (const name of ['nginx', 'nginx:1.27', 'library/nginx', 'images.example/nginx:1.27', 'localhost:5000/a/b_c:x@sha256:' + 'a'.repeat(64)]) t.ok(isImageName(name), name);
  for (const name of ['', 'Nginx', 'nginx:', 'a//b', 'InvalidImageName', 'a b', 'nginx:1.27:2']) t.notOk(isImageName(name), name);
  t.equal(containerNameOf('images.example/team/web:1.27@sha256:abc'), 'web');
  t.match(containerNameOf('my_app.v2:1'), /^my-app-v2-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  t.equal(longTime('2026-01-01T00:00:20Z'), 'Thu, 01 Jan 2026 00:00:20 +0000');
  t.equal(longTime('2028-02-29T23:59:59.123456Z'), 'Tue, 29 Feb 2028 23:59:59 +0000');
  t.equal(longTime('2025-12-31T12:00:00Z'), 'Wed, 31 Dec 2025 12:00:00 +0000');
  t.equal(longTime(undefined), 'Mon, 01 Jan 0001 00:00:00 +0000');
  t.end();
});

t.test('a health check that fails answers with a text, which is quoted', (t) => {
  const answer = { ok: false, code: 500, status: { text: '[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed\n' } } as unknown as Parameters<typeof failureOf>[0];
  t.equal(failureText(failureOf(answer)),
    'Error from server (InternalError): an error on the server ("[+]ping ok\\n[-]etcd failed: reason withheld\\nreadyz check failed") has prevented the request from succeeding');
  t.end();
});

t.test('equal items stand in the order of Go', (t) => {
  // The times of 24 events, and the order in which `kubectl events -A` of 1.35.2 printed them.
  const times = [3, 3, 5, 5, 5, 5, 5, ...Array.from({ length: 17 }, () => 3)];
  const order = goSorted(times.map((_time, i) => i), (a, b) => (times[a] ?? 0) < (times[b] ?? 0));
  t.same(order, [18, 12, 23, 22, 21, 20, 11, 7, 8, 9, 1, 19, 16, 13, 14, 15, 10, 17, 0, 6, 5, 4, 3, 2]);
  for (const length of [0, 1, 2, 12, 13, 49, 50, 200]) {
    const numbers = Array.from({ length }, (_none, i) => (i * 7919) % 101);
    t.same(goSorted(numbers, (a, b) => a < b), [...numbers].sort((a, b) => a - b), `${length} numbers in order`);
    t.same(goSorted([...numbers].sort((a, b) => b - a), (a, b) => a < b), [...numbers].sort((a, b) => a - b), `${length} numbers the other way round`);
  }
  t.end();
});

t.test('--sort-by puts values of one type in order', (t) => {
  const cases: readonly { readonly values: readonly unknown[]; readonly order?: readonly unknown[]; readonly says?: string; readonly path?: string }[] = [
    { values: ['b', 'a', 'B'], order: ['B', 'a', 'b'] },
    { values: ['web-10', 'web-9'], order: ['web-10', 'web-9'] },
    { values: ['1Gi', '500Mi', '2k'], order: ['2k', '500Mi', '1Gi'] },
    { values: ['10', '9', '1500m'], order: ['1500m', '9', '10'] },
    { values: ['many', '10', '9x'], order: ['10', '9x', 'many'] },
    { values: [3, 1, 2], order: [1, 2, 3] },
    { values: [2.5, 1.5], order: [1.5, 2.5] },
    { values: ['b', null, 'a'], order: [null, 'a', 'b'] },
    { values: ['b', undefined, 'a'], order: [undefined, 'a', 'b'] },
    { values: [{ x: 2 }, { x: 1 }], path: '.v.x', order: [{ x: 1 }, { x: 2 }] },
    { values: [[{ n: 'b' }], [{ n: 'a' }, { n: 'c' }]], path: '.v[*].n', order: [[{ n: 'a' }, { n: 'c' }], [{ n: 'b' }]] },
    { values: [[{ n: 'x', s: 2 }], [{ n: 'x', s: 1 }]], path: '{.v[?(@.n=="x")].s}', order: [[{ n: 'x', s: 1 }], [{ n: 'x', s: 2 }]] },
    { values: [1, 'a'], says: 'Field {.v} in *unstructured.Unstructured is an unsortable type: interface, err: unsortable interface: interface' },
    { values: [1, 1.5], says: 'Field {.v} in *unstructured.Unstructured is an unsortable type: interface, err: unsortable interface: interface' },
    { values: [true, false], says: 'Field {.v} in *unstructured.Unstructured is an unsortable type: interface, err: unsortable type: bool' },
    { values: [['a'], ['b']], says: 'Field {.v} in *unstructured.Unstructured is an unsortable type: interface, err: unsortable type: []interface {}' },
    { values: [1], path: '.w', says: 'couldn\'t find any field with path "{.w}" in the list of objects' },
    { values: [], path: '.w', order: [] },
    { values: [[1], [2]], path: '.v[3]', says: 'array index out of bounds: index 3, length 1' },
  ];
  for (const { values, order, says, path = '.v' } of cases) {
    const sorted = sortItems(values.map((v) => ({ v })), path, 'objects');
    if (sorted.ok) t.same(sorted.value.map(({ v }) => v), order, path);
    else t.match(sorted.error.failure, { message: says ?? 'nothing' }, path);
  }
  t.end();
});
