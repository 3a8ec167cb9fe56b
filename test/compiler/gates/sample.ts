// SPDX-License-Identifier: Apache-2.0
// Lua as a gate would meet it, written by hand.
import { openImage } from '../../../compiler/gates/index.ts';
import type { Image } from '../../../compiler/gates/image.ts';
import { PROFILES, type ProfileName } from '../../../compiler/profiles.ts';

export const PROFILES_OF_EACH_VERSION: readonly ProfileName[] = ['lua53', 'lua51'];

export function image(lua: string, profile: ProfileName, options: { globals?: string[]; budget?: number } = {}): Image {
  return openImage('sample', lua, undefined, PROFILES[profile], options);
}
