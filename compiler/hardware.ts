// SPDX-License-Identifier: Apache-2.0
// The hardware of a board, as data: what its definition says and the modules and constants that an image gets of it.
import { z } from 'zod';

export const MCUS = ['esp8266', 'esp32'] as const;
export const RADIOS = ['mrf24j40', 'at86rf233'] as const;

/** NodeMCU modules that the driver of each family uses (board-defs/<mcu>/): an image may read no other global. */
export const MODULES: Readonly<Record<(typeof MCUS)[number], readonly string[]>> = {
  esp8266: ['spi', 'gpio', 'tmr', 'node', 'uart', 'file', 'rtcmem', 'adc', 'string'],
  esp32: ['spi', 'gpio', 'tmr', 'node', 'uart', 'file', 'io', 'rtcmem', 'adc', 'sodium', 'string'],
};

/** Highest number of a pin: IO indices on the ESP8266 (D0 to D12), GPIO numbers on the ESP32. */
const LAST_PIN = { esp8266: 12, esp32: 39 } as const;
/** IO index 0 has no interrupt; GPIO 34 to 39 are inputs. */
const FIRST_INTERRUPT = { esp8266: 1, esp32: 0 } as const;
const LAST_OUTPUT = { esp8266: 12, esp32: 33 } as const;
/** The pins of HSPI on the ESP8266 are no choice. */
const HSPI = { clock: 5, miso: 6, mosi: 7 } as const;

const pin = z.int().min(0);

const pins = z.strictObject({
  clock: pin,
  mosi: pin,
  miso: pin,
  /** Chip select, by GPIO: a burst takes several transactions. */
  select: pin,
  interrupt: pin,
  reset: pin,
  /** SLP_TR of the AT86RF233. */
  sleep: pin.optional(),
});

export const hardware = z
  .strictObject({
    mcu: z.enum(MCUS),
    radio: z.enum(RADIOS),
    pins,
    spiMegahertz: z.number().min(0.1).max(10),
    /** Transmission power; the radio takes the next step that is not above it. */
    txPowerDbm: z.int().min(-38).max(4),
    /** Largest MPDU in octets, FCS included. */
    maxPsdu: z.int().min(40).max(127),
    /** Does the radio filter and acknowledge frames of version 2 (IEEE 802.15.4-2015)? */
    version2: z.enum(['yes', 'no', 'unknown']),
    /** Time of one AES block, for the steps that cryptography is cut into. */
    aesMillis: z.number().positive(),
    /** Where records lie: the file board-defs/<mcu>/storage.ts has them in files. */
    storage: z.enum(['files']),
    /** Whether the console tells what the mote does: a line beginning with "@" for each event (firmware/events.ts). */
    reports: z.boolean(),
  })
  .superRefine(({ mcu, radio, pins }, context) => {
    const complain = (name: string, message: string): void =>
      context.addIssue({ code: 'custom', path: ['pins', name], message, input: pins });
    const users = new Map<number, string>();
    for (const [name, number] of Object.entries(pins) as [keyof typeof pins, number][]) {
      const last = name === 'miso' || name === 'interrupt' ? LAST_PIN[mcu] : LAST_OUTPUT[mcu];
      const first = name === 'interrupt' ? FIRST_INTERRUPT[mcu] : 0;
      if (number < first || number > last) complain(name, `expected a pin from ${first} to ${last}`);
      const other = users.get(number);
      if (other !== undefined) complain(name, `expected a pin of its own, got that of ${other}`);
      users.set(number, name);
    }
    if (mcu === 'esp8266')
      for (const [name, number] of Object.entries(HSPI) as [keyof typeof HSPI, number][])
        if (pins[name] !== number) complain(name, `expected ${number}, where HSPI has it`);
    if (radio === 'at86rf233' && pins.sleep === undefined) complain('sleep', 'expected the pin of SLP_TR');
    if (radio === 'mrf24j40' && pins.sleep !== undefined) complain('sleep', 'expected no such pin: WAKE is tied low');
  });

export type Hardware = z.infer<typeof hardware>;

/** Milliseconds that one task of an ESP8266 may take. */
const TASK_MILLIS = 15;
/** What a mote does with a block, beside its encryption: copies, masks, sums. */
const BESIDE_MILLIS = 2;

/** Modules of board-defs/ that '#...' names stand for. */
export function hardwareModules({ mcu, radio }: Hardware): Record<string, string> {
  return {
    '#mcu': `board-defs/${mcu}/index.ts`,
    '#storage': `board-defs/${mcu}/storage.ts`,
    '#radio': `board-defs/${radio}/index.ts`,
    '#probe': `board-defs/${radio}/probe.ts`,
  };
}

/** Storage records have numbers below this: a base station's registry ends with the record of its 64th node (firmware/records.ts). */
const RECORDS = { base: 80, other: 8 } as const;

/** The text of the module '#definition' (board-defs/definition.ts has its types): nothing but constants. */
/** @param debug whether it can be told to give its link keys away. */
export function definitionModule(board: Hardware, role: string, debug = false): string {
  const { pins } = board;
  const constants: Record<string, number | boolean> = {
    PIN_CLOCK: pins.clock,
    PIN_MOSI: pins.mosi,
    PIN_MISO: pins.miso,
    PIN_SELECT: pins.select,
    PIN_INTERRUPT: pins.interrupt,
    PIN_RESET: pins.reset,
    PIN_SLEEP: pins.sleep ?? -1,
    SPI_KILOHERTZ: Math.floor(board.spiMegahertz * 1000),
    TX_POWER_DBM: board.txPowerDbm,
    MAX_PSDU: board.maxPsdu,
    STEP_BLOCKS: Math.max(1, Math.floor(TASK_MILLIS / (board.aesMillis + BESIDE_MILLIS))),
    REPORTS: board.reports,
    DEBUG: debug,
    RECORDS: role === 'base' ? RECORDS.base : RECORDS.other,
  };
  return Object.entries(constants)
    .map(([name, value]) => `export const ${name} = ${value};\n`)
    .join('');
}
