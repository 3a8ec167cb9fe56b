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

export interface Rtcmem {
  read32(place: number): number;
  write32(place: number, word: number): void;
}

export interface Uart {
  on(what: string, end: string, run: (line: string) => void, interpret: number): void;
  write(id: number, octet: number): void;
}

export interface Handle {
  read(self: Handle, count: number): string;
  write(self: Handle, text: string): boolean;
  close(self: Handle): void;
}

/** Lua's own `string`. */
export interface Text {
  byte(text: string, at: number): number;
  char(a: number, b?: number, c?: number, d?: number): string;
  format(format: string, value: number): string;
  len(text: string): number;
}
