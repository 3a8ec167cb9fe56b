// SPDX-License-Identifier: Apache-2.0
// What measurements mean: each check with what was measured, what is expected, and the next step where it is not.

import { createCipheriv } from 'node:crypto';
import { pinName } from './definition.ts';
import type { Definition } from './definition.ts';
import { KINDS } from './measure.ts';
import type { Aes, Alone, Kind, Received, Sent, Spi, Way, Words } from './measure.ts';

export interface Check {
  /** The port, or both: from which to which. */
  readonly where: string;
  readonly what: string;
  readonly measured: string;
  readonly expected: string;
  /** Undefined: it was not looked at, since another check that it needs failed. */
  readonly passed: boolean | undefined;
  /** What to do where it failed. */
  readonly next?: string;
}

export interface Board {
  readonly port: string;
  readonly name: string;
  readonly definition: Definition;
}

/** Share of plain frames that may be lost at some metres, and of frames with retries that must be acknowledged. */
const MOST_LOST = 0.05;
const LEAST_ANSWERED = 0.95;
/** A chip that does not do something does it never; a bad link leaves half of what retries bring across. */
const DOES = 0.5;
const DOES_NOT = 0.1;
/** An ended transmission is told within: the longest CSMA-CA without contention, a frame, a callback. */
const MOST_FASTEST_MS = 10;
const AT86RF233_PART = 0x0b;
const SHORTER_WIRES = 'shorten the wires, solder 100 nF beside the radio, and try half of spiMegahertz';

/** Entry `what` for one check; `next` is for a check that fails. */
function check(where: string, what: string, measured: string, expected: string, passed: boolean, next: string): Check {
  return { where, what, measured, expected, passed, ...(passed ? {} : { next }) };
}

function skipped(where: string, what: string, needs: string): Check {
  return { where, what, measured: 'not run', expected: needs, passed: undefined };
}

export function judgeSpi(board: Board, spi: Spi): Check[] {
  const { port, definition } = board;
  const { radio } = definition.hardware;
  const name = (pin: Parameters<typeof pinName>[1]): string => pinName(definition, pin);
  const wires = `clock ${name('clock')}, MOSI ${name('mosi')}, MISO ${name('miso')}, select ${name('select')}`;
  const allWrong = spi.wrongRegisters > spi.registers / 2;
  const mend = allWrong
    ? `nothing comes back right: is a ${radio} at ${wires}, with power, and is ${board.name} the board?`
    : SHORTER_WIRES;
  const checks = [
    check(
      port,
      'SPI, registers',
      `${spi.wrongRegisters} of ${spi.registers} octets wrong`,
      'none',
      spi.wrongRegisters === 0,
      mend,
    ),
    check(
      port,
      'SPI, long bursts',
      `${spi.wrongBuffer} of ${spi.buffer} octets wrong`,
      'none',
      spi.wrongBuffer === 0,
      spi.wrongRegisters === 0
        ? `chip select goes up within a burst, or noise: is ${name('select')} wired, and nothing else on it? ${SHORTER_WIRES}`
        : mend,
    ),
  ];
  if (radio === 'at86rf233')
    checks.push(
      check(
        port,
        'part number',
        `0x${spi.part.toString(16).padStart(2, '0')}`,
        '0x0b (AT86RF233)',
        spi.part === AT86RF233_PART,
        'another radio, or SPI: name the board that it is',
      ),
    );
  checks.push(
    check(
      port,
      'reset pin',
      spi.kept === 0 ? 'resets the radio' : `leaves ${spi.kept} of 12 registers`,
      'resets the radio',
      spi.kept === 0,
      `a pulse changed nothing: is pin ${name('reset')} wired to RESET?`,
    ),
    check(
      port,
      'interrupt pin at rest',
      spi.pinActive ? 'active' : 'inactive',
      'inactive',
      !spi.pinActive,
      `the radio wants nothing and the pin says so all the same: is pin ${name('interrupt')} wired to INT, and to nothing else?`,
    ),
  );
  return checks;
}

/** The radio can be talked to. */
export function hasSpi(spi: Spi): boolean {
  return spi.wrongRegisters === 0 && spi.wrongBuffer === 0;
}

const octets = (factor: number): Buffer => Buffer.from(Array.from({ length: 16 }, (_, i) => factor * i));

/** A chain of that many blocks under 000102...0f, from 001122...ff on (FIPS 197 C.1), by Node's own AES: the last one, in hex. */
export function chainOf(blocks: number): string {
  const cipher = createCipheriv('aes-128-ecb', octets(1), null);
  let block = octets(17);
  for (let i = 0; i < blocks; i++) block = cipher.update(block);
  return block.toString('hex');
}

