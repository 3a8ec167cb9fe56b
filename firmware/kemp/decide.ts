// SPDX-License-Identifier: Apache-2.0
// The one place where a node decides: whom to join, when to hand over and in which mode, when to give a router up. Nobody
// tells it; it knows what ADVERTs say, how well it hears them, and which keys it holds (protocol.md "Discovery").

import { radioChannel, seconds } from '#board';
import {
  MODE_CENTRALISED,
  MODE_PREDICTIVE,
  MODE_REACTIVE,
  MODE_REFRESH,
  MODE_RETURN,
  OUTCOME_ESTABLISHED,
  OUTCOME_REJECTED,
  OUTCOME_TIMEOUT,
} from '../events.ts';
import { makeWords } from '../../crypto-core/tables.ts';
import { copyAddress, handleOf, isLower, names } from '../link/address.ts';
import { endTask, goOn } from '../link/task.ts';
import { inMillis, jitter, remaining, setTimer, TIMER_DECIDE } from '../link/timers.ts';
import { broadcastMessage, message } from '../link/transmit.ts';
import {
  IDENTITY_BASE_EUI,
  IDENTITY_CHANNEL,
  IDENTITY_DEPTH_LIMIT,
  IDENTITY_EUI,
  IDENTITY_HYSTERESIS,
  IDENTITY_LEAVE_BELOW,
  IDENTITY_REFRESH,
  IDENTITY_SCAN,
  IDENTITY_SESSION,
} from '../records.ts';
import * as candidate from './candidates.ts';
import { challenge, confirming, isRestored } from './confirm.ts';
import { me } from './identity.ts';
import * as key from './keys.ts';
import { isMarked } from './marks.ts';
import { head, MAX_ROUTERS, SOLICIT } from './layout.ts';
import * as up from './parent.ts';
import * as runs from './run.ts';
import { closeSession, hasSession, sessionAge } from './session.ts';
import { T_AUTHORITY, T_COUNT, T_INDEX, T_MODE } from './terms.ts';

/** How often a node looks around, ms, and by how much that varies. */
const LOOK_MS = 1000;
const LOOK_SPREAD = 250;
/** Random back-off before a join, seconds: a crowd that was switched on together does not join together. */
const JOIN_BACKOFF = 8;
/** Link quality below which no router is joined: 3 dB above where frames begin to be lost. */
const JOIN_QUALITY = 30;
/** Link quality that is good enough for a router to prefer fewer hops to a still better link. */
const GOOD_QUALITY = 60;
/** Data frames in a row without acknowledgement after which the parent counts as silent. */
const LOST_FRAMES = 3;
/** Seconds between a router's requests for keys with neighbours that it lacks. */
const NEIGHBOUR_PAUSE = 12;
/** Seconds in which the children of a router that lost its parent find out: two silences (candidates.ts). */
const ORPHAN_SECONDS = 40;
/** Pause after the SOLICITs of one round of channels, and how often it doubles: a minute at last. */
const SOLICIT_MS = 2000;
const MOST_DOUBLINGS = 5;
/** Time on one channel of a round: SOLICIT is answered within 250 ms. */
const SCAN_MS = 300;
const FIRST_CHANNEL = 11;
const LAST_CHANNEL = 26;
/** Renewal comes at 80 % of a key's life: when a fifth is left. */
const RENEW_PART = 5;
/** A key with less life than this is not worth introducing with, seconds. */
const SHORT_LIFE = 120;

const state = makeWords(16);
/** Seconds before which no join begins. */
const NOT_BEFORE = 0;
const UNANSWERED = 1;
/** 1 at a router. */
const ROUTES = 2;
const NEIGHBOURS_AT = 3;
/** Hops to B when there was a way, and how long (s) those as far away are taken for possible children. */
const RANK = 4;
const RANK_UNTIL = 5;
/** Rounds of SOLICITs in vain, and when the next SOLICIT is due (ms). */
const SOLICITS = 6;
const SOLICIT_AT = 7;
/** Channel of today, and 1 once a SOLICIT has gone out on it. */
const CHANNEL = 8;
const ASKED = 9;
/** What this look around has found: the parent and the best router to join, as candidates; and the one to ask for next. */
const CURRENT = 10;
const BEST = 11;
const NEIGHBOUR = 12;
/** What the console wants: 1 for another router, the candidate if it named one; 1 for a new key. */
const MOVES = 13;
const ONLY = 14;
const REFRESHES = 15;

