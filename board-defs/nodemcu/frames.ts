// SPDX-License-Identifier: Apache-2.0
// The frames that cross between radio and firmware.

import { makeBytes } from '../../crypto-core/tables.ts';

export const rxFrame = makeBytes(127);
export const txFrame = makeBytes(127);
