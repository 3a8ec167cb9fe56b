// SPDX-License-Identifier: Apache-2.0
// What is measured, of each board by itself and of each way between two. Nothing is judged here.

import type { Fields, Remote } from './remote.ts';

export interface Spi {
  /** Octets written and read, and those that came back as others. */
  readonly registers: number;
  readonly wrongRegisters: number;
  readonly buffer: number;
  readonly wrongBuffer: number;
  /** Registers, of 12, that a pulse on the reset pin left as they were. */
  readonly kept: number;
  /** Was the interrupt pin active when the chip wanted nothing? */
  readonly pinActive: boolean;
  /** Part number; 0 where the chip tells none. */
  readonly part: number;
}

export interface Aes {
  /** Blocks of a chain that begins with that of FIPS 197 C.1, and the last one, in hex. */
  readonly blocks: number;
  readonly chain: string;
  /** The first one by the firmware's own AES; "none" where it has none. */
  readonly firmware: string;
  readonly blockMillis: number;
}

/** Words of both sources after a start. */
export interface Words {
  readonly hardware: readonly number[];
  readonly noise: readonly number[];
}

/** What became of frames at their sender. */
export interface Sent {
  readonly count: number;
  readonly ok: number;
  /** Transmissions whose end an interrupt told. */
  readonly interrupts: number;
  /** ... that none told: with the pin active; with a flag in the chip; with neither. */
  readonly unheard: number;
  readonly unwired: number;
  readonly missing: number;
  /** From the order to send to the interrupt, in milliseconds. */
  readonly fastestMillis: number;
  readonly slowestMillis: number;
}

/** Frames sent, and what their receiver says of them. */
export interface Received {
  readonly sent: Sent;
  /** Different frames that arrived. */
  readonly heard: number;
  /** Frames for others that the filter let through. */
  readonly strange: number;
  /** Mean LQI, 0 to 255. */
  readonly quality: number;
}

export const KINDS = [
  'version 1, short addresses',
  'version 1, EUI-64',
  'version 2, short addresses',
  'version 2, EUI-64',
] as const;
export type Kind = (typeof KINDS)[number];

export interface Alone {
  readonly spi: Spi;
  readonly aes: Aes;
  readonly words: readonly [Words, Words];
  /** Broadcasts, whose ends are interrupts. */
  readonly broadcasts: Sent;
  /** Faults of the radio that its driver counted. */
  readonly faults: number;
}

export interface Way {
  /** Without acknowledgement, in frames of maxPsdu octets. */
  readonly plain: Received;
  /** With acknowledgement. */
  readonly kinds: Readonly<Record<Kind, Received>>;
  /** To an address that nobody has. */
  readonly foreign: readonly Received[];
}

const ROUNDS = 50;
const REGISTERS = 12;
const BUFFER_OCTETS = 125;
const AES_TURNS = 40;
const WORDS = 64;
const BROADCASTS = 20;
const PLAIN_FRAMES = 200;
const KIND_FRAMES = 50;
const FOREIGN_FRAMES = 10;
const KIND_OCTETS = 60;

/** Frame control: data, one PAN; versions 1 and 2 (IEEE 802.15.4-2020 7.2.2), short or extended addresses. */
const PLAIN = 0x9841;
const CONTROLS: Readonly<Record<Kind, number>> = {
  'version 1, short addresses': 0x9861,
  'version 1, EUI-64': 0xdc61,
  'version 2, short addresses': 0xa861,
  // As firmware sends: with PAN ID compression 0 the destination's is the only one (table 7-2).
  'version 2, EUI-64': 0xec21,
};

/** Addresses of the two motes on air; nobody's. */
const PAN = 0x4b54;
const SHORT = [0x5401, 0x5402] as const;
const EUI_HIGH = 0x024b454d;
const EUI_LOW = [0x50005401, 0x50005402] as const;
const NOBODY = 0x54ff;
const BROADCAST = 0xffff;

const number = (fields: Fields, name: string): number => parseInt(fields[name] ?? '0', 16);

