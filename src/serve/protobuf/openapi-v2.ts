/**
 * The smallest OpenAPI v2 document in protobuf: clients fetch one before they say that they do not know a kind.
 * @source google/gnostic openapiv2/OpenAPIv2.proto (Document: 1 swagger, 2 info; Info: 1 title, 2 version)
 */

function text(number: number, value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** The media type under which clients ask for it, and the one it is sent as. */
export const OPENAPI_V2_ASKED = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
export const OPENAPI_V2_SENT = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** The document. Title and version are short texts. */
export function smallOpenApiV2(title: string, version: string): Buffer {
  const info = Buffer.concat([text(1, title), text(2, version)]);
  return Buffer.concat([text(1, '2.0'), Buffer.from([(2 << 3) | 2, info.length]), info]);
}
