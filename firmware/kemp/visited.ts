// SPDX-License-Identifier: Apache-2.0
// R's side of a run: an APPROVAL becomes a tentative key and a NOTICE; the node's first secured frame commits the key
// (protocol.md "Centralised mode"). Also the base station's, for nodes in its own earshot.

import { report, seconds } from '#board';
import { TENTATIVE_KEYS } from '#room';
import { getWord, putWord, wipeBytes } from '../../crypto-core/index.ts';
import { div, makeWords, type Words } from '../../crypto-core/tables.ts';
import { EVENT_COMMIT, MODE_CENTRALISED, MODE_REFRESH } from '../events.ts';
import { copyAddress, names } from '../link/address.ts';
import { body, rx, RX_LENGTH, sender } from '../link/receive.ts';
import { drop, refuse } from '../link/refuse.ts';
import { endTask, goOn, jobOk, nameRun } from '../link/task.ts';
import { message, sendMessage } from '../link/transmit.ts';
import { IDENTITY_BASE_EUI, IDENTITY_DEPTH_LIMIT, IDENTITY_EUI, IDENTITY_PROVISIONAL, NO_SHORT } from '../records.ts';
import * as refusal from '../refusals.ts';
import { group, GROUP_COUNTER, GROUP_INDEX, GROUP_KEY } from './group.ts';
import { me, runTimeout } from './identity.ts';
import * as key from './keys.ts';
import * as layout from './layout.ts';
import { isMarked, unmark } from './marks.ts';
import { yields } from './run.ts';
import { openBody, sealBody, sealTerms, takeSequence } from './sealed.ts';
import { hasSession, session, SESSION_INDEX, SESSION_SEAL, SESSION_SEQ_IN } from './session.ts';
import { sendReject } from './reject.ts';
import * as term from './terms.ts';

/** A tentative key is dropped after this many T. */
const TENTATIVE_T = 10;

/** The NOTICEs of the tentative keys as they went out, 11 packed words each, and the tag of the APPROVAL that each answers. */
const NOTICE_WORDS = 13;
const APPROVAL_TAG = 11;
const notices = makeWords(TENTATIVE_KEYS * NOTICE_WORDS);

/** The second of the last REJECT(no-key). */
const rejects = makeWords(1);

let fresh = key.NO_KEY;

/** Where the NOTICE of a tentative key is kept. */
function noticeOf(tentative: number): number {
  return div(tentative - key.LIVE_END, key.NEXT_KEY) * NOTICE_WORDS;
}

/** Handles the APPROVAL in `body`; ends the task. */
export function onApproval(): void {
  const inner = rx[RX_LENGTH] - layout.APPROVAL_SEALED - layout.TAG_OCTETS;
  if (inner !== layout.APPROVAL_INNER && inner !== layout.APPROVAL_INNER + 2) {
    drop(refusal.REFUSED_KMP_LENGTH);
    return;
  }
  const repeated = repeatOf(
    getWord(body, layout.APPROVAL_SEALED + inner),
    getWord(body, layout.APPROVAL_SEALED + inner + 4),
  );
  if (repeated !== key.NO_KEY) {
    nameRun(key.keys[repeated + 1], key.keys[repeated + key.KEY_CTR]);
    repeatNotice(repeated);
    return;
  }
  term.newTerms(body[0] & 3);
  const index = body[layout.APPROVAL_INDEX];
  const seq = getWord(body, layout.APPROVAL_SEQ);
  if (term.terms[term.T_MODE] === MODE_CENTRALISED) {
    if (!hasSession() || session[SESSION_INDEX] !== index) {
      drop(refusal.REFUSED_NO_SESSION);
      return;
    }
    copyAddress(me, IDENTITY_BASE_EUI, term.terms, term.T_AUTHORITY);
    openApproval(seq, session, SESSION_SEAL, inner);
  } else {
    fresh = key.findKey(sender, 0, index);
    if (fresh === key.NO_KEY || !key.isLive(fresh)) {
      drop(refusal.REFUSED_UNKNOWN_KEY);
      return;
    }
    copyAddress(key.keys, fresh, term.terms, term.T_AUTHORITY);
    openApproval(seq, key.keys, fresh + key.KEY_SEAL, inner);
  }
}