/** @param routes this node is to serve others. */
export function startDecide(routes: boolean): void {
  state[ROUTES] = routes ? 1 : 0;
  state[CHANNEL] = me[IDENTITY_CHANNEL];
  backOff();
  setTimer(TIMER_DECIDE, jitter(LOOK_MS, LOOK_SPREAD));
}

function backOff(): void {
  state[NOT_BEFORE] = seconds() + jitter(JOIN_BACKOFF >>> 1, JOIN_BACKOFF >>> 1);
}

/** A data frame to the parent was acknowledged or not: too many losses in a row, and it counts as silent. */
export function noteDelivery(acknowledged: boolean): void {
  state[UNANSWERED] = acknowledged ? 0 : state[UNANSWERED] + 1;
  if (state[UNANSWERED] >= LOST_FRAMES) {
    state[UNANSWERED] = 0;
    const lost = candidate.findCandidate(up.parent, up.PARENT_ADDRESS);
    if (lost !== candidate.NO_CANDIDATE) candidate.markSilent(lost);
  }
}

/** TIMER_DECIDE; ends the task. */
export function decideTask(): void {
  setTimer(TIMER_DECIDE, jitter(LOOK_MS, LOOK_SPREAD));
  if (runs.runOpen() || confirming()) endTask();
  else goOn(lookAround);
}

function lookAround(): void {
  state[CURRENT] = candidate.findCandidate(up.parent, up.PARENT_ADDRESS);
  if (state[ROUTES] === 1) noteRank();
  state[BEST] = bestCandidate();
  goOn(act);
}

function act(): void {
  const current = state[CURRENT];
  const best = state[BEST];
  const wanted = state[MOVES] === 1;
  state[MOVES] = 0;
  const lost = current === candidate.NO_CANDIDATE || !candidate.heard(current) || candidate.isTooFar(current);
  const attached = up.parentKey() !== key.NO_KEY;
  if (attached && !lost) {
    if (
      best !== candidate.NO_CANDIDATE &&
      best !== current &&
      (wanted || (state[ROUTES] === 0 && isBetter(best, current)))
    ) {
      handOver(best, MODE_PREDICTIVE);
    } else if (!renew(current) && !refreshOne()) {
      askNeighbours(current);
    }
  } else if (best === candidate.NO_CANDIDATE && remaining(state[SOLICIT_AT]) <= 0) {
    solicit();
  } else if (best === candidate.NO_CANDIDATE || seconds() < state[NOT_BEFORE]) {
    endTask();
  } else {
    state[SOLICITS] = 0;
    state[ASKED] = 0;
    handOver(best, MODE_REACTIVE);
  }
}

/**
 * Asks who is there: on the channel of today, then on each other one of the identity; rounds come at intervals that double. Ends
 * the task.
 */
function solicit(): void {
  if (state[ASKED] === 1) tune(nextChannel());
  state[ASKED] = 1;
  if (nextChannel() === me[IDENTITY_CHANNEL]) {
    state[SOLICIT_AT] = inMillis(SOLICIT_MS << state[SOLICITS]);
    if (state[SOLICITS] < MOST_DOUBLINGS) state[SOLICITS] += 1;
  } else {
    state[SOLICIT_AT] = inMillis(SCAN_MS);
    setTimer(TIMER_DECIDE, SCAN_MS);
  }
  message[0] = head(SOLICIT, 0);
  broadcastMessage(1, endTask);
}

