/** What the fields mean that every object has; the documents of the built-in types leave them out. */
export const TYPE_FIELDS: Readonly<Record<string, string>> = {
  apiVersion: 'The group and version of the schema that this object is written in, for example apps/v1.',
  kind: 'The kind of this object, in CamelCase. It follows from the path of the request and cannot be changed.',
};