function openApproval(seq: number, secret: Words, at: number, inner: number): void {
  sealTerms(body, 0, layout.APPROVAL_SEALED, seq, term.terms, term.T_AUTHORITY, me, IDENTITY_EUI);
  openBody(secret, at, body, layout.APPROVAL_SEALED, inner, onApprovalOpened);
}

/** The tentative key whose APPROVAL had this tag: the same octets again. */
function repeatOf(high: number, low: number): number {
  for (let one = key.LIVE_END; one < key.KEYS_END; one += key.NEXT_KEY) {
    const tag = noticeOf(one) + APPROVAL_TAG;
    if (key.stateOf(one) === key.TENTATIVE && notices[tag] === high && notices[tag + 1] === low) {
      return key.keyAlive(one) ? one : key.NO_KEY;
    }
  }
  return key.NO_KEY;
}

function onApprovalOpened(): void {
  const reason = jobOk ? judge() : refusal.REFUSED_TAG;
  if (reason === refusal.ACCEPTED) {
    nameRun(term.terms[term.T_NODE + 1], term.terms[term.T_CTR]);
    install(getWord(body, rx[RX_LENGTH] - 8), getWord(body, rx[RX_LENGTH] - 4));
  } else {
    wipeBytes(body, 0, rx[RX_LENGTH]);
    drop(reason);
  }
}

/** Commits the sequence number, reads the grant into `terms`, and says whether R may follow it. */
function judge(): number {
  const t = term.terms;
  const seq = getWord(body, layout.APPROVAL_SEQ);
  const central = t[term.T_MODE] === MODE_CENTRALISED;
  if (central) {
    if (!takeSequence(seq, session, SESSION_SEQ_IN)) return refusal.REFUSED_SEQUENCE;
  } else {
    if (!key.keyAlive(fresh)) return refusal.REFUSED_UNKNOWN_KEY;
    if (!takeSequence(seq, key.keys, fresh + key.KEY_SEQ_IN)) return refusal.REFUSED_SEQUENCE;
    // Who introduces is in use, else it would make room for those that it has introduced.
    key.keys[fresh + key.KEY_USED] = seconds();
  }
  let at = layout.APPROVAL_SEALED;
  t[term.T_NODE] = getWord(body, at);
  t[term.T_NODE + 1] = getWord(body, at + 4);
  t[term.T_NODE + 2] = NO_SHORT;
  at += 8;
  if (rx[RX_LENGTH] === layout.APPROVAL_SEALED + layout.APPROVAL_INNER + 2 + layout.TAG_OCTETS) {
    t[term.T_NODE + 2] = body[at] * 256 + body[at + 1];
    at += 2;
  }
  t[term.T_CTR] = getWord(body, at);
  // K_NR, 16 octets from at + 4, is read by install().
  t[term.T_R1] = getWord(body, at + 20);
  t[term.T_R1 + 1] = getWord(body, at + 24);
  t[term.T_LIFE] = body[at + 28] * 256 + body[at + 29];
  t[term.T_DEPTH] = body[at + 30];
  if (names(t, term.T_NODE, me, IDENTITY_EUI)) return refusal.REFUSED_WRONG_RUN;
  if (t[term.T_LIFE] === 0) return refusal.REFUSED_LIFETIME;
  if (central) {
    // Only B lifts its own mark, by granting the node a key again.
    unmark(t, term.T_NODE);
    if (t[term.T_DEPTH] !== 0) return refusal.REFUSED_DEPTH;
    return yields(t, term.T_NODE) ? refusal.ACCEPTED : refusal.REFUSED_CROSSING;
  }
  if (isMarked(t, term.T_NODE)) return refusal.REFUSED_REVOKED;
  if (t[term.T_DEPTH] < 1 || t[term.T_DEPTH] > me[IDENTITY_DEPTH_LIMIT]) return refusal.REFUSED_DEPTH;
  if (key.trustedWith(t, term.T_NODE, key.LIVE) !== key.NO_KEY) return refusal.REFUSED_LIVE_KEY;
  return yields(t, term.T_NODE) ? refusal.ACCEPTED : refusal.REFUSED_CROSSING;
}

