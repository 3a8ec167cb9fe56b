// SPDX-License-Identifier: Apache-2.0
// Transcripts of SPI as Atmel's 8351 has them, octet by octet, against the twin. No driver of ours is in this.

import { beforeEach, describe, expect, it } from 'vitest';
import { SENT_NO_ACK, SENT_NO_CHANNEL, SENT_OK } from '../../host/medium/chip.ts';
import { withFcs } from '../../host/medium/frame.ts';
import { At86rf233 } from '../../host/twin/at86rf233.ts';
import { makeDesk } from './desk.ts';
import type { Desk } from './desk.ts';

let desk: Desk<At86rf233>;
beforeEach(() => {
  desk = makeDesk((around) => new At86rf233(around));
  desk.wait(330);
});

const STATUS = '81 00';
const status = (): string => desk.spi(STATUS).slice(2);
const command = (value: string): string => desk.spi(`c2 ${value}`);

/** From P_ON to TRX_OFF, what the extended mode needs, PLL_ON, RX_AACK_ON. */
const listen = (): void => {
  command('08');
  desk.wait(330);
  ['c4 20', 'cc a0', 'ce 08', 'ee c0'].forEach((access) => desk.spi(access));
  desk.spi('c8 3a'); // channel 26, CCA by energy
  command('09');
  desk.wait(80);
  desk.spi('8f 00');
  command('16');
  desk.wait(1);
};

const frame = Buffer.from('619801cdab01000200aabb', 'hex');
const load = (mpdu: Buffer): string =>
  desk.spi(`60 ${(mpdu.length + 2).toString(16).padStart(2, '0')} ${mpdu.toString('hex')}`);

describe('accesses', () => {
  it('reads what registers hold after reset', () => {
    expect(desk.spi('9c 00')).toBe('000b'); // PART_NUM
    expect(desk.spi('ac 00')).toBe('0038'); // XAH_CTRL_0
    expect(desk.spi('af 00')).toBe('0053'); // CSMA_BE
    expect(desk.spi('a2 00')).toBe('00ff'); // PAN_ID_0
  });

  it('writes with 0xC0', () => {
    desk.spi('e2 cd');
    expect(desk.spi('a2 00')).toBe('00cd');
  });

  it.each([
    ['8a 00', /read of 0x00A/],
    ['c1 00', /write to TRX_STATUS/],
    ['9c 00 00', /third octet/],
    ['00 00', /the command 0x00/], // SRAM access has no model
    ['c4 60', /0x60 in TRX_CTRL_1/], // PA_EXT_EN
  ])('refuses %s', (access, why) => {
    expect(() => desk.spi(access)).toThrow(why);
  });

  it('needs good power, and a reset pulse of 625 ns', () => {
    const fresh = makeDesk((around) => new At86rf233(around));
    expect(() => fresh.spi(STATUS)).toThrow(/power is good/);
    fresh.wait(330);
    fresh.radio.resetPin(false);
    expect(() => fresh.radio.resetPin(true)).toThrow(/625 ns/);
  });
});

describe('states', () => {
  it('go from P_ON by way of TRX_OFF and PLL_ON to RX_AACK_ON', () => {
    expect(status()).toBe('00');
    command('08');
    desk.wait(330);
    expect(status()).toBe('08');
    command('09');
    expect(status()).toBe('1f');
    desk.wait(80);
    expect(status()).toBe('09');
    expect(desk.spi('8f 00')).toBe('0001'); // PLL_LOCK
    desk.spi('cc a0');
    desk.spi('c8 3a');
    command('16');
    desk.wait(1);
    expect(status()).toBe('16');
    expect(desk.hearing).toBe('all');
  });

  it('refuse what the state diagram has not', () => {
    expect(() => command('19')).toThrow(/TX_ARET_ON in state 0x00/);
    command('08');
    desk.wait(330);
    expect(() => command('02')).toThrow(/TX_START in state 0x08/);
    command('09');
    expect(() => command('16')).toThrow(/in a state transition/);
  });

  it('let a frame come in before PLL_ON, and FORCE_PLL_ON does not', () => {
    listen();
    desk.receiving = true;
    expect(status()).toBe('11');
    command('09');
    expect(status()).toBe('11');
    desk.receiving = false;
    expect(status()).toBe('09');
    command('16');
    desk.wait(1);
    desk.receiving = true;
    command('04');
    desk.wait(1);
    expect(status()).toBe('09');
  });

  it('sleep by SLP_TR from TRX_OFF alone', () => {
    listen();
    expect(() => desk.radio.sleepPin(true)).toThrow(/SLP_TR high in state 0x16/);
    command('08');
    desk.wait(1);
    desk.radio.sleepPin(true);
    expect(() => desk.spi(STATUS)).toThrow(/asleep/);
    desk.radio.sleepPin(false);
    desk.wait(210);
    expect(status()).toBe('08');
  });
});

