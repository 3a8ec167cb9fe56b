// SPDX-License-Identifier: Apache-2.0

/**
 * One mote's virtual machine with its image loaded. The arrays are the ABI's (abi.ts): fill inbox and, for RECEIVE and
 * COMMAND, rxFrame or rxLine; call step; read outbox and, after SEND, txFrame.
 */
export interface MoteVm {
  readonly inbox: Int32Array;
  readonly outbox: Int32Array;
  readonly rxFrame: Uint8Array;
  readonly rxLine: Uint8Array;
  readonly txFrame: Uint8Array;
  /**
   * @param inboxWords words of the inbox that count. @returns words of the outbox in use.
   * @throws Error with the program's own message where it fails or does not end.
   */
  step(inboxWords: number): number;
  close(): void;
}

/** Instructions after which a step counts as one that never ends: some 20,000 AES blocks. */
export const STEP_INSTRUCTIONS = 20_000_000;
