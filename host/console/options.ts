// SPDX-License-Identifier: Apache-2.0
// Options that console and monitor share.

import { InvalidArgumentError } from 'commander';

export function parsePattern(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (error) {
    throw new InvalidArgumentError(`expected a regular expression, got ${text}: ${(error as Error).message}`);
  }
}

/** Seconds to milliseconds. */
export function parseTimeout(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 600)) throw new InvalidArgumentError(`expected seconds, up to 600, got ${text}`);
  return Math.round(seconds * 1000);
}

/** Time of day to the millisecond, as it stands before a line. */
export function stamp(now = new Date()): string {
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
  return `${pad(now.getHours())}:${pad(now.getMinutes())}:${pad(now.getSeconds())}.${pad(now.getMilliseconds(), 3)}`;
}