/** The channel after that of today: the next one of the identity, from the last one on the first again. */
function nextChannel(): number {
  let next = state[CHANNEL];
  do {
    next = next < LAST_CHANNEL ? next + 1 : FIRST_CHANNEL;
  } while (next !== me[IDENTITY_CHANNEL] && (me[IDENTITY_SCAN] & (1 << next)) === 0 && next !== state[CHANNEL]);
  return next;
}

/** Tunes to another channel, where nobody has been heard yet. */
export function tune(channel: number): void {
  if (channel === state[CHANNEL]) return;
  state[CHANNEL] = channel;
  radioChannel(channel);
  candidate.markAllSilent();
}

/** Past the hysteresis, and only when the parent has become weak: no change of router for a decibel. */
function isBetter(best: number, current: number): boolean {
  const own = candidate.qualityOf(current);
  return own < me[IDENTITY_LEAVE_BELOW] && candidate.qualityOf(best) >= own + me[IDENTITY_HYSTERESIS];
}

/** Routers prefer few hops over a link that is good enough; motes the best link. What the console wants comes before. */
function bestCandidate(): number {
  let best = candidate.NO_CANDIDATE;
  let bestMerit = 0;
  for (let one = 0; one < candidate.CANDIDATES_END; one += candidate.NEXT_CANDIDATE) {
    const quality = candidate.qualityOf(one);
    let merit = quality;
    if (state[ROUTES] === 1 && quality >= GOOD_QUALITY) {
      merit += 256 * (256 - candidate.rankOf(one));
    }
    if (
      merit > bestMerit &&
      quality >= JOIN_QUALITY &&
      candidate.eligible(one) &&
      !isOwnChild(one) &&
      !isMarked(candidate.candidates, one) &&
      !isUnwanted(one)
    ) {
      best = one;
      bestMerit = merit;
    }
  }
  return best;
}

/** The console wants another. */
function isUnwanted(one: number): boolean {
  return (
    state[MOVES] === 1 && (one === state[CURRENT] || (state[ONLY] !== candidate.NO_CANDIDATE && one !== state[ONLY]))
  );
}

/**
 * A router never hangs itself below one that may hang below it: one as far from B as itself, or, once it has lost its
 * parent, as it was, until such a one has had the time to find out.
 */
function isOwnChild(one: number): boolean {
  if (state[ROUTES] === 0) return false;
  const far = candidate.rankOf(one);
  return far === up.NO_RANK || (far >= state[RANK] && seconds() < state[RANK_UNTIL]);
}

/** How far from B this router is while it has a way there. */
function noteRank(): void {
  const above = state[CURRENT];
  if (above !== candidate.NO_CANDIDATE && candidate.heard(above) && up.rank() !== up.NO_RANK) {
    state[RANK] = up.rank();
    state[RANK_UNTIL] = seconds() + ORPHAN_SECONDS;
  }
}

/**
 * Goes back to the base station for a new key with the router of today: when little of the key's life is left, or when there is
 * no session, or one that has served its time. @returns false if there is no need.
 */
function renew(current: number): boolean {
  const used = up.parentKey();
  const life = key.keys[used + key.KEY_EXPIRES] - key.bornAt(used);
  const left = key.keys[used + key.KEY_EXPIRES] - seconds();
  if (hasSession() && sessionAge() >= 60 * me[IDENTITY_SESSION] && me[IDENTITY_SESSION] > 0) closeSession();
  if ((hasSession() && left * RENEW_PART > life) || !candidate.eligible(current)) return false;
  runs.clearRun();
  centralised(current);
  runs.wantRouter(candidate.candidates, current);
  runs.run[runs.RUN_ATTACHES] = 1;
  runs.startRun();
  return true;
}

