// SPDX-License-Identifier: Apache-2.0
// Commands to NodeMCU's interpreter over a line that drops octets, echoes them, or is reset. Each command carries a number and
// a sum; the mote runs it once, however often it comes, and answers with number, result and sum.

import { randomBytes } from 'node:crypto';
import { RunFailure } from '../errors.ts';
import type { Line } from '../serial/line.ts';
import type { PortLine } from '../serial/port.ts';
import { pause } from './timers.ts';
import type { Timers } from './timers.ts';

/** The interpreter does not know our functions any more, or does not answer: the mote was reset. */
export class SessionLost extends Error {}

/** The mote ran a command, and it failed there. */
export class MoteError extends Error {}

/** Octets of a line that NodeMCU takes, with some to spare: the buffer has 256. */
const LINE_OCTETS = 250;
const MOST_ATTEMPTS = 16;
const ANSWER_MS = 1500;
/** Text that ends with a prompt, of a new chunk or of the rest of one. */
const PROMPTED = /\n>>? $/;
/** After the answer comes the prompt. */
const PROMPT_MS = 200;
/** What is kept of what the mote said. */
const KEPT_OCTETS = 1 << 14;

/** How often the interpreter is looked for, and when other means are tried. */
const PING_MS = 250;
const REBOOT_AFTER_MS = 750;
const ENTER_MS = 12_000;

const PING = "if kempstay then kempstay() end print('~ping'..21*2 ..'~')";
const PONG = '~ping42~';
/** No chunk can begin with it: whatever was begun before ends here. */
const NONSENSE = ')\n';

/** Sum and answer. */
const HELPERS = [
  "function S(s) local a,b=1,0 for i=1,#s do a=(a+s:byte(i))%65521 b=(b+a)%65521 end return a..','..b end",
  "function P(k,r) r=k..':'..r print('~'..r..':'..S(r)..'~') end",
  "function X(k,c,s) if S(k..':'..s)~=c then return P(k,'?') end if k~=L then local f,r=(loadstring or load)(s) local o " +
    "if f then o,r=pcall(f) end R=(o and '+' or '-')..tostring(r):gsub('[%c~]',' ') L=k end P(k,R) end",
];

/** The sum of loader.lua and of the helpers: Adler's. @returns "a,b". */
export function sumOf(text: string | Uint8Array): string {
  let a = 1;
  let b = 0;
  for (const octet of typeof text === 'string' ? Buffer.from(text, 'latin1') : text) {
    a = (a + octet) % 65521;
    b = (b + a) % 65521;
  }
  return `${a},${b}`;
}

export class Session {
  readonly line: Line;
  readonly timers: Timers;
  /** What is said of the mote in messages: the port, and its name once it is known. */
  title: string;
  #said = '';
  #look: () => void = () => undefined;
  #gone: RunFailure | undefined;
  #leave: (error: RunFailure) => void = () => undefined;
  /** How often the last command was sent. */
  attempts = 0;
  #prefix = '';
  #count = 0;

