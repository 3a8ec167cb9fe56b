// SPDX-License-Identifier: Apache-2.0

/** An open serial line, whatever is at its other end: a port (port.ts) or a pseudo-terminal of our own (pty.ts). */
export interface Line {
  /** As the system calls it: /dev/ttyUSB0, /dev/pts/4. */
  readonly path: string;
  /** Queues octets; they leave in order. Never throws: what cannot be sent any more is lost, as on a wire. */
  write(data: Uint8Array): void;
  /** @param f gets octets as they come, in pieces of any size. One listener at most; none at first, and what comes then is lost. */
  onData(f: (data: Uint8Array) => void): void;
  /** Ends the line; what is queued may be lost. */
  close(): Promise<void>;
}
