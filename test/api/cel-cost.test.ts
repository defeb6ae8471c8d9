/** What expressions cost: estimated from types when they are written, counted when they run. */
import t from 'tap';
import { declaredBy } from '../../src/api/cel/cost/declared.ts';
import { estimateCost } from '../../src/api/cel/cost/estimate.ts';
import { expressionEnvironment, parseExpression } from '../../src/api/cel/expression.ts';
import { ruleFaults } from '../../src/api/custom/rules.ts';
import { deepFreeze } from '../../src/base/data.ts';
import { fieldErrorText } from '../../src/api/field-error.ts';
import type { JSONSchemaProps } from '../../src/api/kinds/apiextensions/json-schema.ts';
import { validateDefinition, validateDefinitionUpdate } from '../../src/api/kinds/apiextensions/validate-definition.ts';

/* eslint-disable @typescript-eslint/no-explicit-any */
type Made = (max: number | undefined) => JSONSchemaProps;
const item = (type: string): JSONSchemaProps => (type === 'int-or-string' ? { 'x-kubernetes-int-or-string': true } : ['duration', 'date', 'date-time'].includes(type) ? { type: 'string', format: type } : { type });
const limited = (schema: JSONSchemaProps, key: 'maxItems' | 'maxProperties' | 'maxLength', max: number | undefined): JSONSchemaProps => (max === undefined ? schema : { ...schema, [key]: max });
const array = (type: string): Made => max => limited({ type: 'array', items: item(type) }, 'maxItems', max);
const map = (type: string): Made => max => limited({ type: 'object', additionalProperties: item(type) }, 'maxProperties', max);
const mapOf = (schema: JSONSchemaProps): Made => max => limited({ type: 'object', additionalProperties: schema }, 'maxProperties', max);
const text: Made = max => limited({ type: 'string' }, 'maxLength', max);
const bytes: Made = max => limited({ type: 'string', format: 'byte' }, 'maxLength', max);
const two: JSONSchemaProps = { type: 'object', required: ['required'], properties: { required: { type: 'string' }, optional: { type: 'string' } } };
const arrays: Made = max => limited({ type: 'array', items: { type: 'array', items: { type: 'number' } } }, 'maxItems', max);
const maps: Made = max => limited({ type: 'array', items: { type: 'object', additionalProperties: { type: 'number' } } }, 'maxItems', max);
const nested = (all: boolean): Made => max => limited({ type: 'array', items: limited({ type: 'object', additionalProperties: two }, 'maxProperties', max) }, 'maxItems', all ? max : undefined);
const texts: Made = max => limited({ type: 'array', items: text(max) }, 'maxItems', max);

