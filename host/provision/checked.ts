// SPDX-License-Identifier: Apache-2.0
// EUI-64 and keys as a human types them: in hex, in any grouping, with four check digits behind. The check is CRC-16
// (CCITT, from 0xFFFF) over the octets: it tells every wrong digit, every swap of neighbours, and a number in the wrong base.

import { UsageError } from '../errors.ts';

const EUI_OCTETS = 8;
const KEY_OCTETS = 16;
const CHECK_DIGITS = 4;

function crc16(octets: Uint8Array): number {
  let crc = 0xffff;
  for (const octet of octets) {
    crc ^= octet << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc;
}

/** @param hex digits, an even number. @returns their four check digits. */
export function checkDigits(hex: string): string {
  return crc16(Buffer.from(hex, 'hex')).toString(16).toUpperCase().padStart(CHECK_DIGITS, '0');
}

/** @param hex 16 digits. @returns as it is stored and printed: AC:DE:48:00:00:00:00:01. */
export function euiText(hex: string): string {
  return hex.toUpperCase().match(/../g)!.join(':');
}

/** @param eui64 as stored. @returns as it is printed to be typed: AC:DE:48:00:00:00:00:01-99BC. */
export function checkedEui(eui64: string): string {
  return `${eui64.toUpperCase()}-${checkDigits(eui64.replaceAll(':', ''))}`;
}

/** @param key 32 hex digits. @returns in groups of four, the last is the check. */
export function checkedKey(key: string): string {
  return `${key.toUpperCase().match(/.{4}/g)!.join(' ')} ${checkDigits(key)}`;
}

/** The same octets written in decimal, as tools of other vendors print them: "172.222.72.0.0.0.0.1", or one long number. */
function fromDecimal(text: string, octets: number): string | undefined {
  const groups = text.split(/[^0-9]+/).filter((group) => group !== '');
  if (/[^0-9\s.,:;_-]/.test(text)) return undefined;
  if (groups.length === octets && groups.every((group) => Number(group) < 256))
    return groups.map((group) => Number(group).toString(16).padStart(2, '0')).join('');
  if (groups.length !== 1) return undefined;
  const hex = BigInt(groups[0]!).toString(16);
  return hex.length <= 2 * octets ? hex.padStart(2 * octets, '0') : undefined;
}

interface Kind {
  readonly what: string;
  readonly octets: number;
  /** Keys are not repeated in messages. */
  readonly secret: boolean;
}

function parse(text: string, { what, octets, secret }: Kind): string {
  const came = secret ? 'what was typed' : text;
  const digits = text.replace(/^0x/i, '').replace(/[\s:._-]/g, '');
  const expected = `${2 * octets} hex digits and ${CHECK_DIGITS} check digits`;
  const decimal = fromDecimal(text, octets);
  const isHex = /^[0-9a-fA-F]*$/.test(digits);
  if (isHex && digits.length === 2 * octets + CHECK_DIGITS) {
    const value = digits.slice(0, 2 * octets);
    if (checkDigits(value) === digits.slice(2 * octets).toUpperCase()) return value.toUpperCase();
    const also = decimal === undefined || secret ? '' : `, or it is decimal, in hex ${euiText(decimal)}`;
    throw new UsageError(
      `${what}: expected check digits that fit, got ${came}: a digit is wrong or two are swapped${also}; ` +
        `compare with the label, digit by digit`,
    );
  }
  if (isHex && digits.length === 2 * octets && !(decimal !== undefined && /[^0-9]/.test(text.trim())))
    throw new UsageError(
      `${what}: expected ${expected}, got ${secret ? 'one without' : `${text} without`} check digits: copy all of it, ` +
        `or let \`kemp provision check\` compute them from the label and type both`,
    );
  if (decimal !== undefined)
    throw new UsageError(
      `${what}: expected ${expected}, got ${secret ? 'decimal digits' : text}: this looks decimal` +
        (secret ? '; write it in hex' : `; in hex it would be ${euiText(decimal)}`),
    );
  const odd = isHex ? `${digits.length} digits` : 'characters that are no hex digits';
  throw new UsageError(`${what}: expected ${expected}, got ${secret ? odd : `${text}, ${odd}`}`);
}

function checkEui(hex: string, text: string): string {
  if (/^(0+|f+)$/i.test(hex)) throw new UsageError(`EUI-64: expected the address of a device, got ${text}`);
  if (parseInt(hex.slice(0, 2), 16) & 1)
    throw new UsageError(
      `EUI-64: expected the address of one device, got ${text}, a group's (bit 0 of the first octet)`,
    );
  return euiText(hex);
}

/**
 * Reads an EUI-64 that was typed by hand.
 * @param text 16 hex digits, most significant octet first, and four check digits; groups as one likes.
 * @returns as a network file holds it. @throws UsageError with a hint at what went wrong.
 */
export function parseCheckedEui(text: string): string {
  return checkEui(parse(text, { what: 'EUI-64', octets: EUI_OCTETS, secret: false }), text);
}

/** Reads a 128-bit key that was typed by hand: 32 hex digits and four check digits. @throws UsageError without its octets. */
export function parseCheckedKey(text: string): string {
  return parse(text, { what: 'key', octets: KEY_OCTETS, secret: true });
}

/** Reads an EUI-64 from a file or a label: check digits may be missing. @throws UsageError */
export function parseEui(text: string): string {
  const digits = text.replace(/^0x/i, '').replace(/[\s:._-]/g, '');
  const bare =
    /^[0-9a-fA-F]{16}$/.test(digits) && (/[a-fA-F]/.test(digits) || fromDecimal(text, EUI_OCTETS) === undefined);
  // Sixteen decimal digits in eight groups of two are hex: decimal octets have groups of one to three.
  const paired = /^[0-9a-fA-F]{2}([:._-]?[0-9a-fA-F]{2}){7}$/.test(text);
  return bare || paired ? checkEui(digits, text) : parseCheckedEui(text);
}

/** Reads a key from a file: check digits may be missing. @throws UsageError */
export function parseKey(text: string): string {
  const digits = text.replace(/[\s:._-]/g, '');
  return /^[0-9a-fA-F]{32}$/.test(digits) ? digits.toUpperCase() : parseCheckedKey(text);
}
