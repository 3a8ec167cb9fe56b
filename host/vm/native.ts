// SPDX-License-Identifier: Apache-2.0
// A stock Lua, one process a mote, over two FIFOs read and written synchronously: 4 to 11 us an exchange.

import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRepository } from '../root.ts';
import { COMMAND, FRAME_OCTETS, INBOX_WORDS, LINE_OCTETS, OUTBOX_WORDS, RECEIVE } from './abi.ts';
import { STEP_INSTRUCTIONS } from './mote-vm.ts';
import type { MoteVm } from './mote-vm.ts';

/** A read that blocks defeats every timeout of ours, so the process has one of its own. */
const LIFETIME_SECONDS = 1800;

interface Pipe {
  readonly read: number;
  readonly write: number;
}

/** Opens both ends of a FIFO here; a helper reader makes sure that neither open waits for the other. */
function openFifo(path: string): Pipe {
  const helper = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  const write = fs.openSync(path, fs.constants.O_WRONLY);
  const read = fs.openSync(path, fs.constants.O_RDONLY);
  fs.closeSync(helper);
  return { read, write };
}

/** The two FIFOs and the file for standard error. Nothing keeps a name: all goes with the last descriptor. */
function openChannels(): { toMote: Pipe; fromMote: Pipe; errors: number } {
  const folder = fs.mkdtempSync(join(tmpdir(), 'kemp-bench-'));
  try {
    const paths = [join(folder, 'in'), join(folder, 'out')] as const;
    execFileSync('mkfifo', [...paths]);
    return { toMote: openFifo(paths[0]), fromMote: openFifo(paths[1]), errors: fs.openSync(join(folder, 'err'), 'w+') };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** @returns how many octets came before the end of file. */
function readFully(from: number, into: Buffer, length: number): number {
  let at = 0;
  while (at < length) {
    const got = fs.readSync(from, into, at, length - at, null);
    if (got === 0) break;
    at += got;
  }
  return at;
}

/** @param lua full path of the interpreter. @param image path of the Lua file. */
export function openNative(lua: string, image: string): MoteVm {
  const { toMote, fromMote, errors } = openChannels();
  const driver = inRepository('host', 'vm', 'driver.lua');
  const command = [String(LIFETIME_SECONDS), lua, driver, image, String(STEP_INSTRUCTIONS)];
  const child = spawn('timeout', command, { stdio: [toMote.read, fromMote.write, errors] });
  child.on('error', () => {
    // Shows as an end of file below, with what there is in `errors`.
  });
  child.unref();
  fs.closeSync(toMote.read);
  fs.closeSync(fromMote.write);

  const inbox = new Int32Array(INBOX_WORDS);
  const outbox = new Int32Array(OUTBOX_WORDS);
  const rxFrame = new Uint8Array(FRAME_OCTETS);
  const rxLine = new Uint8Array(LINE_OCTETS);
  const txFrame = new Uint8Array(FRAME_OCTETS);
  const request = Buffer.alloc(4 + 4 * INBOX_WORDS + LINE_OCTETS);
  const answer = Buffer.alloc(2 + 4 * OUTBOX_WORDS + FRAME_OCTETS);

  const ended = (): never => {
    // From its start: the child's writing has moved the position that it shares with us.
    const text = Buffer.alloc(fs.fstatSync(errors).size);
    fs.readSync(errors, text, 0, text.length, 0);
    const said = text.toString('utf8').trim();
    throw new Error(said === '' ? `${lua} ended without a message, or ran for ${LIFETIME_SECONDS} s` : said);
  };
  return {
    inbox,
    outbox,
    rxFrame,
    rxLine,
    txFrame,
    step(inboxWords) {
      const extra = inbox[0] === RECEIVE ? rxFrame : inbox[0] === COMMAND ? rxLine : undefined;
      const octets = extra?.subarray(0, inbox[3]);
      let at = request.writeUInt16LE(inboxWords, 2);
      for (let i = 0; i < inboxWords; i++) at = request.writeInt32LE(inbox[i], at);
      if (octets !== undefined) {
        request.set(octets, at);
        at += octets.length;
      }
      request.writeUInt16LE(at - 2, 0);
      try {
        fs.writeSync(toMote.write, request, 0, at);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EPIPE') ended();
        throw error;
      }
      if (readFully(fromMote.read, answer, 2) < 2) ended();
      const size = answer.readUInt16LE(0);
      if (readFully(fromMote.read, answer, size) < size) ended();
      const used = answer.readUInt16LE(0);
      for (let i = 0; i < used; i++) outbox[i] = answer.readInt32LE(2 + 4 * i);
      txFrame.set(answer.subarray(2 + 4 * used, size));
      return used;
    },
    close() {
      // The driver reads the end of file and ends.
      fs.closeSync(toMote.write);
      fs.closeSync(fromMote.read);
      fs.closeSync(errors);
    },
  };
}