/** Asks one router in earshot for a new key of the same end of life, if the one with it is old, or wanted. @returns false: none is. */
function refreshOne(): boolean {
  const wanted = state[REFRESHES] === 1 ? up.parentKey() : key.NO_KEY;
  const now = seconds();
  const due = now - 60 * me[IDENTITY_REFRESH];
  for (let one = 0; one < key.LIVE_END; one += key.NEXT_KEY) {
    const lives = key.isLive(one) && key.keys[one + key.KEY_EXPIRES] > now + SHORT_LIFE;
    if (lives && (one === wanted || (!key.isServed(one) && key.keys[one + key.KEY_MADE] <= due))) {
      const router = candidate.findCandidate(key.keys, one);
      if (router !== candidate.NO_CANDIDATE && candidate.eligible(router) && !key.hasTentative(key.keys, one)) {
        state[REFRESHES] = 0;
        runs.clearRun();
        runs.run[T_MODE] = MODE_REFRESH;
        runs.run[T_INDEX] = key.indexOf(one);
        runs.run[runs.RUN_HOPS] = 1;
        copyAddress(key.keys, one, runs.run, T_AUTHORITY);
        copyAddress(key.keys, one, runs.run, runs.RUN_ENTRY);
        runs.wantRouter(key.keys, one);
        runs.startRun();
        return true;
      }
    }
  }
  return false;
}

/** The console wants a new key with the router of today. */
export function wantRefresh(): void {
  state[REFRESHES] = 1;
  setTimer(TIMER_DECIDE, 0);
}

/** The console wants another router. @param one the candidate that it names, or NO_CANDIDATE: the best but that of today */
export function wantRouter(one: number): void {
  state[MOVES] = 1;
  state[ONLY] = one;
  setTimer(TIMER_DECIDE, 0);
}

/** Moves to `target`: without a frame where a live key is at hand, else by the cheapest mode that can work. Ends the task. */
function handOver(target: number, mode: number): void {
  const table = candidate.candidates;
  const held = key.trustedWith(table, target, key.LIVE);
  if (held !== key.NO_KEY) {
    up.attachTo(held, candidate.rankOf(target), MODE_RETURN);
    endTask();
    return;
  }
  const restored = key.keyWith(table, target, key.UNCONFIRMED);
  if (restored !== key.NO_KEY && isRestored(restored)) {
    challenge(restored);
    return;
  }
  runs.clearRun();
  const introducer = up.parentKey();
  const fromBase = up.isParent(me, IDENTITY_BASE_EUI);
  const toBase = names(table, target, me, IDENTITY_BASE_EUI);
  if (mode === MODE_REACTIVE) up.detach();
  if (fromBase && mode === MODE_PREDICTIVE) {
    // B introduces too, but as the key centre: its own earshot is the shortest way to it.
    centralised(candidate.findCandidate(up.parent, up.PARENT_ADDRESS));
  } else if (!fromBase && !toBase && introducer !== key.NO_KEY && canIntroduce(introducer, target)) {
    runs.run[T_MODE] = mode;
    copyAddress(up.parent, up.PARENT_ADDRESS, runs.run, T_AUTHORITY);
    if (mode === MODE_PREDICTIVE) copyAddress(up.parent, up.PARENT_ADDRESS, runs.run, runs.RUN_ENTRY);
    else copyAddress(table, target, runs.run, runs.RUN_ENTRY);
    runs.run[runs.RUN_HOPS] = mode;
  } else {
    centralised(target);
  }
  runs.wantRouter(table, target);
  runs.run[runs.RUN_ATTACHES] = 1;
  if (state[ROUTES] === 1 && runs.run[T_MODE] === MODE_CENTRALISED) wantNeighbours();
  else goOn(runs.startRun);
}

function centralised(entry: number): void {
  const table = candidate.candidates;
  runs.run[T_MODE] = MODE_CENTRALISED;
  copyAddress(me, IDENTITY_BASE_EUI, runs.run, T_AUTHORITY);
  copyAddress(table, entry, runs.run, runs.RUN_ENTRY);
  runs.run[runs.RUN_HOPS] = 1 + candidate.rankOf(entry);
}

