// SPDX-License-Identifier: Apache-2.0
// Fields that several parts of a scenario have.

import { z } from 'zod';

export const seconds = z.number().min(0).max(100_000);
export const metres = z.number().min(-100_000).max(100_000);
export const point = z.strictObject({ x: metres, y: metres });
export const probability = z.number().min(0).max(1);
export const moteName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,15}$/, 'expected a-z, 0-9 and -, at most 16, a letter first');
