/** A followed log as a chunked answer: what there is, then each line as it is printed, until the container ends. */
import type { GatewayRequest } from '../client/gateway.ts';
import type { Driver } from './driver.ts';
import { answer, type Exchange } from './answer.ts';

/** Follows one log. */
export function followLog(driver: Driver, exchange: Exchange, request: Omit<GatewayRequest, 'id'>): void {
  const id = driver.send(request, { response: (code, body, warnings) => { answer(exchange, { code, body, warnings, call: request.call }); } });
  exchange.response.on('close', () => { driver.cancel(id); });
}
