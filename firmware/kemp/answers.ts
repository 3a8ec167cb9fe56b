// SPDX-License-Identifier: Apache-2.0
// The sealed APPROVALs of an authority's latest runs. A repeated REQUEST gets the stored octets again, never a new seal: a
// second seal would be a second grant and could revive a dead key (protocol.md "Stored answers"). The base station's are in flash
// before they are sent, and out of it before they are void; an introducer's may be lost in a reboot.

import { storageRead, storageWrite } from '#board';
import { ANSWERS } from '#room';
import { getWord, putWord, wipeWords } from '../../crypto-core/index.ts';
import { div, makeWords, type Words } from '../../crypto-core/tables.ts';
import { copyAddress, names } from '../link/address.ts';
import { goOn, nothing } from '../link/task.ts';
import { message } from '../link/transmit.ts';
import { RECORD_ANSWER } from '../records.ts';
import { T_CTR, T_MAC, T_NODE } from './terms.ts';

const NODE = 0;
const CTR = 3;
const MAC = 4; // 2 words
/** Router that it goes to: address. */
export const ANSWER_ROUTER = 6;
const LENGTH = 9;
const AGE = 10;
const OCTETS = 11; // 14 words: APPROVAL has 55 octets at most
const OCTET_WORDS = 14;
const ANSWER_WORDS = OCTETS + OCTET_WORDS;

export const answers = makeWords(ANSWERS * ANSWER_WORDS);
const ANSWERS_END = ANSWERS * ANSWER_WORDS;
export const NO_ANSWER = -1;

/** The age of the youngest; 1 where answers are kept in flash; the next one to look at; the run whose answers are being dropped. */
const state = makeWords(4);
const CLOCK = 0;
const STORED = 1;
const LOOK_AT = 2;
const DROPPED_CTR = 3;
/** Those of all runs that are sealed for a router. */
export const FOR_ROUTER = -1;

let onLoaded = nothing;
/** The node, or the router, whose answers are being dropped: address. */
const dropped = makeWords(3);
let onDropped = nothing;

/**
 * At the base station: answers of before a reboot are as good as new, and all are kept in flash from now on. @param next called in
 * another turn of the running task, when all are there.
 */
export function loadAnswers(next: () => void): void {
  state[STORED] = 1;
  state[LOOK_AT] = 0;
  onLoaded = next;
  goOn(loadNext);
}

function loadNext(): void {
  const one = state[LOOK_AT];
  if (!storageRead(RECORD_ANSWER + div(one, ANSWER_WORDS), answers, one, ANSWER_WORDS)) {
    wipeWords(answers, one, ANSWER_WORDS);
  }
  if (answers[one + AGE] > state[CLOCK]) state[CLOCK] = answers[one + AGE];
  state[LOOK_AT] = one + ANSWER_WORDS;
  goOn(state[LOOK_AT] < ANSWERS_END ? loadNext : onLoaded);
}

function store(answer: number): void {
  if (state[STORED] === 1) {
    storageWrite(RECORD_ANSWER + div(answer, ANSWER_WORDS), answers, answer, ANSWER_WORDS);
  }
}

function forget(answer: number): void {
  wipeWords(answers, answer, ANSWER_WORDS);
  store(answer);
}

/** Keeps message[0..length-1], the answer to the run of `t` for one router, in place of the oldest. */
export function keepAnswer(t: Words, router: Words, routerAt: number, length: number): void {
  let slot = 0;
  for (let one = 0; one < ANSWERS_END; one += ANSWER_WORDS) {
    if (answers[one + AGE] < answers[slot + AGE]) slot = one;
  }
  state[CLOCK] += 1;
  copyAddress(t, T_NODE, answers, slot + NODE);
  copyAddress(router, routerAt, answers, slot + ANSWER_ROUTER);
  answers[slot + CTR] = t[T_CTR];
  answers[slot + MAC] = t[T_MAC];
  answers[slot + MAC + 1] = t[T_MAC + 1];
  answers[slot + LENGTH] = length;
  answers[slot + AGE] = state[CLOCK];
  for (let i = length; i < 4 * OCTET_WORDS; i++) message[i] = 0;
  for (let i = 0; i < OCTET_WORDS; i++) answers[slot + OCTETS + i] = getWord(message, 4 * i);
  store(slot);
}

/** The next answer behind `after` (NO_ANSWER: the first) to the very REQUEST of `t`, or NO_ANSWER. */
export function findAnswer(t: Words, after: number): number {
  for (let one = after === NO_ANSWER ? 0 : after + ANSWER_WORDS; one < ANSWERS_END; one += ANSWER_WORDS) {
    if (
      answers[one + LENGTH] > 0 &&
      answers[one + CTR] === t[T_CTR] &&
      answers[one + MAC] === t[T_MAC] &&
      answers[one + MAC + 1] === t[T_MAC + 1] &&
      names(t, T_NODE, answers, one + NODE)
    ) {
      return one;
    }
  }
  return NO_ANSWER;
}

/** Writes a kept answer into `message`. @returns its length. */
export function putAnswer(answer: number): number {
  for (let i = 0; i < OCTET_WORDS; i++) putWord(message, 4 * i, answers[answer + OCTETS + i]);
  return answers[answer + LENGTH];
}

/**
 * Forgets every answer of a run, once it has done its work, or every one sealed for a router whose session is a new one.
 * @param who address of the node, or of the router. @param ctr of the run, or FOR_ROUTER. @param next called in another turn, when
 * they are gone.
 */
export function dropAnswers(who: Words, at: number, ctr: number, next: () => void): void {
  state[DROPPED_CTR] = ctr;
  copyAddress(who, at, dropped, 0);
  state[LOOK_AT] = 0;
  onDropped = next;
  dropNext();
}

function isDropped(one: number): boolean {
  if (answers[one + LENGTH] === 0) return false;
  if (state[DROPPED_CTR] === FOR_ROUTER) return names(dropped, 0, answers, one + ANSWER_ROUTER);
  return answers[one + CTR] === state[DROPPED_CTR] && names(dropped, 0, answers, one + NODE);
}

/** One a turn: each is wiped in flash. */
function dropNext(): void {
  let one = state[LOOK_AT];
  while (one < ANSWERS_END && !isDropped(one)) one += ANSWER_WORDS;
  state[LOOK_AT] = one;
  if (one < ANSWERS_END) {
    forget(one);
    goOn(dropNext);
  } else {
    goOn(onDropped);
  }
}
