// SPDX-License-Identifier: Apache-2.0
// Microchip (Atmel) AT86RF233 at its SPI port (8351): registers, frame buffer, states of the extended operating mode,
// interrupts, sleep. Channel access, acknowledgements, retries and the filter are the medium's.

import { SENT_NO_CHANNEL, SENT_OK } from '../medium/chip.ts';
import { withFcs } from '../medium/frame.ts';
import { hex, TwinError } from './device.ts';
import type { AccessKind, RadioTwin, Surroundings } from './device.ts';
import { RegisterFile, registerMap } from './registers.ts';

const NAME = 'AT86RF233';
const TRX_STATUS = 0x01;
const TRX_STATE = 0x02;
const TRX_CTRL_1 = 0x04;
const PHY_RSSI = 0x06;
const PHY_CC_CCA = 0x08;
const TRX_CTRL_2 = 0x0c;
const IRQ_MASK = 0x0e;
const IRQ_STATUS = 0x0f;
const SHORT_ADDR_0 = 0x20;
const IEEE_ADDR_7 = 0x2b;
const CSMA_SEED_1 = 0x2e;

/** Registers with what they hold after reset. Bits without a model must not be set. */
const REGISTERS = registerMap([
  [TRX_STATUS, 'TRX_STATUS', 0x00, 'r'],
  [TRX_STATE, 'TRX_STATE', 0x00, 'rw', 0x1f],
  // No clock output but its default.
  [0x03, 'TRX_CTRL_0', 0x09, 'rw', 0x09],
  // TX_AUTO_CRC_ON, IRQ_MASK_MODE; the pin is active high.
  [TRX_CTRL_1, 'TRX_CTRL_1', 0x22, 'rw', 0x22],
  [0x05, 'PHY_TX_PWR', 0x00, 'rw', 0x0f],
  [PHY_RSSI, 'PHY_RSSI', 0x00, 'r'],
  [0x07, 'PHY_ED_LEVEL', 0xff, 'r'],
  // Channel, and CCA mode 1 (energy), as the medium does it.
  [PHY_CC_CCA, 'PHY_CC_CCA', 0x2b, 'rw', 0x3f],
  [0x09, 'CCA_THRES', 0xc7],
  // RX_SAFE_MODE; 250 kb/s.
  [TRX_CTRL_2, 'TRX_CTRL_2', 0x20, 'rw', 0xa0],
  [IRQ_MASK, 'IRQ_MASK', 0x00],
  [IRQ_STATUS, 'IRQ_STATUS', 0x00, 'r'],
  [0x16, 'TRX_RPC', 0xc1],
  [0x17, 'XAH_CTRL_1', 0x00, 'rw', 0x00],
  [0x1c, 'PART_NUM', 0x0b, 'r'],
  [0x1d, 'VERSION_NUM', 0x02, 'r'],
  ...['SHORT_ADDR_0', 'SHORT_ADDR_1', 'PAN_ID_0', 'PAN_ID_1'].map((name, i) => [SHORT_ADDR_0 + i, name, 0xff] as const),
  ...Array.from({ length: 8 }, (_, i) => [0x24 + i, `IEEE_ADDR_${i}`, 0x00] as const),
  // Three retries, four more back-offs, BE 3 to 5: as the medium does it.
  [0x2c, 'XAH_CTRL_0', 0x38, 'rw', 0x38],
  [0x2d, 'CSMA_SEED_0', 0xea],
  // AACK_FVN_MODE and the seed; acknowledgements are on, the device is no coordinator.
  [CSMA_SEED_1, 'CSMA_SEED_1', 0x42, 'rw', 0xc7],
  [0x2f, 'CSMA_BE', 0x53],
]);
/** What these must hold for the medium to be a model of the chip. */
const AS_THE_MEDIUM = [
  [0x2c, 0x38],
  [0x2f, 0x53],
] as const;

const P_ON = 0x00;
const TX_START = 0x02;
const FORCE_TRX_OFF = 0x03;
const FORCE_PLL_ON = 0x04;
const RX_ON = 0x06;
const TRX_OFF = 0x08;
const PLL_ON = 0x09;
const SLEEP = 0x0f;
const BUSY_RX_AACK = 0x11;
const BUSY_TX_ARET = 0x12;
const RX_AACK_ON = 0x16;
const TX_ARET_ON = 0x19;
const IN_TRANSITION = 0x1f;

const IRQ_PLL_LOCK = 0x01;
const IRQ_TRX_END = 0x08;

const TRAC_NO_CHANNEL = 3;
const TRAC_NO_ACK = 5;
const TRAC_INVALID = 7;