describe('noise', () => {
  it('shows in RND_VALUE, in RX_ON and nowhere else', () => {
    listen();
    desk.noise = 2;
    expect(desk.spi('86 00')).toBe('0000');
    expect(() => command('06')).toThrow(/RX_ON in state 0x16/);
    command('04');
    desk.wait(1);
    command('06');
    desk.wait(1);
    expect(status()).toBe('06');
    expect(desk.hearing).toBe('nothing');
    expect(desk.spi('86 00')).toBe('0040');
  });
});

describe('filtering', () => {
  it('goes by short address, PAN, extended address, and by the frame version', () => {
    ['e0 21', 'e1 00', 'e2 cd', 'e3 ab', 'e4 21'].forEach((access) => desk.spi(access));
    ['e9 48', 'ea de', 'eb ac'].forEach((access) => desk.spi(access));
    expect(desk.filter).toEqual({ pan: 0xabcd, short: 0x21, euiLow: 0x21, euiHigh: 0xacde4800 | 0, highestVersion: 1 });
    desk.spi('ee c2');
    expect(desk.filter).toMatchObject({ highestVersion: 3 });
  });
});

describe('sending', () => {
  beforeEach(() => {
    listen();
    command('09');
    desk.wait(1);
    command('19');
    desk.wait(1);
    load(frame);
  });

  it('adds the FCS, hears acknowledgements alone, and says how it ended', () => {
    command('02');
    expect(desk.sent).toEqual([withFcs(frame)]);
    expect(desk.hearing).toBe('acks');
    expect(status()).toBe('12');
    desk.radio.sent(SENT_OK);
    expect(desk.radio.interruptPin).toBe(true);
    expect(desk.spi('8f 00')).toBe('0008'); // TRX_END
    expect(desk.radio.interruptPin).toBe(false);
    expect(desk.spi('82 00')).toBe('0019'); // TRAC 0, TX_ARET_ON
  });

  it.each([
    [SENT_NO_ACK, '00b9'],
    [SENT_NO_CHANNEL, '0079'],
  ])('gives the reason of failure %i in TRAC_STATUS', (outcome, expected) => {
    command('02');
    desk.radio.sent(outcome);
    expect(desk.spi('82 00')).toBe(expected);
  });

  it('goes to the channel that it is told, and to 11 by a reset', () => {
    expect(desk.channel).toBe(26);
    desk.spi('c8 2f');
    expect(desk.channel).toBe(15);
    desk.radio.resetPin(false);
    desk.wait(1);
    desk.radio.resetPin(true);
    expect(desk.channel).toBe(11);
  });

  it('has no model of other back-offs, frames without FCS', () => {
    desk.spi('ef 35');
    expect(() => command('02')).toThrow(/another 0x2F/);
    desk.spi('ef 53');
    desk.spi('c4 00');
    expect(() => command('02')).toThrow(/TX_AUTO_CRC_ON/);
  });

  it('wants the whole frame', () => {
    expect(() => desk.spi('60 0d 61 98')).toThrow(/2 octets of a frame of 13/);
  });
});

describe('receiving', () => {
  beforeEach(listen);

  it('gives PHR, frame, LQI, ED and RX_STATUS in one burst, and is free after it', () => {
    const octets = withFcs(frame);
    desk.arrive(octets, 0x80);
    expect(desk.radio.interruptPin).toBe(true);
    expect(desk.spi(`20 ${'00'.repeat(1 + octets.length + 3)}`)).toBe(
      `000d${Buffer.from(octets).toString('hex')}802280`,
    );
    expect(desk.held).toBeUndefined();
  });

  it('keeps its only buffer from a frame to send', () => {
    desk.arrive(withFcs(frame), 1);
    expect(() => load(frame)).toThrow(/over one that was received/);
  });

  it('needs RX_SAFE_MODE', () => {
    command('09');
    desk.wait(1);
    desk.spi('cc 20');
    expect(() => command('16')).toThrow(/RX_SAFE_MODE/);
  });
});

describe('trouble', () => {
  beforeEach(listen);

  it('is in P_ON after a brown-out', () => {
    desk.radio.brownOut();
    desk.wait(330);
    expect(status()).toBe('00');
    expect(desk.spi('8e 00')).toBe('0000');
  });

  it('does not reach PLL_ON with a stuck synthesiser, until it was started often enough', () => {
    desk.radio.stickPll(2);
    for (const expected of ['1f', '09']) {
      command('03');
      desk.wait(1);
      command('09');
      desk.wait(80);
      expect(status()).toBe(expected);
    }
  });
});
