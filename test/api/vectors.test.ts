import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { deepFreeze } from '../../src/base/data.ts';
import { compileFieldSelector, matchesFields, parseFieldSelector } from '../../src/api/field-selector.ts';
import { fieldErrorBody } from '../../src/api/field-error.ts';
import type { FieldError } from '../../src/api/field-error.ts';
import { evaluateJsonPath } from '../../src/api/jsonpath.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { generatedNameAlphabet, generatedNameMaximumBase, generatedNameSuffixLength } from '../../src/api/names.ts';
import { applyJsonPatch, applyMergePatch } from '../../src/api/patch/json-patch.ts';
import { applyStrategicPatch } from '../../src/api/patch/strategic.ts';
import { createThreeWayPatch } from '../../src/api/patch/three-way.ts';
import { addQuantity, canonicalQuantity, compareQuantity, milliValue, parseQuantity, subtractQuantity, wholeValue } from '../../src/api/quantity.ts';
import { descriptorOfKind, descriptorOfObject } from '../../src/api/scheme.ts';
import { matchesLabels, parseLabelSelector, selectorText } from '../../src/api/selector.ts';
import { invalidStatus } from '../../src/api/status.ts';
import { decodeObject, schemaTypeOf } from '../../src/api/strict.ts';
import { humanDuration } from '../../src/api/time.ts';

/* eslint-disable @typescript-eslint/no-explicit-any */
type Case = Record<string, any> & { id: string; kind: string };
interface Vectors { readonly documents?: Record<string, unknown>; readonly cases: readonly Case[] }

const load = (name: string): Vectors => parse(readFileSync(`test/vectors/${name}.yaml`, 'utf8')) as Vectors;
const left: string[] = [];

/** The recorded cases name one sentence for all malformed amounts; two of the three of quantity.go say something else. */
const malformed = /quantities must match the regular expression|unable to parse quantity's suffix|unable to parse numeric part of quantity/;

