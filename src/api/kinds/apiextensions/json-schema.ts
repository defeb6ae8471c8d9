/** Schemas of custom resources.
 * @source kubernetes/apiextensions-apiserver pkg/apis/apiextensions/v1/types_jsonschema.go */

/** A rule in CEL. */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** The part of JSON Schema that Kubernetes takes, with its own extensions. */
export interface JSONSchemaProps {
  readonly 'id'?: string;
  readonly '$schema'?: string;
  readonly '$ref'?: string;
  readonly 'description'?: string;
  readonly 'type'?: string;
  readonly 'format'?: string;
  readonly 'title'?: string;
  readonly 'default'?: unknown;
  readonly 'maximum'?: number;
  readonly 'exclusiveMaximum'?: boolean;
  readonly 'minimum'?: number;
  readonly 'exclusiveMinimum'?: boolean;
  readonly 'maxLength'?: number;
  readonly 'minLength'?: number;
  readonly 'pattern'?: string;
  readonly 'maxItems'?: number;
  readonly 'minItems'?: number;
  readonly 'uniqueItems'?: boolean;
  readonly 'multipleOf'?: number;
  readonly 'enum'?: readonly unknown[];
  readonly 'maxProperties'?: number;
  readonly 'minProperties'?: number;
  readonly 'required'?: readonly string[];
  /** A list of schemas is refused, so what is stored has one. */
  readonly 'items'?: JSONSchemaProps;
  readonly 'allOf'?: readonly JSONSchemaProps[];
  readonly 'oneOf'?: readonly JSONSchemaProps[];
  readonly 'anyOf'?: readonly JSONSchemaProps[];
  readonly 'not'?: JSONSchemaProps;
  readonly 'properties'?: SchemaMap;
  readonly 'additionalProperties'?: JSONSchemaProps | boolean;
  readonly 'patternProperties'?: SchemaMap;
  readonly 'dependencies'?: object;
  readonly 'additionalItems'?: JSONSchemaProps | boolean;
  readonly 'definitions'?: SchemaMap;
  readonly 'externalDocs'?: object;
  readonly 'example'?: unknown;
  readonly 'nullable'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}

/** Schemas by name. */
export type SchemaMap = { readonly [name: string]: JSONSchemaProps };

/** A schema and all that are in it, in the order in which upstream looks for something in them. @source pkg/apis/apiextensions/validation/validation.go (SchemaHas) */
export function* schemasIn(schema: JSONSchemaProps): Generator<JSONSchemaProps> {
  yield schema;
  const { items, not, properties = {}, additionalProperties: additional } = schema;
  const inner = [
    ...Array.isArray(items) ? items as readonly JSONSchemaProps[] : items === undefined ? [] : [items], ...schema.allOf ?? [], ...schema.anyOf ?? [], ...schema.oneOf ?? [],
    ...not === undefined ? [] : [not], ...Object.values(properties), ...typeof additional === 'object' ? [additional] : [],
  ];
  for (const one of inner) yield* schemasIn(one);
}
