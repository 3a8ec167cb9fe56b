// SPDX-License-Identifier: Apache-2.0

/** Time as who talks to a mote needs it: of the machine, or of a test. */
export interface Timers {
  /** @param millis from now. @returns what takes it back. */
  after(millis: number, run: () => void): () => void;
}

export const REAL_TIME: Timers = {
  after(millis, run) {
    const timer = setTimeout(run, millis);
    return () => clearTimeout(timer);
  },
};

export function pause(timers: Timers, millis: number): Promise<void> {
  return new Promise((resolve) => void timers.after(millis, resolve));
}
