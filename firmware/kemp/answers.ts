// SPDX-License-Identifier: Apache-2.0
// The sealed APPROVALs of an authority's latest runs. A repeated REQUEST gets the stored octets again, never a new seal: a
// second seal would be a second grant and could revive a dead key (protocol.md "Stored answers").

import { getWord, putWord, wipeWords } from '../../crypto-core/index.ts';
import { makeWords, type Words } from '../../crypto-core/tables.ts';
import { copyAddress, names } from '../link/address.ts';
import { message } from '../link/transmit.ts';
import { T_CTR, T_MAC, T_NODE } from './terms.ts';

const ANSWERS = 8;
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

const clock = makeWords(1);

/** Keeps message[0..length-1], the answer to the run of `t` for one router, in place of the oldest. */
export function keepAnswer(t: Words, router: Words, routerAt: number, length: number): void {
  let slot = 0;
  for (let one = 0; one < ANSWERS_END; one += ANSWER_WORDS) {
    if (answers[one + AGE] < answers[slot + AGE]) slot = one;
  }
  clock[0] += 1;
  copyAddress(t, T_NODE, answers, slot + NODE);
  copyAddress(router, routerAt, answers, slot + ANSWER_ROUTER);
  answers[slot + CTR] = t[T_CTR];
  answers[slot + MAC] = t[T_MAC];
  answers[slot + MAC + 1] = t[T_MAC + 1];
  answers[slot + LENGTH] = length;
  answers[slot + AGE] = clock[0];
  for (let i = 0; i < OCTET_WORDS; i++) answers[slot + OCTETS + i] = getWord(message, 4 * i);
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

/** Forgets every answer of a run, once it has done its work: `node` and ctr name it. */
export function dropAnswers(node: Words, at: number, ctr: number): void {
  for (let one = 0; one < ANSWERS_END; one += ANSWER_WORDS) {
    if (answers[one + CTR] === ctr && names(node, at, answers, one + NODE)) wipeWords(answers, one, ANSWER_WORDS);
  }
}

/** Forgets every answer sealed for a router: its session is a new one. */
export function dropAnswersTo(router: Words, at: number): void {
  for (let one = 0; one < ANSWERS_END; one += ANSWER_WORDS) {
    if (answers[one + LENGTH] > 0 && names(router, at, answers, one + ANSWER_ROUTER))
      wipeWords(answers, one, ANSWER_WORDS);
  }
}
