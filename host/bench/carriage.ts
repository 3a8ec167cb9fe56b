// SPDX-License-Identifier: Apache-2.0
// How much of a frame is KEMP's: its body without MAC, security, IE and KMP headers (docs/protocol.md "Frames").

const FRAME_CONTROL_AND_SEQUENCE = 3;
const PAN = 2;
const AUXILIARY = 6;
const TERMINATION = 2;
const MIC = 8;
const FCS = 2;
/** MPX IE of a whole message with its KMP header. */
const MPX = 7;
const ADDRESS = [0, 0, 2, 8];

/**
 * @param mpdu a frame of a mote, with FCS. @returns octets of the KEMP body in it, 0 for data; of a fragment what there would be if
 * it were a whole message.
 */
export function kempOctets(mpdu: Uint8Array): number {
  const [low, high] = mpdu;
  if ((high & 2) === 0) return 0;
  const secured = (low & 8) !== 0;
  const addresses = ADDRESS[(high >> 2) & 3] + ADDRESS[high >> 6];
  const header = FRAME_CONTROL_AND_SEQUENCE + PAN + addresses + (secured ? AUXILIARY : 0) + TERMINATION;
  return mpdu.length - header - MPX - (secured ? MIC : 0) - FCS;
}