  constructor(line: Line, timers: Timers) {
    this.line = line;
    this.timers = timers;
    this.title = line.path;
    line.onData((octets) => {
      this.#said = (this.#said + Buffer.from(octets).toString('latin1')).slice(-KEPT_OCTETS);
      this.#look();
    });
    if ('onLost' in line)
      (line as PortLine).onLost((reason) => {
        this.#gone = this.failure(
          `the port is gone (${reason})`,
          'plug the board in and do the same again, which goes on from here; the firmware that was there still runs',
        );
        this.#leave(this.#gone);
      });
  }

  /** An error that names the port and the mote. @param step what to do. */
  failure(what: string, step: string): RunFailure {
    return new RunFailure(`${this.title}: ${what}: ${step}`);
  }

  #write(text: string): void {
    this.line.write(Buffer.from(text, 'latin1'));
  }

  /**
   * @returns what `find` found in what the mote said since the last command, or undefined after a while.
   * @throws RunFailure if the port is gone.
   */
  waitFor<T>(find: (said: string) => T | undefined, millis: number): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== undefined) return reject(this.#gone);
      const end = (): void => {
        this.#look = this.#leave = () => undefined;
        cancel();
      };
      const done = (found: T | undefined): void => {
        end();
        resolve(found);
      };
      this.#leave = (error) => {
        end();
        reject(error);
      };
      const cancel = this.timers.after(millis, () => done(undefined));
      this.#look = () => {
        const found = find(this.#said);
        if (found !== undefined) done(found);
      };
      this.#look();
    });
  }

  /**
   * Gets hold of the interpreter: of a bare NodeMCU, in the second that the loader waits after a reset, or of a mote that runs,
   * which is told to reboot, or reset by its pins where the port has them, after a third of the time.
   * @param millis how long to try. @throws RunFailure if nothing answers.
   */
  async enter(millis = ENTER_MS): Promise<void> {
    for (let past = 0, rebooted = 0, pulsed = false; past < millis; past += PING_MS) {
      this.#said = '';
      this.#write(past % (2 * PING_MS) === 0 ? `\n${PING}\n` : `${NONSENSE}${PING}\n`);
      if (await this.waitFor((said) => (said.includes(PONG) ? true : undefined), PING_MS)) {
        // Of the pings that are still on their way the answers come now.
        await pause(this.timers, PING_MS);
        if (await this.#install()) return;
      } else if (past >= REBOOT_AFTER_MS + 4000 * rebooted) {
        // The console of a mote that runs; no interpreter minds.
        this.#write('\nreboot\n');
        rebooted++;
      } else if (past >= millis / 3 && !pulsed) {
        pulsed = true;
        await this.#pulseReset();
      }
    }
    throw this.failure(
      'no answer from a NodeMCU interpreter',
      'press the reset button while `kemp flash` waits; if that does not help, flash NodeMCU with --firmware',
    );
  }

  async #pulseReset(): Promise<void> {
    const { signals } = this.line as { signals?: (levels: { dtr: boolean; rts: boolean }) => Promise<boolean> };
    if (signals === undefined || !(await signals({ dtr: false, rts: true }))) return;
    await pause(this.timers, 100);
    await signals({ dtr: false, rts: false });
  }

  /** Defines the helpers, the second time through the first ones, so that none is half of what it should be. */
  async #install(): Promise<boolean> {
    this.#prefix = randomBytes(3).toString('hex');
    this.#count = 0;
    for (const helper of HELPERS) {
      this.#said = '';
      this.#write(`${helper}\n`);
      await this.waitFor((said) => (PROMPTED.test(said) ? true : undefined), PROMPT_MS * 2);
    }
    try {
      if ((await this.run('return 6*7')) !== '42') return false;
      if ((await this.#ask(this.#number(), '0,0', 'return 1')) !== '?') return false;
      for (const helper of HELPERS) await this.run(helper);
      return (await this.run("return S('kemp')")) === sumOf('kemp');
    } catch (error) {
      if (error instanceof SessionLost || error instanceof MoteError) return false;
      throw error;
    }
  }

  #number(): string {
    return `${this.#prefix}${(this.#count++).toString(36)}`;
  }

  /**
   * Runs Lua on the mote, once.
   * @param code a chunk in single quotes and on one line, of which the command leaves some 200 octets. @param millis how long it
   * may take.
   * @returns what it returns, as text. @throws MoteError with its error. @throws SessionLost if the mote was reset.
   */
  async run(code: string, millis = ANSWER_MS): Promise<string> {
    const number = this.#number();
    const sum = sumOf(`${number}:${code}`);
    for (this.attempts = 1; this.attempts <= MOST_ATTEMPTS; this.attempts++) {
      if (this.attempts > 1) await this.#clear();
      const answer = await this.#ask(number, sum, code, millis);
      if (answer?.startsWith('+')) return answer.slice(1);
      if (answer?.startsWith('-')) throw new MoteError(answer.slice(1));
    }
    throw new SessionLost(`${this.title}: no answer`);
  }

  /** Ends whatever the interpreter takes for the beginning of a chunk. */
  async #clear(): Promise<void> {
    this.#said = '';
    this.#write(NONSENSE);
    await this.waitFor((said) => (PROMPTED.test(said) ? true : undefined), PROMPT_MS);
  }

  /** @returns "?" if the mote saw a wrong sum, "+result", "-error", or undefined. */
  async #ask(number: string, sum: string, code: string, millis = ANSWER_MS): Promise<string | undefined> {
    const line = `X("${number}","${sum}","${code.replace(/[\\"]/g, '\\$&')}")`;
    if (line.length > LINE_OCTETS) throw new RangeError(`expected a line of ${LINE_OCTETS} octets, got ${line.length}`);
    this.#said = '';
    this.#write(`${line}\n`);
    const found = await this.waitFor((said) => {
      const answer = this.#answer(said, number);
      if (answer !== undefined) return { answer };
      if (/global 'X'/.test(said)) return { lost: true };
      // A prompt and no answer: the line or the answer was damaged.
      return PROMPTED.test(said) ? {} : undefined;
    }, millis);
    if (found?.lost) throw new SessionLost(`${this.title}: the mote was reset`);
    // What comes after the prompt belongs to the next command.
    if (found?.answer !== undefined) await this.waitFor((said) => (PROMPTED.test(said) ? true : undefined), PROMPT_MS);
    return found?.answer;
  }

  #answer(said: string, number: string): string | undefined {
    for (const [, key, answer, sum] of said.matchAll(/~([0-9a-z]+):([^~]*):(\d+,\d+)~/g)) {
      if (key === number && sum === sumOf(`${key}:${answer}`)) return answer;
    }
    return undefined;
  }

  /** Restarts the mote. @returns what it says until `find` finds something in it, or undefined. */
  async restart<T>(find: (said: string) => T | undefined, millis: number): Promise<T | undefined> {
    this.#said = '';
    this.#write('node.restart()\n');
    return this.waitFor(find, millis);
  }
}
