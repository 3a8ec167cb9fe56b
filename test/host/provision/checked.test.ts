// SPDX-License-Identifier: Apache-2.0
// What a human types is right or refused with a hint: no mistyped digit, no swap, no other base passes.
import { describe, expect, it } from 'vitest';
import {
  checkDigits,
  checkedEui,
  checkedKey,
  parseCheckedEui,
  parseCheckedKey,
  parseEui,
} from '../../../host/provision/checked.ts';

const EUI = 'AC:DE:48:00:00:00:00:1F';
const KEY = 'A0A1A2A3A4A5A6A7A8A9AAABACADAEAF';

describe('check digits', () => {
  it('are CRC-16/CCITT-FALSE of the octets', () => {
    // The check value of the catalogue of CRCs: "123456789".
    expect(checkDigits('313233343536373839')).toBe('29B1');
  });

  it('let through what is right, however it is grouped', () => {
    expect(parseCheckedEui(checkedEui(EUI))).toBe(EUI);
    expect(parseCheckedEui(checkedEui(EUI).toLowerCase().replaceAll(':', ' '))).toBe(EUI);
    expect(parseCheckedKey(checkedKey(KEY))).toBe(KEY);
  });

  it('refuse each wrong digit and each swap of neighbours', () => {
    const text = checkedEui(EUI).replace(/[:-]/g, '');
    let tried = 0;
    for (let at = 0; at < text.length; at++) {
      for (const digit of '0123456789ABCDEF') {
        if (digit === text[at]) continue;
        expect(() => parseCheckedEui(text.slice(0, at) + digit + text.slice(at + 1))).toThrow(/a digit is wrong|group/);
        tried++;
      }
      if (at + 1 < text.length && text[at] !== text[at + 1]) {
        const swapped = text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2);
        expect(() => parseCheckedEui(swapped)).toThrow(/two are swapped|group/);
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(300);
  });

  it.each([
    ['172.222.72.0.0.0.0.31', 'this looks decimal; in hex it would be AC:DE:48:00:00:00:00:1F'],
    [String(0xacde48000000001fn), 'or it is decimal, in hex AC:DE:48:00:00:00:00:1F'],
    [EUI, 'without check digits: copy all of it'],
    ['AC:DE', 'expected 16 hex digits and 4 check digits, got AC:DE, 4 digits'],
    ['AC:DE:48:00:00:00:00:1G-0000', 'characters that are no hex digits'],
    ['00:00:00:00:00:00:00:00-' + checkDigits('0'.repeat(16)), 'expected the address of a device'],
    [checkedEui('01:00:5E:00:00:00:00:01'), "a group's"],
  ])('say what is wrong with %s', (text, hint) => {
    expect(() => parseCheckedEui(text)).toThrow(hint);
  });

  it('never repeat a key in a message', () => {
    const decimal = Buffer.from(KEY, 'hex').join(' ');
    for (const text of [KEY, `${KEY}0000`, decimal, KEY.slice(1)]) {
      const message = ((): string => {
        try {
          return parseCheckedKey(text);
        } catch (error) {
          return (error as Error).message;
        }
      })();
      expect(message).toMatch(/^key: expected/);
      for (const part of text.match(/[0-9A-F]{6}|\d+ \d+/g)!) expect(message).not.toContain(part);
    }
    expect(() => parseCheckedKey(decimal)).toThrow('this looks decimal; write it in hex');
  });

  it('may be missing in a file, where the base still has to be right', () => {
    expect(parseEui('acde48000000001f')).toBe(EUI);
    expect(parseEui('10:11:12:13:14:15:16:17')).toBe('10:11:12:13:14:15:16:17');
    expect(() => parseEui('172.222.72.0.0.0.0.31')).toThrow('looks decimal');
  });
});
