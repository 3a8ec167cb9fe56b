// SPDX-License-Identifier: Apache-2.0
// What an image is made with, beside its role: the modules that '#...' names stand for.
import type { Profile } from './profiles.ts';

export const AES_VARIANTS = ['fast', 'compact', 'flash', 'native'] as const;
/** How many neighbours a router may have keys with. */
export const NEIGHBOURS = [8, 16] as const;
export const SCHEDULES = ['expanded', 'on-the-fly'] as const;

export interface Cipher {
  /** File of crypto-core/aes/; or native: `crypto` of NodeMCU for frames, `compact` for all else and where there is none. */
  readonly aes: (typeof AES_VARIANTS)[number];
  /** File of crypto-core/schedule/. */
  readonly schedule: (typeof SCHEDULES)[number];
}

export const FAST: Cipher = { aes: 'fast', schedule: 'expanded' };

/** The application of boards that name no other: a file of firmware/app/. */
export const UPTIME = 'uptime';

/**
 * Paths below the repository's root, by name.
 * @param driver folder below board-defs/, for an image that runs on a board
 * @param app file of firmware/app/
 * @param role file of firmware/roles/; its memory is in firmware/room/, its console in firmware/console/lines/
 * @param neighbours that a router has room for
 */
export function choose(
  profile: Profile,
  { aes, schedule }: Cipher,
  driver?: string,
  app = UPTIME,
  role = 'router',
  neighbours: (typeof NEIGHBOURS)[number] = 16,
): Record<string, string> {
  return {
    '#aes': `crypto-core/aes/${aes === 'native' ? 'compact' : aes}.ts`,
    '#native': `crypto-core/native/${aes === 'native' ? 'nodemcu' : 'absent'}.ts`,
    '#schedule': `crypto-core/schedule/${schedule}.ts`,
    '#machine': `crypto-core/machine/${profile.version === '5.3' ? 'operators' : 'calls'}.ts`,
    '#room': `firmware/room/${roomOf(role, neighbours)}.ts`,
    '#lines': `firmware/console/lines/${role}.ts`,
    ...(driver === undefined ? {} : { '#board': `board-defs/${driver}/index.ts`, '#app': `firmware/app/${app}.ts` }),
  };
}

function roomOf(role: string, neighbours: (typeof NEIGHBOURS)[number]): string {
  if (role === 'mote') return 'mote';
  return role === 'router' && neighbours === 8 ? 'few' : 'router';
}
