// SPDX-License-Identifier: Apache-2.0
// Microchip MRF24J40 at its SPI port (DS39776C): short and long addresses, FIFOs, interrupt flags, reset, sleep. Channel
// access, acknowledgements, retries and the filter are the medium's. The sections named are the data sheet's.

import { SENT_NO_CHANNEL, SENT_OK } from '../medium/chip.ts';
import { wantsAck, withFcs } from '../medium/frame.ts';
import { hex, TwinError } from './device.ts';
import type { AccessKind, RadioTwin, Surroundings } from './device.ts';
import { RegisterFile, registerMap } from './registers.ts';

const NAME = 'MRF24J40';
const RXMCR = 0x00;
const PANIDL = 0x01;
const EADR7 = 0x0c;
const RXFLUSH = 0x0d;
const TXMCR = 0x11;
const TXNCON = 0x1b;
const WAKECON = 0x22;
const TXSTAT = 0x24;
const SOFTRST = 0x2a;
const INTSTAT = 0x31;
const INTCON = 0x32;
const SLPACK = 0x35;
const RFCTL = 0x36;
const BBREG1 = 0x39;

/** Short addresses (3.1), with what they hold after reset. Bits without a model must not be set. */
const SHORT = registerMap([
  // NOACKRSP, PANCOORD, COORD, ERRPKT and PROMI: a plain device sets none.
  [RXMCR, 'RXMCR', 0x00, 'rw', 0x00],
  ...['PANIDL', 'PANIDH', 'SADRL', 'SADRH'].map((name, i) => [PANIDL + i, name, 0x00] as const),
  ...Array.from({ length: 8 }, (_, i) => [0x05 + i, `EADR${i}`, 0x00] as const),
  [RXFLUSH, 'RXFLUSH', 0x60, 'rw', 0x61],
  // NOCSMA, BATLIFEXT, SLOTTED: not set. macMinBE 3, four more back-offs: as the medium does it.
  [TXMCR, 'TXMCR', 0x1c, 'rw', 0x1f],
  [0x18, 'PACON2', 0x88],
  // TXNTRIG and TXNACKREQ; security and indirect sending have no model.
  [TXNCON, 'TXNCON', 0x00, 'rw', 0x05],
  [WAKECON, 'WAKECON', 0x00, 'rw', 0xc0],
  [TXSTAT, 'TXSTAT', 0x00, 'r'],
  [SOFTRST, 'SOFTRST', 0x00, 'rw', 0x07],
  [0x2e, 'TXSTBL', 0x75],
  [INTSTAT, 'INTSTAT', 0x00, 'r'],
  [INTCON, 'INTCON', 0xff],
  [SLPACK, 'SLPACK', 0x00, 'rw', 0x80],
  [RFCTL, 'RFCTL', 0x00, 'rw', 0x04],
  [BBREG1, 'BBREG1', 0x00, 'rw', 0x04],
  [0x3a, 'BBREG2', 0x48, 'rw', 0xc0],
  [0x3e, 'BBREG6', 0x01, 'rw', 0x40],
  [0x3f, 'CCAEDTH', 0x00],
]);

/** Channel 11 is what RFCON0 says after reset. */
const FIRST_CHANNEL = 11;
const RFCON0 = 0x200;
const RFSTATE = 0x20f;
const SLPCAL0 = 0x209;
const SLPCAL2 = 0x20b;
const LONG = registerMap([
  [RFCON0, 'RFCON0', 0x00],
  [0x201, 'RFCON1', 0x00],
  [0x202, 'RFCON2', 0x00, 'rw', 0x80],
  [0x203, 'RFCON3', 0x00, 'rw', 0xf8],
  [0x206, 'RFCON6', 0x00, 'rw', 0xb0],
  [0x207, 'RFCON7', 0x00, 'rw', 0xc0],
  [0x208, 'RFCON8', 0x00, 'rw', 0x10],
  [SLPCAL0, 'SLPCAL0', 0x00, 'r'],
  // SLPCALEN; SLPCALRDY and the count are the chip's.
  [SLPCAL2, 'SLPCAL2', 0x00, 'rw', 0x10],
  [RFSTATE, 'RFSTATE', 0x00, 'r'],
  [0x211, 'SLPCON0', 0x00, 'rw', 0x03],
  [0x220, 'SLPCON1', 0x00, 'rw', 0x3f],
]);

