/** A followed log as a chunked answer: what there is, then each line as it is printed, until the container ends. */
import type { GatewayRequest } from '../client/gateway.ts';
import type { Driver } from './driver.ts';
import { tellHeaders } from './headers.ts';
import { answer, type Exchange } from './answer.ts';

/** What may wait for a slow reader; beyond it the log is cut. */
const BACKLOG_BYTES_MAX = 8 * 1024 * 1024;

/** Follows one log. */
export function followLog(driver: Driver, exchange: Exchange, request: Omit<GatewayRequest, 'id'>): void {
  const { response } = exchange;
  const id = driver.send(request, {
    way: (way) => { tellHeaders(exchange.request, response, way); },
    response(code, body, warnings) {
      if (code !== 101) { answer(exchange, { code, body, warnings, call: request.call }); return; }
      response.writeHead(200, { 'Content-Type': 'text/plain' });
      response.flushHeaders();
    },
    stream(frames) {
      for (const { data } of frames) response.write(Buffer.from(data, 'latin1'));
      if (response.writableLength > BACKLOG_BYTES_MAX) response.destroy();
    },
    streamEnd: () => { response.end(); },
  });
  response.on('close', () => { driver.cancel(id); });
}