/** Keeps K_NR as a tentative key. @param tagHigh the APPROVAL's tag, to know it again. */
function install(tagHigh: number, tagLow: number): void {
  fresh = tentativeFor();
  if (fresh === key.NO_KEY) {
    wipeBytes(body, 0, rx[RX_LENGTH]);
    refuse(refusal.REFUSED_TABLE_FULL);
    sendReject(term.terms, layout.REJECT_FULL, endTask);
    return;
  }
  const secret = rx[RX_LENGTH] - layout.TAG_OCTETS - 27;
  for (let i = 0; i < 4; i++) key.keys[fresh + key.KEY_SECRET + i] = getWord(body, secret + 4 * i);
  wipeBytes(body, 0, rx[RX_LENGTH]);
  notices[noticeOf(fresh) + APPROVAL_TAG] = tagHigh;
  notices[noticeOf(fresh) + APPROVAL_TAG + 1] = tagLow;
  goOn(sealNotice);
}

/** The base station grants a key to itself: K_NR is in crypto-core's output at `secret`. Goes on like an APPROVAL. */
export function installOwn(secret: Words, at: number): void {
  fresh = tentativeFor();
  if (fresh === key.NO_KEY) {
    refuse(refusal.REFUSED_TABLE_FULL);
    sendReject(term.terms, layout.REJECT_FULL, endTask);
    return;
  }
  for (let i = 0; i < 4; i++) key.keys[fresh + key.KEY_SECRET + i] = secret[at + i];
  goOn(sealNotice);
}

/** Tentative entries are per node and authority; one of another authority is never displaced. */
function tentativeFor(): number {
  for (let one = key.LIVE_END; one < key.KEYS_END; one += key.NEXT_KEY) {
    if (
      key.stateOf(one) === key.TENTATIVE &&
      names(term.terms, term.T_NODE, key.keys, one) &&
      names(term.terms, term.T_AUTHORITY, key.keys, one + key.KEY_AUTHORITY)
    ) {
      key.dropKey(one);
      return key.newKey(one, one + key.NEXT_KEY, term.terms, term.T_NODE);
    }
  }
  return key.newKey(key.LIVE_END, key.KEYS_END, term.terms, term.T_NODE);
}

function sealNotice(): void {
  const keys = key.keys;
  const t = term.terms;
  const index = key.freeIndex(t, term.T_NODE);
  key.setTraits(fresh, key.TENTATIVE + key.SERVED, t[term.T_MODE], t[term.T_DEPTH], index, group[GROUP_INDEX]);
  copyAddress(t, term.T_AUTHORITY, keys, fresh + key.KEY_AUTHORITY);
  keys[fresh + key.KEY_CTR] = t[term.T_CTR];
  keys[fresh + key.KEY_FULL_EXPIRES] = seconds() + t[term.T_LIFE] * 60;
  keys[fresh + key.KEY_EXPIRES] = seconds() + 1 + div(TENTATIVE_T * runTimeout(1), 1000);
  key.startSequences(fresh);
  term.subkey(keys, fresh + key.KEY_SECRET, term.LABEL_SEAL, keys, fresh + key.KEY_SEAL, onSealKey);
}

function onSealKey(): void {
  term.subkey(key.keys, fresh + key.KEY_SECRET, term.LABEL_LINK, key.keys, fresh + key.KEY_LINK, onLinkKey);
}

function onLinkKey(): void {
  const at = layout.NOTICE_SEALED;
  message[0] = layout.head(layout.NOTICE, term.terms[term.T_MODE]);
  putWord(message, layout.NOTICE_R1, term.terms[term.T_R1]);
  putWord(message, layout.NOTICE_R1 + 4, term.terms[term.T_R1 + 1]);
  message[at] = term.terms[term.T_LIFE] >>> 8;
  message[at + 1] = term.terms[term.T_LIFE] & 255;
  message[at + 2] = key.indexOf(fresh) * 16 + term.terms[term.T_DEPTH];
  for (let i = 0; i < 4; i++) putWord(message, at + 3 + 4 * i, group[GROUP_KEY + i]);
  message[at + 19] = group[GROUP_INDEX];
  putWord(message, at + 20, group[GROUP_COUNTER]);
  sealTerms(message, 0, at, 0, me, IDENTITY_EUI, term.terms, term.T_NODE);
  sealBody(key.keys, fresh + key.KEY_SEAL, message, at, layout.NOTICE_INNER, onNoticeSealed);
}

