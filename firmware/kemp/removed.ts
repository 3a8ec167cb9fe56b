// SPDX-License-Identifier: Apache-2.0
// B has told this node, under its own MAC, that it is removed: whoever held a key with it has deleted it, or is about to. A router
// says at once that there is no way through it any more; then all keys go, one a turn (protocol.md "Revocation").

import { endTask, goOn, nothing } from '../link/task.ts';
import { dropKey, isFree, KEYS_END, NEXT_KEY } from './keys.ts';
import { detach } from './parent.ts';
import { closeSession, hasSession } from './session.ts';

let onRemoval = nothing;
let next = 0;

/** @param then called when this node has learnt that it is removed. */
export function watchRemoval(then: () => void): void {
  onRemoval = then;
}

/** Ends what this node had with the network; ends the task. It goes on asking, now and then: it may be enrolled again. */
export function standDown(): void {
  // Once: without a session it has nothing to take leave of.
  if (hasSession()) onRemoval();
  closeSession();
  detach();
  next = 0;
  goOn(dropNext);
}

function dropNext(): void {
  if (!isFree(next)) dropKey(next);
  next += NEXT_KEY;
  if (next < KEYS_END) goOn(dropNext);
  else endTask();
}
