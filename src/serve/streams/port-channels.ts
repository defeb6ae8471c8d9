/**
 * Forwarded ports on a WebSocket with one pair of channels per port, as client libraries use it: 2i for data, 2i + 1 for errors; each begins
 * with the number of the port.
 *
 * @source kubernetes/kubelet pkg/cri/streaming/portforward/websocket.go
 */
import type { WebSocket } from 'ws';
import type { GatewayRequest } from '../../client/gateway.ts';
import type { Driver } from '../driver.ts';

/** Connects each port of a socket. */
export function forwardChannels(driver: Driver, socket: WebSocket, { sent, ports }: { readonly sent: Omit<GatewayRequest, 'id'>; readonly ports: readonly number[] }): void {
  const say = (channel: number, data: Buffer): void => { if (socket.readyState === socket.OPEN) socket.send(Buffer.concat([Buffer.from([channel]), data])); };
  const connections = ports.map((port, i) => {
    const number = Buffer.from([port & 255, port >> 8]);
    say(2 * i, number);
    say(2 * i + 1, number);
    const early: string[] = [];
    let isOpen = false;
    const pass = (data: string): void => { if (isOpen) driver.sendFrames(id, [{ channel: 'data', data }]); else early.push(data); };
    const id = driver.send({ ...sent, call: { ...sent.call, options: { ...sent.call.options, ports: [port] } } }, {
      response(code, body) {
        if (code !== 101) { say(2 * i + 1, Buffer.from((body as { readonly message?: string }).message ?? 'refused')); return; }
        isOpen = true;
        for (const data of early) pass(data);
      },
      stream: (frames) => { for (const { data } of frames) say(2 * i, Buffer.from(data, 'latin1')); },
      streamEnd: (status) => { if ('message' in status) say(2 * i + 1, Buffer.from(status.message ?? '')); if (ports.length === 1) socket.close(1000); },
    });
    return { id, pass };
  });
  socket.on('message', (data: Buffer) => {
    connections[(data[0] ?? 255) / 2]?.pass(data.subarray(1).toString('latin1'));
  });
  socket.on('close', () => { for (const { id } of connections) driver.cancel(id); });
  socket.on('error', () => { socket.terminate(); });
}