async function measureSpi(remote: Remote): Promise<Spi> {
  const row = await remote.row('spi', ROUNDS);
  return {
    registers: ROUNDS * REGISTERS,
    wrongRegisters: number(row, 'registers'),
    buffer: ROUNDS * BUFFER_OCTETS,
    wrongBuffer: number(row, 'buffer'),
    kept: number(row, 'kept'),
    pinActive: number(row, 'pin') === 1,
    part: number(row, 'chip') >> 8,
  };
}

async function measureAes(remote: Remote): Promise<Aes> {
  const row = await remote.row('aes', AES_TURNS);
  return {
    blocks: number(row, 'blocks'),
    chain: row.chain ?? '',
    firmware: remote.firmwareAes,
    blockMillis: (number(row, 'micros') - number(row, 'idle')) / number(row, 'blocks') / 1000,
  };
}

async function measureWords(remote: Remote): Promise<Words> {
  const rows = await remote.rows('entropy', WORDS);
  return { hardware: rows.map((row) => number(row, 'hardware')), noise: rows.map((row) => number(row, 'noise')) };
}

async function sendFrames(
  remote: Remote,
  count: number,
  octets: number,
  control: number,
  to: { readonly high?: number; readonly low: number },
  run: number,
): Promise<Sent> {
  const row = await remote.row('frames', count, octets, control, to.high ?? 0, to.low, run);
  return {
    count,
    ok: number(row, 'ok'),
    interrupts: number(row, 'interrupts'),
    unheard: number(row, 'unheard'),
    unwired: number(row, 'unwired'),
    missing: number(row, 'missing'),
    fastestMillis: number(row, 'fastest') / 1000,
    slowestMillis: number(row, 'slowest') / 1000,
  };
}

/** @param done is called after each of ALONE_STEPS. */
export async function measureAlone(remote: Remote, place: 0 | 1, channel: number, done: () => void): Promise<Alone> {
  const step = async <T>(run: Promise<T>): Promise<T> => {
    const result = await run;
    done();
    return result;
  };
  await step(remote.start(false));
  const spi = await step(measureSpi(remote));
  const aes = await step(measureAes(remote));
  const first = await step(measureWords(remote));
  await step(remote.start(true));
  const second = await step(measureWords(remote));
  await remote.row('tune', channel, PAN, SHORT[place], EUI_HIGH, EUI_LOW[place]);
  const broadcasts = await step(sendFrames(remote, BROADCASTS, KIND_OCTETS, PLAIN, { low: BROADCAST }, 0));
  return { spi, aes, words: [first, second], broadcasts, faults: remote.faults };
}

export const ALONE_STEPS = 7;
export const WAY_STEPS = 7;

/** @param to place of the receiver. */
export async function measureWay(
  sender: Remote,
  receiver: Remote,
  to: 0 | 1,
  maxPsdu: number,
  done: () => void,
): Promise<Way> {
  let run = 1 + 16 * to;
  const frames = async (
    count: number,
    octets: number,
    control: number,
    address: { readonly high?: number; readonly low: number },
  ): Promise<Received> => {
    run++;
    await receiver.row('listen', run);
    const sent = await sendFrames(sender, count, octets, control, address, run);
    const row = await receiver.row('heard');
    const heard = number(row, 'heard');
    done();
    return { sent, heard, strange: number(row, 'strange'), quality: heard === 0 ? 0 : number(row, 'quality') / heard };
  };
  const plain = await frames(PLAIN_FRAMES, maxPsdu, PLAIN, { low: SHORT[to] });
  const kinds: Partial<Record<Kind, Received>> = {};
  for (const kind of KINDS) {
    const address = kind.endsWith('EUI-64') ? { high: EUI_HIGH, low: EUI_LOW[to] } : { low: SHORT[to] };
    kinds[kind] = await frames(KIND_FRAMES, KIND_OCTETS, CONTROLS[kind], address);
  }
  const foreign: Received[] = [];
  for (const kind of ['version 1, short addresses', 'version 2, short addresses'] as const)
    foreign.push(await frames(FOREIGN_FRAMES, KIND_OCTETS, CONTROLS[kind], { low: NOBODY }));
  return { plain, kinds: kinds as Record<Kind, Received>, foreign };
}