/** What table 3-2 ("Initializing the MRF24J40") asks for; a program that sends without it is not finished. */
const INITIALISED: readonly (readonly [number, number])[] = [
  [0x18, 0x98],
  [0x2e, 0x95],
  [0x3a, 0x80],
  [0x3f, 0x60],
  [0x3e, 0x40],
  [0x201, 0x01],
  [0x202, 0x80],
  [0x206, 0x90],
  [0x207, 0x80],
  [0x208, 0x10],
  [0x220, 0x21],
];

const TX_FIFO_END = 0x80;
const RX_FIFO = 0x300;
const RX_FIFO_END = 0x390;
/** TXNIF, RXIF of INTSTAT and INTCON. */
const TX_FLAG = 0x01;
const RX_FLAG = 0x08;
/** RF states (RFSTATE, 7:5). */
const STATE_RX = 0xa0;
const STATE_CALIBRATING = 0x60;
const STATE_SLEEP = 0x40;
const STATE_RESET = 0x00;

/** From power on, from the end of a reset pulse, from waking: the main oscillator starts (3.2, 3.15). */
const START_MICROS = 2000;
/** Sleep clock calibration (3.15.1.2). */
const CALIBRATE = 0x10;
const CALIBRATED = 0x80;
const CALIBRATION_MICROS = 160;
const CALIBRATION_COUNT = 3200;
/** After a reset of the RF state machine (3.2). */
const RF_RESET_MICROS = 192;

