/**
 * Documents of OpenAPI v3 as parts of one of v2: what v2 cannot say is left out.
 *
 * @source kubernetes/kube-openapi pkg/schemaconv, kubernetes/apiextensions-apiserver pkg/controller/openapi/v2/conversion.go
 */
import { compareText } from '../../base/compare.ts';

/** What is used of a document of v3. */
export interface Document { readonly paths?: Readonly<Record<string, object>>; readonly components?: { readonly schemas?: Readonly<Record<string, object>> } }

interface Parameter { readonly in: string; readonly name: string; readonly schema?: { readonly type?: string } }
type Operation = Readonly<Record<string, unknown>> & { readonly parameters?: readonly Parameter[] };

const RESPONSES = Object.freeze({ 200: { description: 'OK' }, 401: { description: 'Unauthorized' } });
/** Words of v3 that v2 does not have. */
const UNKNOWN: readonly string[] = ['oneOf', 'anyOf', 'not', 'nullable'];
const REF = '#/components/schemas/';

/** Paths and definitions of some documents, each in the order of its names. */
export function inVersion2(documents: readonly Document[]): { readonly paths: object; readonly definitions: object } {
  const paths = documents.flatMap(document => Object.entries(document.paths ?? {})).map(([path, item]) => [path, operationsOf(item)] as const);
  const definitions = new Map(documents.flatMap(document => Object.entries(document.components?.schemas ?? {})).map(([name, schema]) => [name, schemaOf(schema)]));
  const sorted = (entries: readonly (readonly [string, object])[]): object => Object.fromEntries([...entries].sort(([a], [b]) => compareText(a, b)));
  return { paths: sorted(paths), definitions: sorted([...definitions]) };
}

function operationsOf(item: object): object {
  return Object.fromEntries(Object.entries(item).map(([method, operation]) => [method, { ...operation as Operation, parameters: ((operation as Operation).parameters ?? []).map(parameterOf), responses: RESPONSES }]));
}

const parameterOf = ({ in: place, name, schema }: Parameter): object => ({ uniqueItems: true, type: schema?.type ?? 'string', name, in: place });

/** A schema; quantities and the like are texts. */
function schemaOf(schema: unknown): object {
  const { $ref, allOf, properties, items, additionalProperties, ...rest } = schema as Readonly<Record<string, unknown>> & { readonly $ref?: string; readonly allOf?: readonly { readonly $ref?: string }[]; readonly oneOf?: unknown };
  const target = $ref ?? (allOf?.length === 1 ? allOf[0]?.$ref : undefined);
  const known = Object.fromEntries(Object.entries(rest).filter(([key]) => !UNKNOWN.includes(key)));
  if (target !== undefined) return { ...known, $ref: `#/definitions/${target.slice(REF.length)}` };
  return {
    ...known, ...(rest.oneOf === undefined || rest['type'] !== undefined ? {} : { type: 'string' }),
    ...(typeof properties === 'object' && properties !== null ? { properties: Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, schemaOf(property)])) } : {}),
    ...(typeof items === 'object' && items !== null ? { items: schemaOf(items) } : {}),
    ...(typeof additionalProperties === 'object' && additionalProperties !== null ? { additionalProperties: schemaOf(additionalProperties) } : additionalProperties === undefined ? {} : { additionalProperties }),
  };
}