function onNoticeSealed(): void {
  const kept = noticeOf(fresh);
  for (let i = 0; i < 10; i++) notices[kept + i] = getWord(message, 4 * i);
  notices[kept + 10] = message[40];
  repeatNotice(fresh);
}

/** Sends the NOTICE of a tentative key: the same octets each time. */
export function repeatNotice(tentative: number): void {
  const kept = noticeOf(tentative);
  for (let i = 0; i < 10; i++) putWord(message, 4 * i, notices[kept + i]);
  message[40] = notices[kept + 10];
  sendMessage(layout.NOTICE_OCTETS, key.keys, tentative, key.NO_KEY, endTask);
}

/** The tentative key that the run of node and ctr has made here, or NO_KEY. */
export function tentativeOf(t: Words): number {
  for (let one = key.LIVE_END; one < key.KEYS_END; one += key.NEXT_KEY) {
    if (
      key.stateOf(one) === key.TENTATIVE &&
      key.keys[one + key.KEY_CTR] === t[term.T_CTR] &&
      names(t, term.T_NODE, key.keys, one) &&
      key.keyAlive(one)
    ) {
      return one;
    }
  }
  return key.NO_KEY;
}

/** N used the key: it is proved. The older key with N goes. @returns where the key is now, or NO_KEY: no room. */
export function onCommit(tentative: number): number {
  const keys = key.keys;
  const old = key.keyWith(keys, tentative, key.LIVE);
  const live = key.roomFor(keys, tentative);
  if (live === key.NO_KEY) return live;
  key.moveKey(tentative, live);
  key.setState(live, key.LIVE);
  keys[live + key.KEY_USED] = seconds();
  if (key.modeOf(live) === MODE_REFRESH && old !== key.NO_KEY) continueKey(old, live);
  else startProvisional(live);
  key.dropOlder(live);
  nameRun(keys[live + 1], keys[live + key.KEY_CTR]);
  const ctr = keys[live + key.KEY_CTR];
  report(EVENT_COMMIT, keys[live + 1], ctr, key.modeOf(live), key.depthOf(live), key.indexOf(live));
  key.logKey(live);
  return live;
}

/** A refreshed key is the old one in all but its octets: who made it, how long it lives, what B has yet to be told. */
function continueKey(old: number, live: number): void {
  const keys = key.keys;
  copyAddress(keys, old + key.KEY_AUTHORITY, keys, live + key.KEY_AUTHORITY);
  keys[live + key.KEY_EXPIRES] = keys[old + key.KEY_EXPIRES];
  keys[live + key.KEY_FULL_EXPIRES] = keys[old + key.KEY_FULL_EXPIRES];
  key.setTries(live, key.triesOf(old));
  keys[live + key.KEY_DUE] = keys[old + key.KEY_DUE];
}

/** A key from a router is provisional until B has acknowledged ATTACHED. */
function startProvisional(live: number): void {
  const keys = key.keys;
  const full = keys[live + key.KEY_FULL_EXPIRES];
  const provisional = seconds() + 60 * me[IDENTITY_PROVISIONAL];
  keys[live + key.KEY_EXPIRES] = key.depthOf(live) > 0 && provisional < full ? provisional : full;
}

/** A secured frame under a key that is not here (any more): its sender is told, once a second at most. Ends the task. */
export function onStranger(): void {
  copyAddress(sender, 0, term.terms, term.T_NODE);
  term.terms[term.T_CTR] = 0;
  term.terms[term.T_MODE] = MODE_CENTRALISED;
  if (seconds() > rejects[0]) {
    rejects[0] = seconds();
    sendReject(term.terms, layout.REJECT_NO_KEY, endTask);
  } else {
    endTask();
  }
}
