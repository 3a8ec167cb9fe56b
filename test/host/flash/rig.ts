// SPDX-License-Identifier: Apache-2.0
// A mote with an interpreter, a cable to it, and time that passes only as far as it is wanted.

import { createHash } from 'node:crypto';
import { flashMote } from '../../../host/flash/flash.ts';
import type { Flashed, FlashOptions } from '../../../host/flash/flash.ts';
import { Session } from '../../../host/flash/session.ts';
import type { Target } from '../../../host/flash/target.ts';
import type { Timers } from '../../../host/flash/timers.ts';
import { Clock } from '../../../host/medium/clock.ts';
import { ReplTwin } from '../../../host/twin/repl/board.ts';
import type { Build, Family } from '../../../host/twin/repl/console.ts';
import { openCable } from '../../../host/twin/repl/line.ts';
import type { CableOptions } from '../../../host/twin/repl/line.ts';

const STEP_MICROS = 2000;
const LONGEST_MICROS = 900e6;

/** A firmware that says its name when it starts. Its console takes the line, as that of a mote does. */
export function firmware(name: string, octets = 900, family: Family = 'esp8266'): Target {
  const text = `uart.on('data', '\\n', function(line) if line:find('^reboot') then node.restart() end end, 0)
print('[${name}]')
local filling = '${'x'.repeat(octets)}'
return { name = '${name}' }
`;
  const content = Buffer.from(text);
  const id = createHash('sha256').update(content).digest('hex').slice(0, 32);
  const modules = ['node', 'spi', 'uart'];
  const needs = { family, lua: 'lua53', modules, useful: ['crypto'], codeOctets: 2000, heapOctets: 1000 };
  return { board: 'twin', role: 'mote', ...needs, id, kind: 'lua', content };
}

export class Rig {
  readonly clock = new Clock();
  readonly twin: ReplTwin;
  said = '';
  #session: Session | undefined;

  constructor(build: Build, part?: (n: number) => number) {
    this.twin = new ReplTwin(this.clock, build, part);
  }

  readonly timers: Timers = {
    after: (millis, run) => {
      const timer = this.clock.after(Math.round(millis * 1000), run);
      return () => this.clock.cancel(timer);
    },
  };

  /** Plugs the cable in. */
  plug(cable: CableOptions = {}): Session {
    const line = openCable(this.clock, this.twin, cable);
    const { output } = this.twin;
    this.twin.output = (octets) => {
      this.said = (this.said + Buffer.from(octets).toString('latin1')).slice(-20_000);
      output(octets);
    };
    this.#session = new Session(line, this.timers);
    return this.#session;
  }

  /** Nobody listens to what the mote says any more, nor says anything. */
  pull(): void {
    this.twin.output = (octets) => (this.said += Buffer.from(octets).toString('latin1'));
  }

  /** Time passes until a promise is settled, or `until` says so. */
  async settle<T>(promise: Promise<T>, until: () => boolean = () => false): Promise<T | Error | undefined> {
    let settled: T | Error | undefined;
    let done = false;
    promise.then(
      (value) => {
        settled = value;
        done = true;
      },
      (error: Error) => {
        settled = error;
        done = true;
      },
    );
    const end = this.clock.now + LONGEST_MICROS;
    while (!done && !until() && this.clock.now < end) {
      await new Promise(setImmediate);
      this.clock.runUntil(this.clock.now + STEP_MICROS);
    }
    if (!done && this.clock.now >= end) throw new Error(`expected an end within ${LONGEST_MICROS / 1e6} s, got none`);
    return settled;
  }

  pass(seconds: number): void {
    this.clock.runUntil(this.clock.now + seconds * 1e6);
  }

  /** Enters the interpreter and flashes. */
  async flash(
    target: Target,
    options: FlashOptions = {},
    cable: CableOptions = {},
  ): Promise<Flashed | Error | undefined> {
    const session = this.plug(cable);
    return this.settle(session.enter().then(() => flashMote(session, target, options)));
  }

  /** Cuts the power and gives it back. @returns the firmware that runs then: the one whose image lasted. */
  boot(seconds = 6): string | undefined {
    this.pull();
    this.twin.powerOff();
    this.said = '';
    this.twin.powerOn();
    this.pass(seconds);
    return /\[(\w+)\]/.exec(this.said)?.[1];
  }
}

/** @returns a mote that runs `target` and did for a while. */
export async function flashed(build: Build, target: Target, part?: (n: number) => number): Promise<Rig> {
  const rig = new Rig(build, part);
  rig.twin.powerOn();
  const result = await rig.flash(target);
  if (result instanceof Error) throw result;
  rig.pass(5);
  return rig;
}

/** @returns another mote whose flash holds the same. */
export function copyOf(rig: Rig, part?: (n: number) => number): Rig {
  const copy = new Rig(rig.twin.build, part);
  for (const [name, text] of rig.twin.files.content) copy.twin.files.content.set(name, text);
  copy.twin.store.chunks = rig.twin.store.chunks;
  copy.twin.powerOn();
  return copy;
}