for (const file of ['quantity-labels-jsonpath', 'own-quantity-labels-jsonpath']) t.test(`quantities, selectors, jsonpath and ages give the results of ${file}`, async (t) => {
  const { cases, documents } = load(file);
  // Amounts are texts, also those that YAML would read as numbers.
  const texts = (parse(readFileSync(`test/vectors/${file}.yaml`, 'utf8'), { schema: 'failsafe' }) as Vectors).cases;
  const checks: Record<string, (c: Case) => void> = {
    quantityParse(c) {
      const parsed = parseQuantity(c['input']);
      if (c['expectError'] !== undefined) { t.match(parsed.ok ? '' : parsed.error, file.startsWith('own') ? c['expectError'] : malformed, c.id); return; }
      t.equal(canonicalQuantity(c['input']), c['canonical'], `${c.id} ${c['input']}`);
      if (c['value'] !== undefined) t.equal(wholeValue(c['input']), Number(c['value']), c.id);
      if (c['format'] !== undefined) t.equal(parsed.ok && parsed.value.format, c['format'], c.id);
    },
    quantityCompare: (c) => t.equal(compareQuantity(c['a'], c['b']), Number(c['expected']), c.id),
    quantityArithmetic: (c) => t.equal((c['op'] === 'add' ? addQuantity : subtractQuantity)(c['a'], c['b']), c['expected'], c.id),
    quantityValue(c) {
      t.equal(wholeValue(c['input']), Number(c['valueRoundedUp']), c.id);
      t.equal(milliValue(c['input']), Number(c['milliValueRoundedUp']), c.id);
    },
    labelSelectorMatch(c) {
      const selector = parseLabelSelector(c['selector']);
      t.equal(selector.ok && matchesLabels(selector.value, c['labels']), c['matches'], `${c.id} ${c['selector']}`);
    },
    labelSelectorError: (c) => t.equal(parseLabelSelector(c['selector']).ok, false, `${c.id} ${c['selector']}`),
    labelSelectorCanonical(c) {
      const selector = parseLabelSelector(c['input']);
      t.equal(selector.ok && selectorText(selector.value), c['expected'], c.id);
    },
    fieldSelectorMatch(c) {
      const parsed = parseFieldSelector(c['selector']);
      t.equal(parsed.ok && matchesFields(parsed.value, (field) => c['fields'][field] ?? ''), c['matches'], c.id);
    },
    fieldSelectorError(c) {
      const parsed = parseFieldSelector(c['selector']);
      t.match(parsed.ok ? '' : parsed.error, c['expectErrorContains'], c.id);
    },
    fieldSelectorSupported(c) {
      const descriptor = descriptorOfKind(c['resource']);
      if (descriptor === undefined) { t.fail(`${c.id}: kind ${c['resource']} is not served`); return; }
      for (const field of c['supportedAtLeast']) t.ok(compileFieldSelector(descriptor, `${field}=x`).ok, `${c.id} ${field}`);
      const wrong = compileFieldSelector(descriptor, `${c['unsupportedExample']}=x`);
      t.match(wrong.ok ? '' : wrong.error, c['unsupportedErrorContains'], c.id);
    },
    jsonpath(c) {
      const result = evaluateJsonPath(c['expression'], documents?.[c['document']], c['allowMissingKeys'] ?? true);
      if (c['expectErrorContains'] !== undefined) { t.match(result.ok ? '' : result.error, c['expectErrorContains'], c.id); return; }
      const sorted = (text: string): string => (c['anyOrder'] === true ? text.split(' ').sort().join(' ') : text);
      t.equal(result.ok ? sorted(result.value) : result.error, sorted(c['expected']), `${c.id} ${c['expression']}`);
    },
    humanDuration: (c) => t.equal(humanDuration(c['seconds'] * 1_000_000), c['expected'], `${c.id} ${c['seconds']}`),
    nameGeneration(c) {
      if (c.id === 'name-01') t.same([generatedNameSuffixLength, generatedNameAlphabet], [c['fact'].suffixLength, c['fact'].alphabet], c.id);
      else if (c.id === 'name-02') t.equal(generatedNameMaximumBase, c['fact'].maxBase, c.id);
      else if (c.id === 'name-03') {
        const errors = descriptorOfKind('ConfigMap')?.validate({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '', namespace: 'default' } }) ?? [];
        t.ok(errors.some((error) => `${error.field}: ${fieldErrorBody(error)}` === c['fact'].error), c.id);
      } else if (c.id === 'name-15') {
        const named = descriptorOfKind('Namespace')?.defaults({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } });
        t.equal(named?.metadata.labels?.[c['fact'].label], 'n', c.id);
      } else left.push(`${c.id}: told by a controller, not by the kinds`);
    },
  };
  cases.forEach((c, i) => {
    const check = checks[c.kind];
    t.ok(check, `kind ${c.kind} is known`);
    check?.(c.kind.startsWith('quantity') ? texts[i] ?? c : c);
  });
});

/** What a create request goes through before it is stored. */
function prepare(object: Record<string, any>, old?: KubeObject): { readonly errors: readonly FieldError[]; readonly object: KubeObject; readonly failure: string } {
  const descriptor = descriptorOfObject(object as KubeObject);
  if (descriptor === undefined) throw new Error(`no kind ${object['kind']}`);
  const metadata = { name: '', uid: 'u1', ...object['metadata'], ...(descriptor.namespaced ? { namespace: 'default' } : {}), ...(old === undefined ? {} : { resourceVersion: '1' }) };
  const decoded = decodeObject(descriptor, { ...object, metadata });
  if (!decoded.ok) return { errors: [], object: object as KubeObject, failure: decoded.error };
  const defaulted = descriptor.defaults(decoded.value.object);
  const ready = deepFreeze(old === undefined ? descriptor.prepareForCreate(defaulted) : descriptor.prepareForUpdate(defaulted, old));
  const errors = old === undefined ? descriptor.validate(ready) : descriptor.validateUpdate(ready, old);
  return { errors, object: ready, failure: '' };
}

