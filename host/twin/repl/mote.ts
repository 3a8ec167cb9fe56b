// SPDX-License-Identifier: Apache-2.0
// Motes of the bench that come as boards do: NodeMCU with an empty file system, which boots from its own files. What they run is
// what was uploaded; air, radio and clock are the bench's.

import { twinBoard } from '../board.ts';
import type { TwinBoard, TwinChoices } from '../board.ts';
import type { Callback } from '../nodemcu.ts';
import type { Program } from '../program.ts';
import type { Build } from './console.ts';
import { Console } from './console.ts';
import { Spiffs } from './files.ts';
import type { Store } from './lfs.ts';

/** Octets of files on boards with 4 MB of flash. */
const ROOM = 1 << 20;
const UART = 0;

type Modules = Readonly<Record<string, Record<string, Callback>>>;

/** A program that is NodeMCU itself. */
function nodemcu(globals: Modules, build: Omit<Build, 'family'>, files: Spiffs, store: Store): Program {
  const { uart, node, spi } = globals;
  // The ESP32's SPI is an object a bus.
  const family = spi!.master === undefined ? 'esp8266' : 'esp32';
  const console = new Console(
    { ...build, family },
    {
      files,
      store,
      globals,
      write: (octets) => void uart!.write!(UART, Buffer.from(octets).toString('latin1')),
      // What is typed comes in a callback already.
      post: (run) => run(),
      restart: () => void node!.restart!(),
    },
  );
  let blocks: Callback | undefined;
  return {
    start() {
      uart!.on!('data', 0, (text: unknown) => console.take(Buffer.from(String(text), 'latin1')), 0);
      console.boot();
    },
    blocks() {
      blocks ??= (console.global('kemp') as Record<string, Callback> | undefined)?.blocks;
      return blocks === undefined ? 0 : (blocks() as number);
    },
  };
}

/**
 * Makes a board of the bench whose motes are blank: `kemp flash` makes motes of them.
 * @param name of a board. @param build what its NodeMCU has. @param choices what is special about its hardware.
 * @throws UsageError if there is no such board.
 */
export function replBoard(name: string, build: Omit<Build, 'family'> = {}, choices: TwinChoices = {}): TwinBoard {
  const disks = new Map<string, { files: Spiffs; store: Store }>();
  const board = twinBoard(name, 'fengari', {
    random: 'fresh',
    seeded: false,
    ...choices,
    own(mote, _role, globals) {
      const { files, store } = disks.get(mote)!;
      // A reset: of what was written, nothing waits in RAM.
      files.cut((octets) => octets);
      return nodemcu(globals as Modules, build, files, store);
    },
  });
  return {
    ...board,
    mote(spec, flash, prng, env) {
      flash.clear();
      const files = new Spiffs();
      files.room = ROOM;
      disks.set(spec.name, { files, store: { chunks: new Map() } });
      return board.mote(spec, flash, prng, env);
    },
  };
}