/** Expression, schema, cost without a limit, the limit, cost with it. The numbers are those of kubernetes/apiextensions-apiserver (TestCostEstimation). */
const cases: readonly (readonly [rule: string, of: Made, open: number, max: number, bounded: number])[] = [
  ['self.all(x, true)', array('number'), 4_718_591, 10, 32], ['self.all(x, true)', array('string'), 3_145_727, 20, 62], ['self.all(x, true)', array('boolean'), 1_887_437, 5, 17], ['self.all(x, true)', arrays, 3_145_727, 100, 302],
  ['self.all(x, true)', map('number'), 1_348_169, 10, 32], ['self.all(x, true)', map('string'), 1_179_647, 3, 11], ['self.all(x, true)', map('boolean'), 943_718, 100, 302], ["self.contains('test')", text, 314_574, 10, 5],
  ["self.startsWith('test')", text, 2, 15, 2], ["self.endsWith('test')", text, 2, 30, 2], ['size(self + "hello") > size("hello")', text, 314_578, 4, 7], ['self[1] == 0.0', array('number'), 2, 5000, 2], ['self[1] == self[1]', array('string'), 314_577, 8, 314_577],
  ['self.all(x, self.all(y, true))', array('number'), 0, 10, 352], ['self.all(x, self.all(y, self.all(z, true)))', array('number'), 0, 10, 3552], ['self.matches("x")', text, 314_574, 50, 22], ['"".matches("(((((((((())))))))))[0-9]")', text, 7, 10, 7],
  ['self.matches("")', text, 1, 100, 1], ['self.all(x, x.contains(self[x]))', max => limited({ type: 'object', additionalProperties: text(max) }, 'maxProperties', max), 2_752_507, 10, 72], ['self[3] == 0.0', array('number'), 2, 0, 2],
  ['self["x"] == 0.0', map('number'), 2, 0, 2], ['self == "x"', text, 2, 0, 1], ['self == b"x"', bytes, 2, 0, 1], ['self.all(x, x == 0.0)', array('number'), 6_291_454, 3 * 1024 * 2048, 25_165_826],
  ['self.all(x, x["y"].required == "z")', nested(true), 7_340_027, 10, 72], ['self.all(x, true)', array('int-or-string'), 4_718_591, 10, 32], ['self[0] == 5', array('int-or-string'), 3, 10, 3], ['self[0] == false', array('boolean'), 2, 25, 2],
  ['self[0][0] == -1.0', arrays, 3, 51, 3], ['self.all(x, x.y == 25.2)', maps, 6_291_452, 12, 74], ['self[0].x > 2.0', maps, 4, 3000, 4], ['self.all(x, true)', array('duration'), 2_359_295, 5, 17], ['self[0].getHours() == 2', array('duration'), 4, 525, 4],
  ['self.all(x, true)', array('date'), 725_936, 15, 47], ['self[2].getDayOfMonth() == 13', array('date'), 4, 42, 4], ['self.all(x, true)', array('date-time'), 428_963, 25, 77], ['self[2].getMinutes() == 45', array('date-time'), 4, 99, 4],
  ['self.all(x, true)', map('int-or-string'), 1_348_169, 15, 47], ['self.all(x, true)', mapOf(two), 428_963, 20, 62], ['self.all(x, true)', mapOf({ type: 'object', additionalProperties: { type: 'number' } }), 1_179_647, 10, 32], ['self.all(x, true)', map('duration'), 1_048_577, 5, 17],
  ['self.all(x, true)', map('date'), 524_288, 10, 32], ['self.all(x, true)', map('date-time'), 349_526, 25, 77], ["self.find('[0-9]+') == ''", text, 629_147, 10, 11], ["self.join(' ') == 'aa bb'", texts, 329_853_068_905, 10, 43],
  ['self.isSorted() == true', texts, 329_854_432_052, 10, 52], ["self.lowerAscii() == 'lower!'", text, 314_575, 10, 6], ['oldSelf.size() == self.size()', map('integer'), 5, 10, 5], ['self["a"] == self["b"]', map('date-time'), 8, 7, 8], ['self["c"] == self["d"]', map('duration'), 8, 42, 8],
  ["self.str.replace(self.before, self.after) == 'does not matter'", max => ({ type: 'object', properties: { str: text(max), before: text(2), after: text(4) } }), 629_154, 4, 12], ['self.str.split(self.separator) == []', max => ({ type: 'object', properties: { str: text(max), separator: text(max) } }), 629_160, 10, 22],
  ["self.contains('A')", max => limited({ type: 'string', enum: ['A', 'B', 'C', 'LongValue'] }, 'maxLength', max), 2, 1000, 401],
];

t.test('the estimated cost of rules is that of cel-go', t => {
  const cost = (rule: string, schema: JSONSchemaProps): number => {
    const parsed = parseExpression(rule);
    const declared = declaredBy(schema);
    if (parsed === undefined || declared === undefined) throw new Error(rule);
    return estimateCost(parsed, declared).max;
  };
  for (const [rule, of, open, max, bounded] of cases) {
    if (open > 0) t.equal(cost(rule, of(undefined)), open, `${rule} without a limit`);
    t.equal(cost(rule, of(max)), bounded, `${rule} with ${max}`);
  }
  t.ok(cost('self.all(x, self.all(y, self.all(z, true)))', array('number')(undefined)) > 10_000_000_000);
  t.end();
});

