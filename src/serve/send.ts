/** Bytes to a client, no faster than it takes them. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** From this size on an answer is compressed for clients that accept it. @source kubernetes/apiserver pkg/endpoints/handlers/responsewriters/writers.go (defaultGzipThresholdBytes, defaultGzipContentEncodingLevel) */
const GZIP_BYTES_MIN = 128 * 1024;
const GZIP_LEVEL = 1;
/** A client that takes nothing for this long loses its answer. */
const STALL_MS = 60_000;

const compress = promisify(gzip);
type Piece = string | Buffer;

/** An answer in full. */
export interface Sent { readonly code: number; readonly type: string; readonly pieces: readonly Piece[]; /** With an ETag of its content. */ readonly isTagged?: boolean }

const sizeOf = (piece: Piece): number => (typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length);
const bytesOf = (piece: Piece): Buffer => (typeof piece === 'string' ? Buffer.from(piece) : piece);

/** Writes an answer piece by piece; the next piece waits until the client has taken the one before. */
export function sendPieces(request: IncomingMessage, response: ServerResponse, { code, type, pieces, isTagged }: Sent): void {
  let size = 0;
  for (const piece of pieces) size += sizeOf(piece);
  if (isTagged === true && unchanged(request, response, { type, pieces })) return;
  if (size >= GZIP_BYTES_MIN && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) {
    response.statusCode = code;
    response.setHeader('Content-Type', type);
    void sendCompressed(response, pieces);
    return;
  }
  response.writeHead(code, { 'Content-Type': type, 'Content-Length': size });
  if (request.method === 'HEAD') { response.end(); return; }
  // Head and body of a short answer leave in one write.
  if (pieces.length === 1) { response.end(pieces[0]); return; }
  trickle(response, pieces, 0);
}

/** Answers 304 to a client that has this content already. The type is repeated: clients take it for the type of what they keep. */
function unchanged(request: IncomingMessage, response: ServerResponse, { type, pieces }: Pick<Sent, 'type' | 'pieces'>): boolean {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  const tag = `"${hash.digest('hex').toUpperCase()}"`;
  response.setHeader('ETag', tag);
  response.setHeader('Vary', 'Accept');
  if (request.headers['if-none-match'] !== tag) return false;
  response.writeHead(304, { 'Content-Type': type }).end();
  return true;
}

async function sendCompressed(response: ServerResponse, pieces: readonly Piece[]): Promise<void> {
  const bytes = await compress(Buffer.concat(pieces.map(bytesOf)), { level: GZIP_LEVEL });
  if (response.destroyed) return;
  response.setHeader('Content-Encoding', 'gzip');
  response.setHeader('Content-Length', bytes.length);
  response.end(bytes);
}

function trickle(response: ServerResponse, pieces: readonly Piece[], from: number): void {
  for (let i = from; i < pieces.length; i++) {
    if (response.destroyed) return;
    if (response.write(pieces[i])) continue;
    const stalled = setTimeout(() => { response.destroy(); }, STALL_MS);
    response.once('drain', () => { clearTimeout(stalled); trickle(response, pieces, i + 1); });
    response.once('close', () => { clearTimeout(stalled); });
    return;
  }
  response.end();
}