export function judgeAes(board: Board, aes: Aes): Check[] {
  const { port, definition } = board;
  const { aesMillis } = definition.hardware;
  const right = chainOf(aes.blocks);
  const checks = [
    check(
      port,
      'AES',
      aes.chain,
      right,
      aes.blocks > 0 && aes.chain === right,
      'arithmetic is not what the image was compiled for: `kemp doctor` tells the Lua of this build',
    ),
    check(
      port,
      'time of an AES block',
      `${aes.blockMillis.toFixed(2)} ms`,
      `at most ${aesMillis} ms`,
      aes.blockMillis <= aesMillis,
      'turns take longer than they may: put the time below into the board data (aesMillis)',
    ),
  ];
  if (definition.aes === 'native')
    checks.push(
      check(
        port,
        'AES of the firmware',
        aes.firmware,
        chainOf(1),
        hasNative(aes),
        'build NodeMCU with the module crypto and its AES, or put "aes": "compact" into the board data',
      ),
    );
  return checks;
}

export function hasNative({ firmware }: Aes): boolean {
  return firmware === chainOf(1);
}

/** Ones at each of the 32 places. */
function onesOf(words: readonly number[]): number[] {
  return Array.from({ length: 32 }, (_, bit) => words.reduce((sum, word) => sum + ((word >>> bit) & 1), 0));
}

/** Words that were there before. */
function repeated(words: readonly number[]): number {
  return words.length - new Set(words).size;
}

/** Words at the same place after both starts that are the same. */
function alike(one: readonly number[], other: readonly number[]): number {
  return one.filter((word, i) => word === other[i]).length;
}

/** Chance alone repeats a word of 32 bits once in a million boards. */
const MOST_REPEATED = 1;

function judgeTwoStarts(
  port: string,
  what: string,
  one: readonly number[],
  other: readonly number[],
  next: string,
): Check {
  const same = alike(one, other);
  const measured = `${same} of ${one.length} words alike`;
  return check(port, `${what}, two starts`, measured, 'none alike', same <= MOST_REPEATED, next);
}

export function judgeWords({ port }: Board, [first, second]: readonly [Words, Words]): Check[] {
  const count = first.hardware.length;
  const ones = [...onesOf(first.hardware), ...onesOf(second.hardware)];
  const [least, most] = [Math.min(...ones), Math.max(...ones)];
  // Six standard deviations of a fair coin: wrong once in ten million boards.
  const margin = 3 * Math.sqrt(count);
  const even = count > 0 && least >= count / 2 - margin && most <= count / 2 + margin;
  const again = repeated(first.hardware) + repeated(second.hardware);
  const noiseAgain = repeated(first.noise) + repeated(second.noise);
  const noise = [...first.noise, ...second.noise];
  const share = onesOf(noise).reduce((sum, one) => sum + one, 0) / (32 * noise.length);
  return [
    check(
      port,
      'random words',
      `${again} repeated, ${least} to ${most} ones a bit of ${count}`,
      `none repeated, about ${count / 2} ones`,
      even && again <= MOST_REPEATED,
      'the processor has no source of chance: is its radio part on in this build (Wi-Fi)?',
    ),
    judgeTwoStarts(
      port,
      'random words',
      first.hardware,
      second.hardware,
      "the processor's numbers repeat after a reset: keys then hang on noise and the stored seed alone; build NodeMCU so that " +
        'it starts its radio part (Wi-Fi) first',
    ),
    check(
      port,
      'radio noise',
      `${noiseAgain} of ${noise.length} words repeated, ${percent(share)} ones`,
      'none repeated, 25 to 75 % ones',
      noiseAgain <= MOST_REPEATED && share >= 0.25 && share <= 0.75,
      'the radio gives no noise: without a stored seed this board makes no keys; is an antenna connected, and SPI right?',
    ),
    judgeTwoStarts(
      port,
      'radio noise',
      first.noise,
      second.noise,
      'what the radio measures is no noise: provision a seed (kemp flash --node does), and do not trust this radio for chance',
    ),
  ];
}

/** Each transmission ended by an interrupt. */
export function hasInterrupt({ interrupts, count }: Sent): boolean {
  return interrupts === count;
}

export function judgeInterrupt(board: Board, sent: Sent): Check[] {
  const { port, definition } = board;
  const pin = pinName(definition, 'interrupt');
  const next =
    sent.unwired > 0
      ? `the radio has its flag and the pin does not move: is pin ${pin} wired to INT?`
      : sent.unheard > 0
        ? `the pin moves and NodeMCU does not call: can pin ${pin} interrupt, and is it free for us?`
        : 'transmissions do not end: look at the supply of the radio, and at its crystal';
  const checks = [
    check(port, 'interrupts', `${sent.interrupts} of ${sent.count}`, `${sent.count}`, hasInterrupt(sent), next),
  ];
  if (sent.interrupts > 0)
    checks.push(
      check(
        port,
        'time to the interrupt',
        `${sent.fastestMillis.toFixed(1)} to ${sent.slowestMillis.toFixed(1)} ms`,
        `fastest within ${MOST_FASTEST_MS} ms`,
        sent.fastestMillis <= MOST_FASTEST_MS,
        'something else keeps the processor busy: leave other programs out, and Wi-Fi off',
      ),
    );
  return checks;
}

