// SPDX-License-Identifier: Apache-2.0
// A board without radio behind a real pseudo-terminal, by the clock on the wall: NodeMCU's interpreter, and its boot loader where
// it is wanted.
import { Clock } from '../../../host/medium/clock.ts';
import { openPty } from '../../../host/serial/pty.ts';
import { ReplTwin } from '../../../host/twin/repl/board.ts';
import type { Build } from '../../../host/twin/repl/console.ts';
import { RomTwin } from './rom.ts';

const TICK_MS = 3;

export interface Attached {
  readonly port: string;
  readonly twin: ReplTwin;
  /** Its boot loader; what is in its flash is one thing, the interpreter another. */
  readonly rom: RomTwin;
  /** Pulls the plug out. */
  pull(): Promise<void>;
}

export interface AttachOptions {
  /** Whoever opens the port resets the board: the first octets are lost. */
  readonly resetOnOpen?: boolean;
  /** It is in its boot loader; otherwise its interpreter runs. */
  readonly download?: boolean;
  /** Content of its files. */
  readonly files?: ReadonlyMap<string, string>;
}

/** Plugs a board in. */
export function attach(build: Build, { resetOnOpen = false, download = false, files }: AttachOptions = {}): Attached {
  const clock = new Clock();
  const twin = new ReplTwin(clock, build);
  for (const [name, text] of files ?? []) twin.files.content.set(name, text);
  const rom = new RomTwin({ family: build.family, wired: false, firmware: twin });
  rom.reset(download);
  const pty = openPty();
  twin.output = rom.output = (octets) => pty.write(octets);
  let opened = false;
  pty.onData((octets) => {
    // A pseudo-terminal has no speed.
    rom.hostBaud = rom.baud;
    if (resetOnOpen && !opened) twin.reset();
    opened = true;
    rom.input(octets);
  });
  const began = performance.now();
  const timer = setInterval(() => clock.runUntil(Math.floor((performance.now() - began) * 1000)), TICK_MS);
  return {
    port: pty.path,
    twin,
    rom,
    async pull() {
      clearInterval(timer);
      twin.powerOff();
      await pty.close();
    },
  };
}
