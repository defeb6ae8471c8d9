/**
 * A watch as a chunked answer: one JSON document per line, for as long as both sides like.
 * @source kubernetes/apiserver pkg/endpoints/handlers/watch.go
 */
import type { KubeObject } from '../api/meta.ts';
import type { WatchEvent } from '../api/wire.ts';
import type { GatewayRequest } from '../client/gateway.ts';
import { describedTable } from './docs.ts';
import type { Driver } from './driver.ts';
import { objectText } from './encode.ts';
import { tellHeaders } from './headers.ts';
import { inMetaVersion } from './meta-version.ts';
import { answer, type Exchange } from './answer.ts';

/** What may wait for a slow reader; beyond it the watch is dropped, and the client lists again. */
const BACKLOG_BYTES_MAX = 8 * 1024 * 1024;

const lines = new WeakMap<WatchEvent, Buffer>();

/** One line; written once for all watches that are told the same. */
function lineOf(event: WatchEvent, metaVersion: string | undefined): Buffer {
  if (metaVersion !== undefined) return Buffer.from(`${JSON.stringify({ type: event.type, object: inMetaVersion(describedTable(event.object), metaVersion) })}\n`);
  let line = lines.get(event);
  if (line !== undefined) return line;
  line = Buffer.from(`{"type":"${event.type}","object":${textOf(event.object)}}\n`);
  if (Object.isFrozen(event)) lines.set(event, line);
  return line;
}

const textOf = (object: KubeObject): string => (typeof object.metadata?.resourceVersion === 'string' && !('rows' in object) ? objectText(object) : JSON.stringify(describedTable(object)));

/** Streams one watch. */
export class WatchStream {
  readonly #exchange: Exchange;
  readonly #driver: Driver;
  #id = 0;
  #opened = false;

  constructor(driver: Driver, exchange: Exchange, request: Omit<GatewayRequest, 'id'>) {
    this.#driver = driver;
    this.#exchange = exchange;
    this.#id = driver.send(request, {
      way: (way) => { tellHeaders(exchange.request, exchange.response, way); },
      response: (code, body, warnings) => {
        if (!this.#opened) { answer(exchange, { code, body, warnings, call: request.call }); return; }
        this.#write([{ type: 'ERROR', object: body as KubeObject, cause: 0 }]);
        exchange.response.end();
      },
      watch: (events) => { this.#open(); this.#write(events); },
      watchEnd: () => { this.#open(); exchange.response.end(); },
    });
    exchange.response.on('close', () => { driver.cancel(this.#id); });
  }

  /** The head goes out at once, before the first event. */
  #open(): void {
    if (this.#opened) return;
    this.#opened = true;
    const { response } = this.#exchange;
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.flushHeaders();
  }

  #write(events: readonly WatchEvent[]): void {
    const { response, form: { metaVersion } } = this.#exchange;
    if (events.length === 0 || response.destroyed) return;
    if (events.length === 1) response.write(lineOf(events[0] as WatchEvent, metaVersion));
    else response.write(Buffer.concat(events.map(event => lineOf(event, metaVersion))));
    if (response.writableLength <= BACKLOG_BYTES_MAX) return;
    this.#driver.cancel(this.#id);
    response.destroy();
  }
}