/** Table 7-1, state transition timing, in microseconds. */
const POWER_ON_MICROS = 330;
const PLL_MICROS = 80;
const WAKE_MICROS = 210;
const RESET_PULSE_MICROS = 1;
const RESET_MICROS = 26;
const FORCE_MICROS = 1;
const SWITCH_MICROS = 1;

/** PHY_RSSI bits 6:5. */
const RND_VALUE = 5;

export class At86rf233 implements RadioTwin {
  readonly name = NAME;
  readonly #around: Surroundings;
  readonly #registers = new RegisterFile(NAME, REGISTERS);
  /** PHR and PSDU as the program wrote them. */
  readonly #frameBuffer = new Uint8Array(128);
  #octets: number[] = [];
  #selected = false;
  /** Where it is going, and when it will be there. */
  #state = P_ON;
  #arrivesAt: number;
  /** PLL_ON was asked for while a frame came in: it waits for the frame's end (7.2.3). */
  #pllOnAfter = false;
  #resetSince = -1;
  #sending = false;
  #readFrame = false;
  #disturbed = false;
  #trac = 0;
  #stuck = 0;
  #overrun = false;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#arrivesAt = around.micros() + POWER_ON_MICROS;
  }

  get interruptPin(): boolean {
    return (this.#registers.get(IRQ_STATUS) & this.#registers.get(IRQ_MASK)) !== 0;
  }

  #refuse(what: string): never {
    throw new TwinError(`${NAME}: expected an access as the data sheet has it, got ${what}`);
  }

  select(): void {
    this.#selected = true;
    this.#octets = [];
    this.#readFrame = false;
    this.#disturbed = false;
  }

  disturb(): void {
    this.#disturbed = true;
  }

  release(): void {
    const [command] = this.#octets;
    this.#selected = false;
    if (command === undefined) return;
    if (this.#octets.length < 2) this.#refuse(`one octet in an access ${hex(command)}`);
    // Dynamic frame buffer protection ends with the read access (8.1 of the chapter on RX_SAFE_MODE).
    if (this.#readFrame && this.#around.medium.held !== undefined) {
      this.#overrun = false;
      this.#around.medium.drain();
    }
    if (command === 0x60 && this.#octets.length - 2 < this.#frameBuffer[0]! - 2)
      this.#refuse(`${this.#octets.length - 2} octets of a frame of ${this.#frameBuffer[0]!}`);
  }

  place(octets: readonly number[]): { kind: AccessKind; at: number } | undefined {
    const [command] = octets as [number];
    const at = octets.length - 2;
    if (at < 0) return undefined;
    if ((command & 0x80) !== 0) return { kind: (command & 0x40) === 0 ? 'read' : 'write', at };
    return { kind: command === 0x20 ? 'frame in' : 'frame out', at };
  }

  exchange(octet: number): number {
    if (!this.#selected) this.#refuse('a clock without chip select');
    if (this.#resetSince >= 0) this.#refuse('an access during reset');
    if (this.#state === SLEEP) this.#refuse('an access while asleep');
    if (this.#state === P_ON && this.#around.micros() < this.#arrivesAt) this.#refuse('an access before power is good');
    const at = this.#octets.push(octet) - 1;
    const command = this.#octets[0]!;
    // SPI_CMD_MODE 0: the first octet out is 0.
    if (at === 0) return 0;
    if ((command & 0x80) !== 0) {
      if (at > 1) this.#refuse(`a third octet in an access to register ${hex(command & 0x3f)}`);
      return (command & 0x40) === 0 ? this.#read(command & 0x3f) : this.#write(command & 0x3f, octet);
    }
    if (command === 0x20) return this.#frameOut(at - 1);
    if (command === 0x60) return this.#frameIn(at - 1, octet);
    return this.#refuse(`the command ${hex(command)}`);
  }

  #read(address: number): number {
    if (address === TRX_STATUS) this.#registers.set(TRX_STATUS, this.#status());
    if (address === TRX_STATE) this.#registers.set(TRX_STATE, (this.#trac << 5) | this.#status());
    // RND_VALUE is noise in RX_ON alone.
    if (address === PHY_RSSI)
      this.#registers.set(PHY_RSSI, this.#status() === RX_ON ? this.#around.noise(2) << RND_VALUE : 0);
    const value = this.#registers.read(address);
    if (address === IRQ_STATUS && value !== 0) {
      this.#registers.set(IRQ_STATUS, 0);
      this.#around.interruptChanged();
    }
    return value;
  }

  #write(address: number, value: number): number {
    this.#registers.write(address, value);
    if (address === TRX_STATE) this.#command(value);
    else if (address >= SHORT_ADDR_0 && address <= IEEE_ADDR_7) this.#filter();
    else if (address === CSMA_SEED_1) this.#filter();
    else if (address === PHY_CC_CCA) this.#tune();
    else if (address === IRQ_MASK) this.#around.interruptChanged();
    return 0;
  }

  /** PHR, PSDU, LQI, ED, RX_STATUS. */
  #frameOut(at: number): number {
    const { medium } = this.#around;
    const frame = medium.held;
    this.#readFrame = true;
    if (frame === undefined) return at === 0 ? this.#frameBuffer[0]! : (this.#frameBuffer[at] ?? 0);
    const { octets, lqi } = frame;
    if (at === 0) return this.#overrun ? 0xff : octets.length;
    if (at <= octets.length) return octets[at - 1]!;
    if (at === octets.length + 1) return lqi;
    // ED: dBm above -94, from the same signal; RX_STATUS: the FCS was good.
    if (at === octets.length + 2) return Math.max(0, Math.min(84, Math.round((lqi * 80) / 255) - 6));
    if (at === octets.length + 3) return 0x80;
    if (this.#disturbed) return this.#frameBuffer[at] ?? 0;
    return this.#refuse(`a read of octet ${at} of a frame of ${octets.length}`);
  }

  #frameIn(at: number, value: number): number {
    if (this.#around.medium.held !== undefined) this.#refuse('a frame written over one that was received');
    if (this.#sending) this.#refuse('a frame written over one that is being sent');
    if (at >= this.#frameBuffer.length) this.#refuse(`octet ${at} of a frame`);
    this.#frameBuffer[at] = value;
    return 0;
  }

  #receiving(): boolean {
    return this.#state === RX_AACK_ON && this.#around.medium.receiving;
  }

  #status(): number {
    if (this.#around.micros() < this.#arrivesAt) return this.#state === P_ON ? P_ON : IN_TRANSITION;
    if (this.#pllOnAfter && !this.#receiving()) {
      this.#pllOnAfter = false;
      this.#state = PLL_ON;
    }
    if (this.#stuck > 0 && this.#state === PLL_ON) return IN_TRANSITION;
    return this.#receiving() ? BUSY_RX_AACK : this.#state;
  }

  #command(value: number): void {
    const state = this.#status();
    if (value === FORCE_TRX_OFF) this.#go(TRX_OFF, FORCE_MICROS);
    else if (value === FORCE_PLL_ON) this.#force(state);
    else if (state === IN_TRANSITION) this.#refuse(`the command ${hex(value)} in a state transition`);
    else if (value === TRX_OFF) this.#go(TRX_OFF, state === P_ON ? POWER_ON_MICROS : SWITCH_MICROS);
    else if (value === PLL_ON) this.#pllOn(state);
    else if (value === RX_ON) this.#rxOn(state);
    else if (value === RX_AACK_ON) this.#aackOn(state);
    else if (value === TX_ARET_ON) this.#aretOn(state);
    else if (value === TX_START) this.#transmit(state);
    else this.#refuse(`the command ${hex(value)}`);
  }

  #go(state: number, micros: number): void {
    this.#state = state;
    this.#arrivesAt = this.#around.micros() + micros;
    this.#pllOnAfter = false;
    this.#hear();
  }

  #force(state: number): void {
    if (state === P_ON || state === TRX_OFF) this.#refuse('FORCE_PLL_ON with the synthesiser off');
    this.#sending = false;
    this.#go(PLL_ON, FORCE_MICROS);
  }

  #pllOn(state: number): void {
    if (state === BUSY_RX_AACK) {
      this.#pllOnAfter = true;
      return;
    }
    if (state !== TRX_OFF && state !== RX_AACK_ON && state !== TX_ARET_ON && state !== PLL_ON)
      this.#refuse(`PLL_ON in state ${hex(state)}`);
    this.#go(PLL_ON, state === TRX_OFF ? PLL_MICROS : SWITCH_MICROS);
    if (state !== TRX_OFF) return;
    if (this.#stuck > 0) this.#stuck--;
    if (this.#stuck === 0) this.#flag(IRQ_PLL_LOCK);
  }

  #aackOn(state: number): void {
    if (state !== PLL_ON && state !== TX_ARET_ON && state !== RX_AACK_ON)
      this.#refuse(`RX_AACK_ON in state ${hex(state)}`);
    if ((this.#registers.get(TRX_CTRL_2) & 0x80) === 0) this.#refuse('RX_AACK_ON without RX_SAFE_MODE');
    this.#go(RX_AACK_ON, SWITCH_MICROS);
  }

  /** The basic operating mode, for noise: the medium's frames are for the extended one. */
  #rxOn(state: number): void {
    if (state !== PLL_ON) this.#refuse(`RX_ON in state ${hex(state)}`);
    this.#go(RX_ON, SWITCH_MICROS);
  }

  #aretOn(state: number): void {
    if (state !== PLL_ON && state !== TX_ARET_ON) this.#refuse(`TX_ARET_ON in state ${hex(state)}`);
    this.#go(TX_ARET_ON, SWITCH_MICROS);
  }

  #tune(): void {
    const channel = this.#registers.get(PHY_CC_CCA) & 0x1f;
    this.#around.later(() => this.#around.medium.tune(channel));
  }

  #transmit(state: number): void {
    if (state !== TX_ARET_ON) this.#refuse(`TX_START in state ${hex(state)}`);
    const length = this.#frameBuffer[0]!;
    if (length < 3 || length > 127) this.#refuse(`a frame of ${length} octets`);
    if ((this.#registers.get(TRX_CTRL_1) & 0x20) === 0) this.#refuse('TX_START without TX_AUTO_CRC_ON');
    for (const [address, value] of AS_THE_MEDIUM) {
      if (this.#registers.get(address) !== value)
        this.#refuse(`TX_START with another ${hex(address)} than ${hex(value)}`);
    }
    const octets = withFcs(this.#frameBuffer.subarray(1, length - 1));
    this.#sending = true;
    this.#trac = TRAC_INVALID;
    this.#go(BUSY_TX_ARET, 0);
    this.#around.medium.send(octets);
  }

  #hear(): void {
    const state = this.#state;
    const hears = this.#stuck === 0 && state === RX_AACK_ON;
    this.#around.medium.hear(hears ? 'all' : state === BUSY_TX_ARET ? 'acks' : 'nothing');
  }

  #filter(): void {
    const at = (address: number): number => this.#registers.get(address);
    const word = (low: number): number => at(low) | (at(low + 1) << 8) | (at(low + 2) << 16) | (at(low + 3) << 24);
    const both = word(SHORT_ADDR_0);
    const filter = {
      pan: both >>> 16,
      short: both & 0xffff,
      euiLow: word(0x24),
      euiHigh: word(0x28),
      highestVersion: at(CSMA_SEED_1) >> 6,
    };
    this.#around.later(() => this.#around.medium.setFilter(filter));
  }

  #flag(flag: number): void {
    // IRQ_MASK_MODE: flags that are masked show in the register all the same.
    this.#registers.set(IRQ_STATUS, this.#registers.get(IRQ_STATUS) | flag);
    this.#around.interruptChanged();
  }

  #forget(state: number, micros: number): void {
    this.#registers.reset();
    this.#sending = false;
    this.#overrun = false;
    this.#trac = 0;
    this.#around.later(() => this.#around.medium.reset());
    this.#tune();
    this.#go(state, micros);
    this.#around.interruptChanged();
  }

  resetPin(high: boolean): void {
    if (!high && this.#resetSince < 0) this.#resetSince = this.#around.micros();
    if (!high || this.#resetSince < 0) return;
    if (this.#around.micros() - this.#resetSince < RESET_PULSE_MICROS)
      this.#refuse('a reset pulse of less than 625 ns');
    this.#resetSince = -1;
    this.#forget(TRX_OFF, RESET_MICROS);
  }

  sleepPin(high: boolean): void {
    const state = this.#status();
    if (high && state === TRX_OFF) this.#go(SLEEP, 0);
    else if (!high && state === SLEEP) this.#go(TRX_OFF, WAKE_MICROS);
    else if (high) this.#refuse(`SLP_TR high in state ${hex(state)}`);
  }

  received(): void {
    this.#flag(IRQ_TRX_END);
  }

  sent(status: number): void {
    if (!this.#sending) return;
    this.#sending = false;
    this.#trac = status === SENT_OK ? 0 : status === SENT_NO_CHANNEL ? TRAC_NO_CHANNEL : TRAC_NO_ACK;
    this.#go(TX_ARET_ON, 0);
    this.#flag(IRQ_TRX_END);
  }

  brownOut(): void {
    this.#forget(P_ON, POWER_ON_MICROS);
  }

  stickPll(times: number): void {
    this.#stuck = times;
    this.#sending = false;
    this.#around.later(() => {
      this.#around.medium.reset();
      this.#hear();
    });
    if (this.#state !== TRX_OFF && this.#state !== P_ON && this.#state !== SLEEP) this.#state = PLL_ON;
  }

  overrun(): void {
    this.#overrun = true;
  }
}
