// SPDX-License-Identifier: Apache-2.0
// Cutting a KEMP body that does not fit one frame into MPX fragments: all but the last are full. `room` is what a frame
// leaves for its MPX IE.

import { div } from '../../crypto-core/tables.ts';
import { FCS_LENGTH } from './fcs.ts';
import { MPX_FIRST_OVERHEAD, MPX_FULL_OVERHEAD, MPX_NEXT_OVERHEAD } from './mpx.ts';

/**
 * @param psdu octets of the largest frame, FCS included: maxPsdu()
 * @param headerLength octets of the MHR, header termination included
 * @param mic octets of the MIC: micLength(level)
 * @returns octets that the MPX IE may take, descriptor included
 */
export function mpxRoom(psdu: number, headerLength: number, mic: number): number {
  return psdu - headerLength - mic - FCS_LENGTH;
}

/**
 * @param bodyLength octets of the body
 * @returns frames that it takes: 1 (putMpxFull), or as many fragments (putMpxFragment); 0 where the room is too small for any
 */
export function fragmentCount(bodyLength: number, room: number): number {
  if (bodyLength <= room - MPX_FULL_OVERHEAD) return 1;
  if (room <= MPX_FIRST_OVERHEAD) return 0;
  const slice = room - MPX_NEXT_OVERHEAD;
  return 1 + div(bodyLength - (room - MPX_FIRST_OVERHEAD) + slice - 1, slice);
}

/** @param fragment number, from 0, below fragmentCount. @returns where in the body its slice begins. */
export function fragmentStart(fragment: number, room: number): number {
  if (fragment === 0) return 0;
  return room - MPX_FIRST_OVERHEAD + (fragment - 1) * (room - MPX_NEXT_OVERHEAD);
}

/** @returns octets of a fragment's slice: all of the room, or in the last fragment the rest of the body. */
export function fragmentLength(fragment: number, bodyLength: number, room: number): number {
  const size = fragment === 0 ? room - MPX_FIRST_OVERHEAD : room - MPX_NEXT_OVERHEAD;
  const rest = bodyLength - fragmentStart(fragment, room);
  return rest < size ? rest : size;
}