/** What `kubectl apply` of an object over another one, applied before, makes of the stored one. */
function applied(last: KubeObject, live: KubeObject, wanted: KubeObject): Record<string, any> {
  const type = schemaTypeOf(descriptorOfObject(live) ?? { group: '', version: '', kind: '' });
  const patch = createThreeWayPatch({ last, live, wanted } as never, type);
  const result = applyStrategicPatch(live as never, patch, type);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** Cases that say something else than the sources of 1.35. */
const wrongCases: Readonly<Record<string, string>> = {
  'val-rbac-08': 'a ServiceAccount in a RoleBinding needs no namespace: ValidateRoleBindingSubject asks for it where the binding has none (pkg/apis/rbac/validation/validation.go)',
};

for (const file of ['validation', 'own-validation']) t.test(`validation finds the errors of ${file} and no others in good objects`, async (t) => {
  for (const c of load(file).cases) {
    const reason = file === 'validation' ? wrongCases[c.id] : undefined;
    if (reason !== undefined) { t.same(prepare(c['object']).errors, [], `${c.id}: ${reason}`); continue; }
    const old = c['old'] === undefined ? undefined : prepare(c['old']).object;
    const result = prepare(old === undefined ? c['object'] : applied(c['old'], old, c['object']), old);
    t.equal(result.failure, '', `${c.id} decodes`);
    const texts = result.errors.map((error) => `${error.field}: ${fieldErrorBody(error)}`);
    if (c['expect'].valid === true) { t.same(texts, [], `${c.id} ${c['name']}`); continue; }
    const descriptor = descriptorOfObject(c['object']);
    const status = invalidStatus({ group: descriptor?.group ?? '', kind: c['object'].kind }, c['object'].metadata.name, result.errors);
    t.same([status.code, status.reason], [c['expect'].httpCode, c['expect'].reason], c.id);
    for (const want of c['expect'].errors) {
      const found = result.errors.some((error) => {
        const body = fieldErrorBody(error);
        const sameValue = want.badValue === undefined || body.startsWith(`${want.type}: ${JSON.stringify(want.badValue)}`);
        return error.field === want.field && body.startsWith(want.type) && sameValue && body.includes(want.messageContains ?? '');
      });
      t.ok(found, `${c.id} ${c['name']}: ${JSON.stringify(want)} in ${JSON.stringify(texts)}`);
    }
  }
});

for (const file of ['strategic-merge-patch', 'own-strategic-merge-patch']) t.test(`patches give the objects of ${file}`, async (t) => {
  for (const c of load(file).cases) {
    const original = deepFreeze(c['original'] ?? c['live']);
    const type = schemaTypeOf(descriptorOfObject(original) ?? { group: '', version: '', kind: '' });
    const apply = (patch: unknown): unknown => {
      if (c['patchType'] === 'merge') return applyMergePatch(original, patch);
      const result = c['patchType'] === 'json' ? applyJsonPatch(original, patch) : applyStrategicPatch(original, patch, type);
      return result.ok ? result.value : result.error.message;
    };
    if (c.kind === 'apply') {
      const patch = createThreeWayPatch({ last: c['lastApplied'], live: original, wanted: c['new'] }, type);
      t.strictSame(patch, c['expectedPatch'], `${c.id} ${c['name']}: patch`);
      t.strictSame(apply(patch), c['expected'], `${c.id} ${c['name']}: object`);
    } else if (c['expectError'] !== undefined) {
      t.match(apply(c['patch']), c['expectError'], `${c.id} ${c['name']}`);
    } else {
      t.strictSame(apply(deepFreeze(c['patch'])), c['expected'], `${c.id} ${c['name']}`);
    }
  }
});

t.teardown(() => { t.comment(`cases left out: ${left.length}\n${left.join('\n')}`); });
