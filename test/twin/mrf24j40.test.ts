// SPDX-License-Identifier: Apache-2.0
// Transcripts of SPI as Microchip's DS39776C has them, octet by octet, against the twin. No driver of ours is in this.

import { beforeEach, describe, expect, it } from 'vitest';
import { SENT_NO_ACK, SENT_NO_CHANNEL, SENT_OK } from '../../host/medium/chip.ts';
import { withFcs } from '../../host/medium/frame.ts';
import { Mrf24j40 } from '../../host/twin/mrf24j40.ts';
import { makeDesk } from './desk.ts';
import type { Desk } from './desk.ts';

let desk: Desk<Mrf24j40>;
beforeEach(() => {
  desk = makeDesk((around) => new Mrf24j40(around));
  desk.wait(2000);
});

/** Table 3-2, "Initializing the MRF24J40", for channel 26; interrupts for both directions. */
const INITIALISE = [
  '55 07', // SOFTRST
  '31 98', // PACON2
  '5d 95', // TXSTBL
  'c0 30 01', // RFCON1
  'c0 50 80', // RFCON2
  'c0 d0 90', // RFCON6
  'c0 f0 80', // RFCON7
  'c1 10 10', // RFCON8
  'c4 10 21', // SLPCON1
  '75 80', // BBREG2
  '7f 60', // CCAEDTH
  '7d 40', // BBREG6
  '65 f6', // INTCON
  'c0 10 f3', // RFCON0, channel 26
  '6d 04', // RFCTL
  '6d 00',
];
const initialise = (): void => {
  for (const access of INITIALISE) desk.spi(access);
  desk.wait(192);
};

/** Data, version 1, acknowledged, PAN ABCD, from 0002 to 0001. */
const frame = Buffer.from('619801cdab01000200aabb', 'hex');
const load = (mpdu: Buffer): string =>
  desk.spi(`80 10 00 ${mpdu.length.toString(16).padStart(2, '0')} ${mpdu.toString('hex')}`);

describe('noise', () => {
  it('is in the last bit of a calibration of the sleep clock, which takes 160 us', () => {
    desk.noise = 1;
    desk.spi('c1 70 10'); // SLPCAL2: SLPCALEN
    expect(desk.spi('c1 60 00')).toBe('000010');
    desk.wait(160);
    expect(desk.spi('c1 60 00')).toBe('000080'); // SLPCALRDY
    expect(desk.spi('c1 20 00')).toBe('000081'); // SLPCAL0: 3200 and the noise
    expect(() => desk.spi('c1 70 80')).toThrow(/SLPCAL2/);
  });
});

describe('accesses', () => {
  it('reads what registers hold after reset', () => {
    expect(desk.spi('22 00')).toBe('001c'); // TXMCR
    expect(desk.spi('64 00')).toBe('00ff'); // INTCON: all masked
    expect(desk.spi('5c 00')).toBe('0075'); // TXSTBL
    expect(desk.spi('c0 00 00')).toBe('000000'); // RFCON0
  });

  it('writes with bit 0 of a short address, bit 4 of a long one', () => {
    desk.spi('03 cd');
    expect(desk.spi('02 00')).toBe('00cd');
    desk.spi('c0 10 f3');
    expect(desk.spi('c0 00 00')).toBe('0000f3');
  });

  it('counts up in a burst over a FIFO', () => {
    desk.spi('80 10 00 03 11 22 33');
    expect(desk.spi('80 00 00 00 00 00 00')).toBe('00000003112233'.slice(0, 14));
  });

  it.each([
    ['1c 00', /read of 0x00E/], // no register there
    ['49 00', /write to TXSTAT/],
    ['67 00', /write of 0x033/], // GPIO: nobody uses it
    ['c1 f0 00', /write to RFSTATE/],
    ['e0 10 00', /write to the receive FIFO/],
    ['02 00 00', /third octet/],
    ['c0 00', /octets in an access/],
    ['01 01', /0x01 in RXMCR/], // PROMI has no model
  ])('refuses %s', (access, why) => {
    expect(() => desk.spi(access)).toThrow(why);
  });

  it('needs its oscillator, after power on and after a reset', () => {
    const fresh = makeDesk((around) => new Mrf24j40(around));
    expect(() => fresh.spi('22 00')).toThrow(/oscillator/);
    fresh.wait(2000);
    fresh.spi('03 cd');
    fresh.radio.resetPin(false);
    fresh.radio.resetPin(true);
    expect(() => fresh.spi('02 00')).toThrow(/oscillator/);
    fresh.wait(2000);
    expect(fresh.spi('02 00')).toBe('0000');
  });
});

describe('filtering', () => {
  it('goes by PAN, short and extended address, low octets first', () => {
    ['03 cd', '05 ab', '07 21', '09 00'].forEach((access) => desk.spi(access));
    [0x21, 0, 0, 0, 0, 0x48, 0xde, 0xac].forEach((octet, i) =>
      desk.spi(`${(((0x05 + i) << 1) | 1).toString(16).padStart(2, '0')}${octet.toString(16).padStart(2, '0')}`),
    );
    expect(desk.filter).toEqual({ pan: 0xabcd, short: 0x0021, euiLow: 0x21, euiHigh: 0xacde4800 | 0 });
  });
});