// ---- Definitions -------------------------------------------------------------------------------------------------------

const definition = (spec: JSONSchemaProps): any => deepFreeze({
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'things.example.com', resourceVersion: '1' }, status: { storedVersions: ['v1'] },
  spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec } } } }] },
});
const HINT = ' (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';
const faults = (spec: JSONSchemaProps): readonly string[] => validateDefinition(definition(spec)).map(fieldErrorText);
const ROOT = 'spec.validation.openAPIV3Schema';
const rule = (text: string, more: object = {}): Pick<JSONSchemaProps, 'x-kubernetes-validations'> => ({ 'x-kubernetes-validations': [{ rule: text, ...more }] });

t.test('a definition whose rules may become too expensive is refused', t => {
  t.same(faults({ type: 'object', properties: { attempts: { type: 'integer' } }, ...rule('self.attempts >= 0', { messageExpression: "'invalid attempts: ' + string(self.attempts)" }) }), [
    `${ROOT}.properties[spec].x-kubernetes-validations[0].messageExpression: Forbidden: estimated messageExpression cost exceeds budget by factor of more than 100x${HINT}`,
    `${ROOT}.properties[spec].x-kubernetes-validations[0].messageExpression: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema`,
    `${ROOT}: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x${HINT}`,
  ], 'as kubernetes/kubernetes#124234 reports it');
  t.same(faults({ type: 'object', properties: { attempts: { type: 'integer' } }, ...rule('self.attempts >= 0', { messageExpression: "'invalid attempts: %d'.format([self.attempts])" }) }), []);
  const message = (maxLength: number, maxItems?: number): JSONSchemaProps => ({ type: 'array', ...(maxItems === undefined ? {} : { maxItems }), items: { type: 'object', properties: { a: { type: 'string', maxLength }, b: { type: 'string', maxLength } }, ...rule('!self.a.contains(self.b)') } });
  t.same(faults(message(4096, 20)), [`${ROOT}.properties[spec].items.x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of 5.4x${HINT}`]);
  t.same(faults(message(4096, 5)), [`${ROOT}.properties[spec].items.x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of 1.343163x${HINT}`]);
  t.same(faults(message(1024, 20)), [], 'smaller texts');
  t.same(faults({ type: 'object', additionalProperties: { type: 'string', ...rule('self.startsWith("x")') }, maxProperties: 10 }), []);
  t.match(faults(message(100))[0], /more than 100x/, 'nothing says how many there are');
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}`, message(4096, i === 0 ? 3 : 2)]));
  const total = faults({ type: 'object', properties: many });
  t.equal(total.length, 5, 'four rules are named beside the total');
  t.equal(total[0], `${ROOT}.properties[spec].properties[f0].items.x-kubernetes-validations[0].rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema`, 'the dearest first');
  t.match(total[4], /^spec.validation.openAPIV3Schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of 1.6x/);
  const old = definition(message(4096, 20));
  t.same(validateDefinitionUpdate(deepFreeze({ ...old, metadata: { ...old.metadata, labels: { a: 'b' } } }), old).map(fieldErrorText), [], 'what is stored already stays');
  t.equal(validateDefinitionUpdate(definition(message(4096, 21)), old).length, 1);
  t.end();
});

t.test('rules that cost too much when they run end the validation', t => {
  const numbers = (count: number): object => ({ list: Array.from({ length: count }, (_, i) => i), other: 1 });
  const schema = (...texts: readonly string[]): JSONSchemaProps => ({ type: 'object', properties: { list: { type: 'array', items: { type: 'integer' } }, other: { type: 'integer' } }, 'x-kubernetes-validations': texts.map(text => ({ rule: text })) });
  const found = (value: object, of: JSONSchemaProps): readonly string[] => ruleFaults(value, undefined, of).map(fieldErrorText);
  const square = 'self.list.all(x, self.list.all(y, x + y >= 0))';
  t.same(found(numbers(100), schema(square)), []);
  t.same(found(numbers(1000), schema(square, 'self.other == 2')), [
    `: Invalid value: "object": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ${square}`,
  ]);
  const several = schema(...Array.from({ length: 20 }, () => square), 'self.other == 2');
  t.same(found(numbers(300), several), [': Invalid value: "object": validation failed due to running out of cost budget, no further validation rules will be run'], 'each is cheap enough, all together are not');
  t.same(found(numbers(300), schema(square, 'self.other == 2')), [': Invalid value: "object": failed rule: self.other == 2']);
  t.same(found(numbers(1000), { ...schema(), ...rule('self.other == 2', { messageExpression: `${square} ? 'a' : 'b'` }) }), [
    `: Invalid value: "object": no further validation rules will be run due to call cost exceeds limit for messageExpression: ${JSON.stringify(`${square} ? 'a' : 'b'`)}`,
  ]);
  t.end();
});

t.test('counted costs', t => {
  const environment = expressionEnvironment(['self']);
  const self = { a: [1n, 2n, 3n], s: 'hello world', m: { x: 'y' }, n: 5n };
  const costs: readonly (readonly [string, number])[] = [
    ['true', 0], ['self.n', 2], ['self.n == 5', 3], ['self.a[1]', 3], ['self.a.all(x, true)', 12], ['self.a.all(x, x > 0)', 18], ['self.a.exists(x, x == 2)', 15], ['self.a.exists_one(x, x == 2)', 14], ['self.a.filter(x, x > 1).size()', 47], ['self.a.map(x, x)', 52],
    ["self.s.contains('hello')", 4], ["self.s.matches('^h[a-z ]+$')", 8], ['has(self.m.x)', 2], ['self.n > 1 && self.n < 3', 6], ['self.n > 9 && self.n < 3', 3], ['self.n > 1 ? self.s : self.m.x', 5], ['[1, 2, 3].size()', 11], ["{'a': 1}.size()", 31], ['2 in self.a', 5], ['!(-self.n > 1)', 5],
    ['cel.bind(v, self.n, v + v)', 15], ["self.s.replace('l', 'L')", 5], ["self.s.split('')", 5], ["self.s + 'x'", 4], ["'%d %s'.format([self.n, self.s])", 15], ['quantity("1Gi").isGreaterThan(quantity("1Mi"))', 3],
    ['self.a.all(i, x, true)', 12], ['self.a.all(i, x, x > i)', 21], ['self.a.exists(i, x, x == 2)', 15], ["cidr('10.0.0.0/8').containsIP('10.0.0.7')", 3], ["cidr('10.0.0.0/8').containsCIDR('10.0.0.0/16')", 6], ["ip.isCanonical('10.0.0.7')", 2],
    ["format.dns1123Label().validate('abc').hasValue()", 10],
  ];
  for (const [text, cost] of costs) {
    const compiled = environment.compile(text);
    t.equal(compiled.ok ? compiled.value.evaluate({ self }).cost : compiled.error, cost, text);
  }
  t.end();
});

t.test('format', t => {
  const environment = expressionEnvironment(['self']);
  const text = (expression: string): unknown => { const compiled = environment.compile(expression); const result = compiled.ok ? compiled.value.evaluate({ self: { a: 1n } }) : compiled; return result.ok ? result.value : result.error; };
  const formatted: readonly (readonly [string, string])[] = [
    ["'%d %s %.2f %e %b %x %X %o %%'.format([7, 'x', 1.5, 12.5, 5, 255, 'az', 8])", '7 x 1.50 1.250000e+01 101 ff 617A 10 %'], ["'%s %s %s'.format([[1, 'a'], {'k': true}, null])", '[1, a] {k: true} null'], ["'%d'.format(['x'])", 'error during formatting: %d clause cannot be used on string'],
    ["'%s'.format([])", 'index 0 out of range'], ["'%y'.format([1])", 'could not parse formatting clause: unrecognized formatting clause "y"'],
  ];
  for (const [expression, wanted] of formatted) t.equal(text(expression), wanted, expression);
  t.end();
});
