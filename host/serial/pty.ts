// SPDX-License-Identifier: Apache-2.0
// Pseudo-terminals: the board's end of a line, for virtual motes. Whoever opens `path` sees a serial port.

import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ReadStream } from 'node:tty';
import { UsageError } from '../errors.ts';
import type { Line } from './line.ts';

/** What node-pty's open() gives; the fields with an underscore are its own, so its version is pinned (package.json). */
interface Terminal {
  readonly _pty: string;
  readonly _fd: number;
  readonly master: ReadStream;
  readonly slave: ReadStream;
}

/** Octets that wait for a reader. More are lost: a UART does not wait either. */
const WAITING_OCTETS = 1 << 16;
const RETRY_MS = 5;

/** Loaded when it is needed: there are platforms without it, and they can do all else. */
function openTerminal(): Terminal {
  try {
    const pty = createRequire(import.meta.url)('@lydell/node-pty') as { open(options: object): Terminal };
    return pty.open({ encoding: null });
  } catch (error) {
    throw new UsageError(`expected a system with pseudo-terminals, got ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Opens a pseudo-terminal, without echo and octet for octet in both directions.
 * @throws UsageError if the system has none.
 */
export function openPty(): Line {
  const terminal = openTerminal();
  const { master } = terminal;
  // We hold the other end: else reads here fail (EIO) as long as nobody has it open. Node-pty's own would read its input.
  const held = openSync(terminal._pty, constants.O_RDWR | constants.O_NOCTTY);
  terminal.slave.destroy();
  execFileSync('stty', ['raw', '-echo'], { stdio: [held, 'ignore', 'ignore'] });

  let waiting: Uint8Array[] = [];
  let octets = 0;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;
  master.on('error', () => {
    // The reader went away in the middle of it; what was on its way is lost.
  });
  const flush = (): void => {
    retry = undefined;
    while (!closed && waiting.length > 0) {
      const [first] = waiting as [Uint8Array];
      let sent = 0;
      try {
        sent = writeSync(terminal._fd, first);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      }
      octets -= sent;
      if (sent === first.length) waiting.shift();
      else {
        waiting[0] = first.subarray(sent);
        retry = setTimeout(flush, RETRY_MS);
        return;
      }
    }
  };
  return {
    path: terminal._pty,
    write(data) {
      const room = data.subarray(0, WAITING_OCTETS - octets);
      if (closed || room.length === 0) return;
      waiting.push(Uint8Array.from(room));
      octets += room.length;
      if (retry === undefined) flush();
    },
    onData(f) {
      master.removeAllListeners('data');
      master.on('data', f);
    },
    async close() {
      if (closed) return;
      closed = true;
      waiting = [];
      if (retry !== undefined) clearTimeout(retry);
      const done = new Promise<void>((resolve) => void master.once('close', () => resolve()));
      master.destroy();
      closeSync(held);
      await done;
    },
  };
}