describe('sending', () => {
  beforeEach(initialise);

  it('takes length and frame without FCS, adds the FCS, and says how it ended', () => {
    load(frame);
    desk.spi('37 05');
    expect(desk.sent).toEqual([withFcs(frame)]);
    desk.radio.sent(SENT_OK);
    expect(desk.radio.interruptPin).toBe(false);
    expect(desk.spi('62 00')).toBe('0001'); // TXNIF
    expect(desk.radio.interruptPin).toBe(true);
    expect(desk.spi('48 00')).toBe('0000');
    expect(desk.spi('36 00')).toBe('0004'); // the trigger clears itself
  });

  it.each([
    [SENT_NO_ACK, '00c1'],
    [SENT_NO_CHANNEL, '0021'],
  ])('gives the reason of failure %i in TXSTAT', (status, expected) => {
    load(frame);
    desk.spi('37 05');
    desk.radio.sent(status);
    expect(desk.spi('48 00')).toBe(expected);
  });

  it('waits for an acknowledgement where TXNACKREQ says so, as the AR bit does', () => {
    load(frame);
    expect(() => desk.spi('37 01')).toThrow(/TXNACKREQ/);
  });

  it('is not ready within 192 us of an RF reset, nor before it is initialised', () => {
    load(frame);
    desk.spi('6d 04');
    desk.spi('6d 00');
    expect(() => desk.spi('37 05')).toThrow(/192 us/);
    desk.wait(192);
    desk.spi('5d 75');
    expect(() => desk.spi('37 05')).toThrow(/0x75 instead of 0x95 in 0x02E/);
  });

  it('sends one frame at a time, of 125 octets at most', () => {
    load(Buffer.alloc(126));
    expect(() => desk.spi('37 01')).toThrow(/126 octets/);
    load(frame);
    desk.spi('37 05');
    expect(() => desk.spi('37 05')).toThrow(/second frame/);
  });
});

describe('receiving', () => {
  beforeEach(initialise);

  it('gives length, frame, LQI and RSSI, and is free when the last was read', () => {
    const octets = withFcs(frame);
    desk.arrive(octets, 0x8a);
    expect(desk.radio.interruptPin).toBe(false);
    expect(desk.spi('62 00')).toBe('0008'); // RXIF
    desk.spi('73 04'); // RXDECINV
    expect(desk.hearing).toBe('nothing');
    const burst = desk.spi(`e0 00 ${'00'.repeat(1 + octets.length + 2)}`);
    expect(burst).toBe(`00000d${Buffer.from(octets).toString('hex')}8a8a`);
    expect(desk.held).toBeUndefined();
    desk.spi('73 00');
    expect(desk.hearing).toBe('all');
  });

  it('forgets a frame by RXFLUSH', () => {
    desk.arrive(withFcs(frame), 1);
    desk.spi('1b 01');
    expect(desk.held).toBeUndefined();
  });

  it('shows an impossible length after an overrun', () => {
    desk.arrive(withFcs(frame), 1);
    desk.radio.overrun();
    expect(desk.spi('e0 00 00')).toBe('0000ff');
  });

  it('goes to another channel by a reset of its RF part, and to 11 by one of all', () => {
    expect(desk.channel).toBe(26);
    desk.spi('c0 10 43');
    expect(desk.channel).toBe(26);
    desk.spi('6d 04');
    desk.spi('6d 00');
    expect(desk.channel).toBe(15);
    desk.radio.resetPin(false);
    expect(desk.channel).toBe(11);
  });
});

describe('sleep and trouble', () => {
  beforeEach(initialise);

  it('sleeps by SLPACK and wakes by REGWAKE', () => {
    ['45 80', '55 04', '6b 80'].forEach((access) => desk.spi(access));
    expect(desk.hearing).toBe('nothing');
    expect(() => desk.spi('22 00')).toThrow(/asleep/);
    desk.spi('45 c0');
    desk.spi('45 80');
    desk.wait(2000);
    expect(desk.spi('22 00')).toBe('001c');
    expect(desk.hearing).toBe('all');
  });

  it('loses its registers in a brown-out', () => {
    desk.radio.brownOut();
    desk.wait(2000);
    expect(desk.spi('64 00')).toBe('00ff');
    expect(desk.resets).toBeGreaterThan(0);
  });

  it('calibrates for ever with a stuck synthesiser, until enough RF resets', () => {
    desk.radio.stickPll(2);
    expect(desk.spi('c1 e0 00')).toBe('000060');
    for (const access of ['6d 04', '6d 00', '6d 04', '6d 00']) desk.spi(access);
    expect(desk.spi('c1 e0 00')).toBe('0000a0');
    expect(desk.hearing).toBe('all');
  });
});
