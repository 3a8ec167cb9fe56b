// SPDX-License-Identifier: Apache-2.0
// Pseudo-terminals are what a board's port is: octet for octet, whoever opens them and when.
import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { SerialPort } from 'serialport';
import { afterEach, describe, expect, it } from 'vitest';
import type { Line } from '../../../host/serial/line.ts';
import { openPort } from '../../../host/serial/port.ts';
import { openPty } from '../../../host/serial/pty.ts';

const lines: Line[] = [];
const pty = (): Line => {
  const line = openPty();
  lines.push(line);
  return line;
};
afterEach(async () => {
  await Promise.all(lines.splice(0).map((line) => line.close()));
});

/** Resolves when `count` octets have come. */
function collect(on: (f: (data: Uint8Array) => void) => void, count: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const parts: Uint8Array[] = [];
    let octets = 0;
    on((data) => {
      parts.push(data);
      octets += data.length;
      if (octets >= count) resolve(Buffer.concat(parts));
    });
  });
}

const opened = (path: string): Promise<SerialPort> =>
  new Promise((resolve, reject) => {
    const port: SerialPort = new SerialPort({ path, baudRate: 115200 }, (error) =>
      error ? reject(error) : resolve(port),
    );
  });
const closed = (port: SerialPort): Promise<void> => new Promise((resolve) => port.close(() => resolve()));

describe('a pseudo-terminal', () => {
  it('carries every octet both ways, in bursts, on several lines at once', async () => {
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        const line = pty();
        const port = await opened(line.path);
        const there = randomBytes(1 << 15);
        const back = randomBytes(1 << 15);
        const board = collect((f) => line.onData(f), there.length);
        const host = collect((f) => void port.on('data', f), back.length);
        line.write(back);
        port.write(there);
        expect((await board).equals(there)).toBe(true);
        expect((await host).equals(back)).toBe(true);
        await closed(port);
      }),
    );
  });

  it('has one listener at a time', async () => {
    const board = openPty();
    const port = await openPort(board.path);
    const heard: string[] = ['', ''];
    port.onData((octets) => (heard[0] += Buffer.from(octets).toString()));
    board.write(Buffer.from('one'));
    await expect.poll(() => heard[0]).toBe('one');
    port.onData((octets) => (heard[1] += Buffer.from(octets).toString()));
    board.write(Buffer.from('two'));
    await expect.poll(() => heard).toEqual(['one', 'two']);
    await port.close();
    await board.close();
  });

  it('is there when its reader goes and comes again', async () => {
    const line = pty();
    for (const text of ['one\n', 'two\r\n']) {
      const port = await opened(line.path);
      const board = collect((f) => line.onData(f), text.length);
      port.write(text);
      expect((await board).toString()).toBe(text);
      await closed(port);
    }
  });

  it('does not echo, nor change line ends, for a program that sets nothing', async () => {
    const line = pty();
    const board = collect((f) => line.onData(f), 3);
    const file = openSync(line.path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    writeSync(file, 'a\n\x03');
    expect([...(await board)]).toEqual([97, 10, 3]);
    expect(() => readSync(file, Buffer.alloc(1))).toThrow(/EAGAIN/);
    closeSync(file);
  });

  it('keeps no more than 64 KiB for a reader that does not come', async () => {
    const line = pty();
    for (let i = 0; i < 100; i++) line.write(Buffer.alloc(4096, i));
    const port = await opened(line.path);
    // Opening throws away what the system held; our 64 KiB come behind it, in order.
    const held = await collect((f) => void port.on('data', f), 1 << 15);
    expect(held.every((octet, at) => at === 0 || octet === held[at - 1] || octet === held[at - 1] + 1)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const after = collect((f) => void port.on('data', f), 1);
    line.write(Buffer.of(255));
    expect((await after)[0]).toBe(255);
    expect(held.at(-1)).toBeLessThan(21);
    await closed(port);
  });
});
