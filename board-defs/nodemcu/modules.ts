// SPDX-License-Identifier: Apache-2.0
// The modules of NodeMCU that both families have, as far as they are used here: types of globals.

export interface Timer {
  register(self: Timer, millis: number, mode: number, run: () => void): void;
  interval(self: Timer, millis: number): void;
  start(self: Timer): boolean;
  stop(self: Timer): boolean;
}

export interface Timers {
  readonly ALARM_SEMI: number;
  create(): Timer;
}

export interface Task {
  post(priority: number, run: () => void): void;
}

export interface System {
  heap(): number;
  restart(): void;
}

export interface Rtcmem {
  read32(place: number): number;
  write32(place: number, word: number): void;
}

export interface Uart {
  on(what: string, count: number, run: (octets: string) => void, interpret: number): void;
  write(id: number, octets: number | string): void;
}

export interface Files {
  exists(name: string): boolean;
  remove(name: string): void;
}

/** An open file. What a function returns may be `nothing`. */
export interface Handle {
  /** @returns at most `count` octets, or nothing at the end */
  read(self: Handle, count: number): string;
  /** @returns something false where the octets found no place */
  write(self: Handle, text: string): boolean;
  /** @param whence 'set' or 'end'. @returns the place, in octets from the beginning */
  seek(self: Handle, whence: string, offset: number): number;
  /** What was written is in flash when this returns. */
  close(self: Handle): void;
}

/** Lua's own `string`. */
export interface Text {
  byte(text: string, at: number): number;
  char(a: number, b?: number, c?: number, d?: number): string;
  format(format: string, value: number): string;
  len(text: string): number;
}
