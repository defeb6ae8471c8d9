/**
 * Whether the rules of a schema could become too expensive: each alone, and all of them together.
 *
 * @source kubernetes/apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go, cel_validation.go (CELSchemaContext, TotalCost)
 */
import { cardinalityOf, type Declared, declaredBy } from '../../cel/cost/declared.ts';
import { estimateCost } from '../../cel/cost/estimate.ts';
import { STATIC_ESTIMATED_COST_LIMIT, STATIC_ESTIMATED_CRD_COST_LIMIT } from '../../cel/cost/limits.ts';
import { parseExpression } from '../../cel/expression.ts';
import { additionalOf } from '../../custom/schema.ts';
import { type FieldError, forbidden } from '../../field-error.ts';
import type { JSONSchemaProps } from './json-schema.ts';

/** Rules that are named when all together are too expensive, and the part of the limit from which a rule counts among them. */
const NAMED_MAX = 4;
const NAMED_FROM = STATIC_ESTIMATED_CRD_COST_LIMIT / 100;

interface Expensive { readonly path: string; readonly cost: number }

/** Where in the schema, how often such a value can be there (undefined = nothing says so), and what has been found so far. */
interface Place { readonly path: string; readonly cardinality: number | undefined; readonly isRoot: boolean; readonly found: Expensive[]; readonly errors: FieldError[] }

/** `3.4x`, as far as that says anything. */
function factorText(cost: number, limit: number): string {
  const factor = cost / limit;
  if (factor > 100) return 'more than 100x';
  return factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`;
}

function tooExpensive(what: string, cost: number, limit: number): string {
  return `${what} exceeds budget by factor of ${factorText(cost, limit)} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}

/** How many values a schema can hold for each of its own. */
function elementsOf({ type, additionalProperties, maxProperties, maxItems }: JSONSchemaProps): number | undefined {
  if (type === 'array') return maxItems === undefined ? undefined : Math.max(0, maxItems);
  if (type !== 'object' || additionalProperties === undefined) return 1;
  return maxProperties === undefined ? undefined : Math.max(0, maxProperties);
}

function visit(schema: JSONSchemaProps, place: Place): void {
  const { path, cardinality, isRoot } = place;
  const inside = elementsOf(schema);
  const below: Omit<Place, 'path'> = { ...place, isRoot: false, cardinality: cardinality === undefined || inside === undefined ? undefined : cardinality * inside };
  const additional = additionalOf(schema);
  if (additional !== undefined) visit(additional, { ...below, path: `${path}.additionalProperties` });
  for (const [name, property] of Object.entries(schema.properties ?? {})) visit(property, { ...below, path: `${path}.properties[${name}]` });
  if (schema.items !== undefined) visit(schema.items, { ...below, path: `${path}.items` });
  const rules = schema['x-kubernetes-validations'] ?? [];
  const declared = rules.length === 0 ? undefined : declaredBy(schema, isRoot || schema['x-kubernetes-embedded-resource'] === true);
  if (declared === undefined) return;
  for (const [i, { rule, messageExpression = '' }] of rules.entries()) {
    const times = cardinality ?? cardinalityOf(declared);
    judge(costOf(rule, declared) * times, { ...place, path: `${path}.x-kubernetes-validations[${i}].rule` }, 'estimated rule cost');
    if (messageExpression.trim() !== '') judge(costOf(messageExpression, declared), { ...place, path: `${path}.x-kubernetes-validations[${i}].messageExpression` }, 'estimated messageExpression cost');
  }
}

function costOf(text: string, declared: Declared): number {
  const parsed = parseExpression(text);
  return parsed === undefined ? 0 : estimateCost(parsed, declared).max;
}

function judge(cost: number, { path, errors, found }: Place, what: string): void {
  if (cost > STATIC_ESTIMATED_COST_LIMIT) errors.push(forbidden(path, tooExpensive(what, cost, STATIC_ESTIMATED_COST_LIMIT)));
  found.push({ path, cost });
}

/** Rules of one version. `isKnown`: the version is stored like this already, so that single rules are not judged again. */
export function validateCost(schema: JSONSchemaProps, path: string, { errors, isKnown }: { readonly errors: FieldError[]; readonly isKnown: boolean }): void {
  const found: Expensive[] = [];
  visit(schema, { path, cardinality: 1, isRoot: true, found, errors: isKnown ? [] : errors });
  const total = found.reduce((sum, { cost }) => sum + cost, 0);
  if (total <= STATIC_ESTIMATED_CRD_COST_LIMIT) return;
  const named = found.filter(({ cost }) => cost >= NAMED_FROM).sort((a, b) => b.cost - a.cost).slice(0, NAMED_MAX);
  for (const { path: at } of named) errors.push(forbidden(at, 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'));
  errors.push(forbidden(path, tooExpensive('x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema', total, STATIC_ESTIMATED_CRD_COST_LIMIT)));
}
