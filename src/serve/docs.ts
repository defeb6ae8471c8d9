/** The descriptions of types and fields, which lie beside the program, put into the documents that the API server makes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { typeOfComponent } from '../api/openapi/components.ts';
import { fieldsShown, type Table, type TableColumn } from '../api/table.ts';
import { packageRoot } from '../repl/package-root.ts';
import { encodeOpenApiV2 } from './protobuf/openapi-v2.ts';

interface TypeDocs { readonly doc: string; readonly fields: Readonly<Record<string, string>>; readonly enums?: Readonly<Record<string, readonly string[]>> }
interface Schema { readonly properties?: Readonly<Record<string, object>> }
interface Document { readonly components: { readonly schemas: Readonly<Record<string, Schema>> } }

const docs = new Map<string, TypeDocs>();

function allDocs(): ReadonlyMap<string, TypeDocs> {
  if (docs.size > 0) return docs;
  const folder = join(packageRoot(), 'dist', 'src', 'api', 'docs');
  for (const file of readdirSync(folder).filter(name => name.endsWith('.json'))) {
    for (const [type, entry] of Object.entries(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, TypeDocs>)) docs.set(type, entry);
  }
  return docs;
}

const written = new WeakMap<object, Buffer>();

/** A document as JSON, with descriptions. */
export function withDescriptions(document: object): Buffer {
  let bytes = written.get(document);
  if (bytes !== undefined) return bytes;
  const { components, ...rest } = document as Document;
  const schemas = Object.fromEntries(Object.entries(components.schemas).map(([name, schema]) => [name, described(schema, allDocs().get(typeOfComponent(name)))]));
  bytes = Buffer.from(JSON.stringify({ ...rest, components: { ...components, schemas } }));
  written.set(document, bytes);
  return bytes;
}

type Definitions = Readonly<Record<string, Schema>>;
const whole = new WeakMap<object, object>();
const wholeJson = new WeakMap<object, Buffer>();
const wholeBytes = new WeakMap<object, Buffer>();

/** The document of OpenAPI v2 with descriptions. */
function describedV2(document: object): object {
  return remembered(whole, document, () => {
    const { definitions, ...rest } = document as { readonly definitions: Definitions };
    return { ...rest, definitions: Object.fromEntries(Object.entries(definitions).map(([name, schema]) => [name, described(schema, allDocs().get(typeOfComponent(name)))])) };
  });
}

/** The document of OpenAPI v2 as JSON. */
export const openApiV2Json = (document: object): Buffer => remembered(wholeJson, document, () => Buffer.from(JSON.stringify(describedV2(document))));
/** The same as protobuf. */
export const openApiV2Bytes = (document: object): Buffer => remembered(wholeBytes, document, () => encodeOpenApiV2(describedV2(document)));

function remembered<K extends object, T extends object>(known: WeakMap<K, T>, document: K, make: () => T): T {
  let made = known.get(document);
  if (made === undefined) known.set(document, (made = make()));
  return made;
}

function described(schema: Schema, known: TypeDocs | undefined): object {
  if (known === undefined) return schema;
  const properties = Object.fromEntries(Object.entries(schema.properties ?? {}).map(([field, property]) => [field, { description: known.fields[field] ?? '', ...withValues(property, known.enums?.[field]) }]));
  return { description: known.doc, ...schema, properties };
}

const columns = new WeakMap<readonly TableColumn[], readonly TableColumn[]>();

/** Description of `PodStatus.podIP`. */
function descriptionOf(field: string): string {
  const dot = field.lastIndexOf('.');
  return allDocs().get(field.slice(0, dot))?.fields[field.slice(dot + 1)] ?? '';
}

/** A Table whose columns have the descriptions of the fields that they show; anything else as it is. */
export function describedTable(body: object): object {
  const { kind, columnDefinitions } = body as Partial<Table>;
  if (kind !== 'Table' || !Array.isArray(columnDefinitions)) return body;
  const definitions = columnDefinitions as readonly TableColumn[];
  return { ...body, columnDefinitions: remembered(columns, definitions, () => definitions.map((column, i) => {
    const field = fieldsShown(definitions)[i] ?? '';
    return field === '' ? column : { ...column, description: descriptionOf(field) };
  })) };
}

/** A field that has but some values, or a list or map of such. */
function withValues(property: object, values: readonly string[] | undefined): object {
  if (values === undefined) return property;
  const { items, additionalProperties } = property as { readonly items?: object; readonly additionalProperties?: object };
  if (items !== undefined) return { ...property, items: { ...items, enum: values } };
  return additionalProperties === undefined ? { ...property, enum: values } : { ...property, additionalProperties: { ...additionalProperties, enum: values } };
}
