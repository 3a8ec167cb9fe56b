// SPDX-License-Identifier: Apache-2.0
// A board that runs the self-test's image. It is uploaded as a file of its own and run from the interpreter, or from the flash store:
// slots, records and init.lua stay as they are, and the next reset starts what was started before. The boot loader puts the image of
// its slot back into the store.

import { EVENT_RADIO_FAULT } from '../../firmware/events.ts';
import { MoteConsole } from '../console/mote-console.ts';
import { RunFailure } from '../errors.ts';
import { checkFit } from '../flash/flash.ts';
import { NoRoom, RemoteMote } from '../flash/mote.ts';
import { MoteError, Session, SessionLost } from '../flash/session.ts';
import type { Target } from '../flash/target.ts';
import { pause } from '../flash/timers.ts';
import type { Timers } from '../flash/timers.ts';
import type { Line } from '../serial/line.ts';

/** Of the image's answers (board-defs/nodemcu/selftest/index.ts). */
const VERSION = '1';
const MOST_UPLOADS = 6;
const MOST_QUESTIONS = 3;
/** Compiling the image on the board. */
const LOAD_MS = 20_000;
/** A board whose interrupt does not come needs as long for each frame as the driver waits, and says nothing meanwhile. */
const ANSWER_MS = 30_000;

/** What is in the store; and puts our image there, which resets the board, after the answer. */
const STORED = "local f=node.LFS and node.LFS.get('kemp_id') return f and f() or 'none'";
const RELOAD_AFTER_MS = 200;
const RELOAD = `T=tmr.create() T:register(${RELOAD_AFTER_MS},tmr.ALARM_SINGLE,function() node.LFS.reload('FILE') end)`;
const MOST_STORES = 3;
const STORE_MS = 30_000;
/** The block of FIPS 197 C.1 by the firmware's own AES, in hex. Q is of the upload's helpers. */
const FIRMWARE_AES =
  "local k,d='','' for i=0,15 do k=k..string.char(i) d=d..string.char(17*i) end return Q(crypto.encrypt('AES-ECB',k,d))";

/** A row of an answer, by name. */
export type Fields = Readonly<Record<string, string>>;

function fieldsOf(row: string): Fields {
  return Object.fromEntries(row.split(' ').map((field) => field.split('=', 2) as [string, string]));
}

export class Remote {
  readonly line: Line;
  readonly #target: Target;
  readonly #file: string;
  readonly #timers: Timers;
  #session: Session | undefined;
  #console: MoteConsole | undefined;
  #hasFile = false;
  /** What the firmware's AES makes of the example; "none" where it has none. */
  firmwareAes = 'none';
  /** Faults of the radio that its driver counted. */
  faults = 0;

  constructor(line: Line, target: Target, timers: Timers) {
    this.line = line;
    this.#target = target;
    this.#file = `kemp-test.${target.kind}`;
    this.#timers = timers;
  }

  async #enter(): Promise<Session> {
    const session = new Session(this.line, this.#timers);
    this.#console = undefined;
    this.#session = session;
    await session.enter();
    return session;
  }

  /** By the image, or by the interpreter, whose memory keeps what an upload needed. */
  async #reset(): Promise<void> {
    if (this.#console === undefined) await this.#session?.restart(() => true, 0);
    else await this.#ask('reboot').catch(() => undefined);
  }

  /** Brings the image to the board. @throws RunFailure that names the port and the next step. */
  async upload(anyHeap: boolean, progress: (octets: number, of: number) => void): Promise<void> {
    const { content } = this.#target;
    const session = await this.#enter();
    for (let attempt = 0; attempt < MOST_UPLOADS; attempt++) {
      try {
        if (attempt > 0) await session.enter();
        const mote = await RemoteMote.meet(session);
        await checkFit(mote, this.#target, { anyHeap });
        this.firmwareAes = await session.run(FIRMWARE_AES).catch(() => 'none');
        this.#hasFile = true;
        if (await mote.isWhole(this.#file, content)) return;
        await mote.remove(this.#file);
        await mote.append(this.#file, content, (octets) => progress(octets, content.length));
        if (await mote.isWhole(this.#file, content)) return;
      } catch (error) {
        if (error instanceof NoRoom)
          throw session.failure(
            `expected room for ${content.length} octets of files`,
            'remove files from the mote, or build NodeMCU with a larger SPIFFS',
          );
        if (!(error instanceof SessionLost || error instanceof MoteError)) throw error;
      }
    }
    throw session.failure(
      `the self-test did not come through in ${MOST_UPLOADS} attempts`,
      'look at its supply and at the cable, then try again',
    );
  }

  /** The flash store gets the image, unless it has it; the board is reset by that. */
  async #store(session: Session): Promise<void> {
    for (let attempt = 0; attempt < MOST_STORES; attempt++) {
      if ((await session.run(STORED)) === this.#target.id) return;
      await session.run(`${RELOAD} T:start() return 0`.replace('FILE', this.#file));
      await pause(this.#timers, 2 * RELOAD_AFTER_MS);
      await session.enter(STORE_MS);
    }
    throw session.failure(
      'the flash store does not take the self-test',
      'is --luac the luac.cross of this build, and the store large enough?',
    );
  }

  /** Runs the image, after a reset. @param last whether the file goes now. */
  async start(last: boolean): Promise<void> {
    await this.#reset();
    const session = await this.#enter();
    const inStore = this.#target.kind === 'lfs';
    try {
      if (inStore) await this.#store(session);
      const run = inStore ? "node.LFS.get('kemp')()" : `dofile('${this.#file}')`;
      await session.run(`kemp=${run} ${last ? `file.remove('${this.#file}') ` : ''}return 0`, LOAD_MS);
    } catch (error) {
      if (!(error instanceof SessionLost || error instanceof MoteError)) throw error;
      throw session.failure(
        `the self-test does not start (${error.message})`,
        inStore
          ? 'is --luac the luac.cross of this build?'
          : 'give --luac with the path of luac.cross, so that it runs from the flash store (LFS)',
      );
    }
    this.#hasFile = !last;
    this.#console = new MoteConsole(this.line, { timeoutMs: ANSWER_MS });
    this.#console.onReport = (report) => {
      if (parseInt(report, 16) === EVENT_RADIO_FAULT) this.faults++;
    };
    // What the interpreter still says may lie in front of the first answer.
    for (let i = 0; i < MOST_QUESTIONS; i++) {
      const { rows } = await this.#console.ask('version');
      if (rows.some((row) => fieldsOf(row).selftest === VERSION)) return;
    }
    throw new RunFailure(`${this.line.path}: the self-test answers as another version: run \`npm run build\``);
  }

  async #ask(line: string): Promise<Fields[]> {
    if (this.#console === undefined) return [];
    return (await this.#console.rows(line)).map(fieldsOf);
  }

  /** Asks the image. @param numbers of the line. @returns its rows. */
  rows(word: string, ...numbers: readonly number[]): Promise<Fields[]> {
    return this.#ask([word, ...numbers.map((number) => (number >>> 0).toString(16))].join(' '));
  }

  /** Likewise, of one row. */
  async row(word: string, ...numbers: readonly number[]): Promise<Fields> {
    return (await this.rows(word, ...numbers))[0] ?? {};
  }

  /** The board starts what it started before, with nothing of ours left on it. */
  async leave(): Promise<void> {
    await this.#reset();
    if (!this.#hasFile) return;
    const session = await this.#enter();
    await session.run(`if file.exists('${this.#file}') then file.remove('${this.#file}') end return 0`);
    await session.restart(() => true, 0);
  }
}