/** The introducer has depth and life to give, and says, or its neighbour says, that the two share a key. */
function canIntroduce(introducer: number, target: number): boolean {
  const known = candidate.findCandidate(up.parent, up.PARENT_ADDRESS);
  // Who says that no way leads through it knows why.
  if (known !== candidate.NO_CANDIDATE && candidate.isTooFar(known)) return false;
  return (
    key.depthOf(introducer) < me[IDENTITY_DEPTH_LIMIT] &&
    key.keys[introducer + key.KEY_EXPIRES] > seconds() + SHORT_LIFE &&
    (candidate.advertised(target, handleOf(up.parent, up.PARENT_ADDRESS)) ||
      (known !== candidate.NO_CANDIDATE && candidate.advertised(known, handleOf(candidate.candidates, target))))
  );
}

/**
 * Adds neighbours that this router holds no key with to its REQUEST, three routers in all at most, and begins the run if there is
 * anyone to ask. Of two that have both joined, the one farther from B asks, or of equals the one with the higher EUI-64: so
 * their runs do not cross. Ends the task.
 */
function wantNeighbours(): void {
  state[NEIGHBOUR] = 0;
  goOn(wantNext);
}

/** One neighbour a turn: each is looked for among all keys and all marks. */
function wantNext(): void {
  const one = state[NEIGHBOUR];
  if (one === candidate.CANDIDATES_END || runs.run[T_COUNT] === MAX_ROUTERS) {
    if (runs.run[T_COUNT] > 0) runs.startRun();
    else endTask();
    return;
  }
  state[NEIGHBOUR] = one + candidate.NEXT_CANDIDATE;
  const table = candidate.candidates;
  if (
    candidate.eligible(one) &&
    candidate.qualityOf(one) >= JOIN_QUALITY &&
    !isMarked(table, one) &&
    runs.awaitedRouter(table, one) < 0 &&
    isMineToAsk(one) &&
    key.trustedWith(table, one, key.UNCONFIRMED) === key.NO_KEY &&
    !key.hasTentative(table, one)
  ) {
    runs.wantRouter(table, one);
  }
  goOn(wantNext);
}

function isMineToAsk(one: number): boolean {
  const far = candidate.rankOf(one);
  const own = up.rank();
  return far < own || (far === own && isLower(candidate.candidates, one, me, IDENTITY_EUI));
}

/** A router asks B for keys with neighbours that it lacks, so that each can introduce nodes to the other. Ends the task. */
function askNeighbours(entry: number): void {
  if (state[ROUTES] === 1 && seconds() >= state[NEIGHBOURS_AT]) {
    state[NEIGHBOURS_AT] = seconds() + NEIGHBOUR_PAUSE;
    runs.clearRun();
    centralised(entry);
    wantNeighbours();
  } else {
    endTask();
  }
}

/** TIMER_RUN: the REQUEST goes out again, or the run is over; ends the task. */
export function runTask(): void {
  if (!runs.runOpen()) {
    endTask();
  } else if (!runs.repeatRun()) {
    failRun(runs.answeredAny() ? OUTCOME_ESTABLISHED : OUTCOME_TIMEOUT);
    endTask();
  }
}

/**
 * Ends the open run without all its keys. The next look around chooses anew: after a predictive run that failed the
 * introducer counts as silent, which leaves the reactive mode; after a reactive one, or one that it has rejected, it is given up,
 * which leaves the centralised mode; after a centralised one the entry is barred.
 */
export function failRun(outcome: number): void {
  const mode = runs.run[T_MODE];
  runs.endRun(outcome);
  if (outcome === OUTCOME_ESTABLISHED) return;
  if (mode === MODE_PREDICTIVE && outcome !== OUTCOME_REJECTED) {
    const introducer = candidate.findCandidate(runs.run, T_AUTHORITY);
    if (introducer !== candidate.NO_CANDIDATE) candidate.markSilent(introducer);
  } else if (mode === MODE_PREDICTIVE || mode === MODE_REACTIVE) {
    up.detach();
  } else {
    const entry = candidate.findCandidate(runs.run, runs.RUN_ENTRY);
    if (entry !== candidate.NO_CANDIDATE) candidate.barCandidate(entry);
    backOff();
  }
}