export class Mrf24j40 implements RadioTwin {
  readonly name = NAME;
  readonly #around: Surroundings;
  readonly #short = new RegisterFile(NAME, SHORT);
  readonly #long = new RegisterFile(NAME, LONG);
  readonly #txFifo = new Uint8Array(TX_FIFO_END);
  /** Octets of this access so far. */
  #octets: number[] = [];
  #selected = false;
  #inReset = false;
  #asleep = false;
  #readyAt: number;
  #rfReadyAt = 0;
  /** The channel at the last RF reset, which brings RFCON0 into effect (3.4). */
  #tuned = FIRST_CHANNEL;
  #sending = false;
  /** When the sleep clock's calibration is over. */
  #calibratedAt: number | undefined;
  /** RF resets until the synthesiser locks again. */
  #stuck = 0;
  /** Takes the place of the length in the receive FIFO. */
  #overrun = false;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#readyAt = around.micros() + START_MICROS;
  }

  get interruptPin(): boolean {
    return (this.#short.get(INTSTAT) & ~this.#short.get(INTCON) & 0xff) === 0;
  }

  select(): void {
    this.#selected = true;
    this.#octets = [];
  }

  release(): void {
    const [first, second] = this.#octets;
    this.#selected = false;
    if (first === undefined) return;
    const long = (first & 0x80) !== 0;
    if (this.#octets.length < (long ? 3 : 2))
      this.#refuse(
        `${this.#octets.length} octets in an access to ${hex(first)}${second === undefined ? '' : hex(second)}`,
      );
  }

  /** Behind the frame its FIFO gives zeros. */
  disturb(): void {}

  place(octets: readonly number[]): { kind: AccessKind; at: number } | undefined {
    const [first, second] = octets as [number, number | undefined];
    const long = (first & 0x80) !== 0;
    const at = octets.length - (long ? 3 : 2);
    if (at < 0) return undefined;
    const word = (first << 8) | second!;
    const write = long ? (word & 0x10) !== 0 : (first & 1) === 1;
    const address = (word >> 5) & 0x3ff;
    if (long && address >= RX_FIFO) return { kind: 'frame in', at };
    if (long && address < TX_FIFO_END) return { kind: 'frame out', at };
    return { kind: write ? 'write' : 'read', at };
  }

  exchange(octet: number): number {
    if (!this.#selected) this.#refuse('a clock without chip select');
    if (this.#inReset || this.#around.micros() < this.#readyAt) this.#refuse('an access before the oscillator is up');
    const octets = this.#octets;
    const at = octets.push(octet) - 1;
    if (at === 0) return 0;
    const first = octets[0]!;
    if ((first & 0x80) === 0) {
      if (at > 1) this.#refuse(`a third octet in a short access to ${hex(first >> 1)}`);
      return this.#shortAccess(first >> 1, (first & 1) === 1, octet);
    }
    if (at === 1) return 0;
    const word = (first << 8) | octets[1]!;
    return this.#longAccess(((word >> 5) & 0x3ff) + at - 2, (word & 0x10) !== 0, octet);
  }

  #refuse(what: string): never {
    throw new TwinError(`${NAME}: expected an access as the data sheet has it, got ${what}`);
  }

  #shortAccess(address: number, write: boolean, value: number): number {
    if (this.#asleep && !(write && (address === WAKECON || address === SOFTRST)))
      this.#refuse(`an access to ${hex(address)} while asleep`);
    if (write) {
      this.#short.write(address, value);
      this.#written(address, value);
      return 0;
    }
    const held = this.#short.read(address);
    if (address === INTSTAT && held !== 0) {
      this.#short.set(INTSTAT, 0);
      this.#around.interruptChanged();
    }
    return held;
  }

  #written(address: number, value: number): void {
    if (address >= PANIDL && address <= EADR7) this.#filter();
    else if (address === SOFTRST) this.#softReset(value);
    else if (address === INTCON) this.#around.interruptChanged();
    else if (address === RFCTL) this.#rfReset(value);
    else if (address === RXFLUSH && (value & 1) === 1) this.#flush();
    else if (address === BBREG1) this.#around.later(() => this.#hear());
    else if (address === TXNCON && (value & 1) === 1) this.#transmit(value);
    else if (address === SLPACK && value === 0x80) this.#sleep();
    else if (address === WAKECON) this.#wake(value);
  }

  #longAccess(address: number, write: boolean, value: number): number {
    if (this.#asleep) this.#refuse(`an access to ${hex(address, 3)} while asleep`);
    if (address < TX_FIFO_END) {
      if (write) this.#txFifo[address] = value;
      return write ? 0 : this.#txFifo[address]!;
    }
    if (address >= RX_FIFO && address < RX_FIFO_END) {
      if (write) this.#refuse('a write to the receive FIFO');
      return this.#rxFifo(address - RX_FIFO);
    }
    if (write) {
      this.#long.write(address, value);
      if (address === SLPCAL2 && value === CALIBRATE) this.#calibratedAt = this.#around.micros() + CALIBRATION_MICROS;
      return 0;
    }
    if (address === SLPCAL2 || address === SLPCAL0) this.#calibrate();
    if (address === RFSTATE) this.#long.set(RFSTATE, this.#rfState());
    return this.#long.read(address);
  }

  /** When it is over: the length of 16 periods of the sleep clock, 100 kHz and some jitter, in 50 ns. */
  #calibrate(): void {
    if (this.#calibratedAt === undefined || this.#around.micros() < this.#calibratedAt) return;
    this.#calibratedAt = undefined;
    this.#long.set(SLPCAL0, (CALIBRATION_COUNT & 0xfe) | this.#around.noise(1));
    this.#long.set(SLPCAL2, CALIBRATED);
  }

  #rfState(): number {
    if (this.#asleep) return STATE_SLEEP;
    if (this.#stuck > 0) return STATE_CALIBRATING;
    return (this.#short.get(RFCTL) & 4) !== 0 ? STATE_RESET : STATE_RX;
  }

  /** Length, frame, LQI, RSSI (3.11); reading the last of them frees the FIFO. */
  #rxFifo(at: number): number {
    const { medium } = this.#around;
    const frame = medium.held;
    if (frame === undefined) return 0;
    const { octets, lqi } = frame;
    if (at === 0) return this.#overrun ? 0xff : octets.length;
    if (at <= octets.length) return octets[at - 1]!;
    if (at === octets.length + 1) return lqi;
    if (at > octets.length + 2) this.#refuse(`a read of octet ${at} of a frame of ${octets.length}`);
    this.#flush();
    return lqi;
  }

  #flush(): void {
    this.#overrun = false;
    if (this.#around.medium.held !== undefined) this.#around.medium.drain();
  }

  #filter(): void {
    const word = (at: number): number =>
      this.#short.get(at) |
      (this.#short.get(at + 1) << 8) |
      (this.#short.get(at + 2) << 16) |
      (this.#short.get(at + 3) << 24) |
      0;
    const pair = word(PANIDL);
    const filter = { pan: pair & 0xffff, short: pair >>> 16, euiLow: word(0x05), euiHigh: word(0x09) };
    this.#around.later(() => this.#around.medium.setFilter(filter));
  }

  #channel(): number {
    return (this.#long.get(RFCON0) >> 4) + FIRST_CHANNEL;
  }

  #hear(): void {
    const deaf = this.#asleep || this.#stuck > 0 || (this.#short.get(BBREG1) & 4) !== 0;
    this.#around.medium.tune(this.#tuned);
    this.#around.medium.hear(deaf ? 'nothing' : 'all');
  }

  #softReset(value: number): void {
    if (value === 0x07) this.#forget();
    this.#short.set(SOFTRST, 0);
  }

  /** Registers as after power on; what was on its way is lost. */
  #forget(): void {
    this.#short.reset();
    this.#long.reset();
    this.#tuned = FIRST_CHANNEL;
    this.#sending = false;
    this.#asleep = false;
    this.#overrun = false;
    this.#around.later(() => {
      this.#around.medium.reset();
      this.#hear();
    });
    this.#around.interruptChanged();
  }

  #rfReset(value: number): void {
    if (value === 0 && this.#stuck > 0) this.#stuck--;
    this.#tuned = this.#channel();
    this.#around.later(() => this.#hear());
    this.#rfReadyAt = this.#around.micros() + RF_RESET_MICROS;
  }

  #transmit(control: number): void {
    const length = this.#txFifo[1]!;
    if (this.#sending) this.#refuse('a second frame before the first was over');
    if (this.#around.micros() < this.#rfReadyAt) this.#refuse('a frame within 192 us of an RF reset');
    if (length < 1 || length > 125) this.#refuse(`a frame of ${length} octets without FCS`);
    for (const [address, value] of INITIALISED) {
      const held = address < 0x40 ? this.#short.get(address) : this.#long.get(address);
      if (held !== value) this.#refuse(`a frame with ${hex(held)} instead of ${hex(value)} in ${hex(address, 3)}`);
    }
    if (this.#channel() !== this.#tuned)
      this.#refuse(`a frame for channel ${this.#channel()} without the RF reset that tunes to it`);
    const octets = withFcs(this.#txFifo.subarray(2, 2 + length));
    if (wantsAck(octets) !== ((control & 4) !== 0)) this.#refuse('TXNACKREQ other than the AR bit of the frame');
    this.#short.set(TXNCON, control & ~1);
    this.#sending = true;
    if (this.#stuck === 0) this.#around.later(() => this.#sending && this.#around.medium.send(octets));
  }

  #sleep(): void {
    this.#asleep = true;
    this.#around.later(() => this.#hear());
  }

  /** REGWAKE set and then cleared, where IMMWAKE allows it (3.15.2). */
  #wake(value: number): void {
    if (!this.#asleep || value !== 0x80) return;
    this.#asleep = false;
    this.#readyAt = this.#around.micros() + START_MICROS;
    this.#around.later(() => this.#hear());
  }

  resetPin(high: boolean): void {
    if (!high && !this.#inReset) this.#forget();
    if (high && this.#inReset) this.#readyAt = this.#around.micros() + START_MICROS;
    this.#inReset = !high;
  }

  sleepPin(): void {
    this.#refuse('a sleep pin: WAKE is tied to ground');
  }

  #flag(flag: number): void {
    this.#short.set(INTSTAT, this.#short.get(INTSTAT) | flag);
    this.#around.interruptChanged();
  }

  received(): void {
    this.#flag(RX_FLAG);
  }

  sent(status: number): void {
    if (!this.#sending) return;
    this.#sending = false;
    this.#short.set(TXSTAT, status === SENT_OK ? 0x00 : status === SENT_NO_CHANNEL ? 0x21 : 0xc1);
    this.#flag(TX_FLAG);
  }

  brownOut(): void {
    this.#forget();
    this.#readyAt = this.#around.micros() + START_MICROS;
  }

  stickPll(times: number): void {
    this.#stuck = times;
    this.#around.later(() => this.#hear());
  }

  overrun(): void {
    this.#overrun = true;
  }
}