/** Checks of one board by itself. */
export function judgeAlone(board: Board, { spi, aes, words, broadcasts, faults }: Alone): Check[] {
  const { port } = board;
  const checks = [...judgeSpi(board, spi), ...judgeAes(board, aes)];
  if (!hasSpi(spi)) {
    checks.push(...['random words', 'radio noise', 'interrupts'].map((what) => skipped(port, what, 'SPI')));
    return checks;
  }
  checks.push(...judgeWords(board, words), ...judgeInterrupt(board, broadcasts));
  if (hasInterrupt(broadcasts))
    checks.push(
      check(
        port,
        'faults of the radio',
        `${faults}`,
        'none',
        faults === 0,
        `the driver had to set its radio right: ${SHORTER_WIRES}`,
      ),
    );
  return checks;
}

const shareOf = (part: number, { sent }: Received): number => (sent.count === 0 ? 0 : part / sent.count);
const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

/** @returns the share of plain frames that did not arrive. */
export function packetErrorRate({ plain }: Way): number {
  return 1 - shareOf(plain.heard, plain);
}

export type Answer = 'yes' | 'no' | 'unknown';

function told(share: number): Answer {
  return share >= DOES ? 'yes' : share <= DOES_NOT ? 'no' : 'unknown';
}

/** Frames of version 2, with either kind of addresses: the worse of both counts. */
export function version2Of({ kinds }: Way): {
  readonly received: Answer;
  readonly acknowledged: Answer;
  readonly known: boolean;
} {
  const of = (version: number): Received[] =>
    KINDS.filter((kind) => kind.startsWith(`version ${version}`)).map((kind) => kinds[kind]);
  const least = (all: Received[], part: (one: Received) => number): number =>
    Math.min(...all.map((one) => shareOf(part(one), one)));
  return {
    received: told(least(of(2), ({ heard }) => heard)),
    acknowledged: told(least(of(2), ({ sent }) => sent.ok)),
    // Where version 1 does not come through nothing is said of version 2.
    known: least(of(1), ({ sent }) => sent.ok) >= DOES,
  };
}

function judgeKind(where: string, kind: Kind, received: Received): Check[] {
  const isNew = kind.startsWith('version 2');
  const heard = shareOf(received.heard, received);
  const answered = shareOf(received.sent.ok, received);
  const next = isNew
    ? 'this radio cannot do what the firmware needs; put "version2": "no" into the board data, and use a radio that can'
    : 'acknowledgements do not arrive: is the distance too large? Are both radios set up alike?';
  const level = isNew ? DOES : LEAST_ANSWERED;
  return [
    check(where, `${kind}: received`, percent(heard), `${percent(level)} or more`, heard >= level, next),
    check(where, `${kind}: acknowledged`, percent(answered), `${percent(level)} or more`, answered >= level, next),
  ];
}

/** Checks of the way to a board: it is the receiver that is looked at. */
export function judgeWay(from: string, to: Board, way: Way): Check[] {
  const where = `${from} to ${to.port}`;
  const lost = packetErrorRate(way);
  const { plain, foreign } = way;
  const strange = foreign.reduce((sum, one) => sum + one.strange, 0);
  const answered = foreign.reduce((sum, one) => sum + one.sent.ok, 0);
  const count = foreign.reduce((sum, one) => sum + one.sent.count, 0);
  return [
    check(
      where,
      'packet error rate',
      `${percent(lost)} of ${plain.sent.count}, LQI ${plain.quality.toFixed(0)}`,
      `${percent(MOST_LOST)} or less`,
      lost <= MOST_LOST,
      'put the boards one to three metres apart, antennas alike and clear of metal; try --channel with another number',
    ),
    ...KINDS.flatMap((kind) => judgeKind(where, kind, way.kinds[kind])),
    check(
      where,
      'frames for another address',
      `${strange} let through, ${answered} acknowledged of ${count}`,
      'none',
      strange === 0 && answered === 0,
      'the filter of the radio is open: the firmware would be busy with what others say; is it the radio that the board names?',
    ),
  ];
}

export function skippedWay(from: string, to: string): Check {
  return skipped(`${from} to ${to}`, 'frames between both', 'SPI and interrupts of both');
}
