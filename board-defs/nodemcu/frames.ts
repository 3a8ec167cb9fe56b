// SPDX-License-Identifier: Apache-2.0
// The octets that cross between radio, console and firmware.

import { makeBytes } from '../../crypto-core/tables.ts';

export const rxFrame = makeBytes(127);
export const txFrame = makeBytes(127);
export const rxLine = makeBytes(255);
