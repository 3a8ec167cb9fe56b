// SPDX-License-Identifier: Apache-2.0
// The role's handlers (firmware/board.ts, Role), for whoever has something for them.

/** For whoever has no handler. */
export function nothing(): void {}

export let onStart: () => void = nothing;
/** A frame of `length` octets, FCS included, lies in rxFrame. */
export let frameReceived: (length: number, lqi: number) => void = nothing;
/** The frame given to radioSend left or failed. */
export let frameSent: (status: number) => void = nothing;
export let onAlarm: () => void = nothing;
export let onPosted: () => void = nothing;

/** Names the role's handlers. Once. */
export function setHandlers(
  start: () => void,
  receive: (length: number, lqi: number) => void,
  sent: (status: number) => void,
  alarm: () => void,
  posted: () => void,
): void {
  onStart = start;
  frameReceived = receive;
  frameSent = sent;
  onAlarm = alarm;
  onPosted = posted;
}
