// SPDX-License-Identifier: Apache-2.0
// The console (docs/console.md): what all roles answer, and how an answer ends: `Done`, or `Error` with a number and a name. A table
// comes one row a turn.

import * as board from '#board';
import { DEBUG, putImage, putRole } from '#image';
import { changeChannel, parentKeyOf, roleCommand, roleHelp, ROLE_LINES, roleLine, stateLine } from '#lines';
import { blocks } from '../../crypto-core/index.ts';
import * as candidate from '../kemp/candidates.ts';
import { doubt } from '../kemp/echo.ts';
import { isProvisioned, me } from '../kemp/identity.ts';
import * as key from '../kemp/keys.ts';
import { framesReceived } from '../link/receive.ts';
import { nextRefused, REASONS, refusalCount } from '../link/refuse.ts';
import { framesFailed, framesSent } from '../link/transmit.ts';
import { IDENTITY_CHANNEL, IDENTITY_EUI, IDENTITY_SHORT } from '../records.ts';
import * as answer from './answers.ts';
import * as command from './commands.ts';
import { HELP_LINES, helpLine } from './help.ts';
import * as input from './input.ts';
import { LEVEL, log, LOG_EVENTS, LOG_NONE, LOG_REFUSALS } from './notes.ts';
import * as print from './print.ts';

/** Lowest and highest channel of the 2.4 GHz band. */
const FIRST_CHANNEL = 11;
const LAST_CHANNEL = 26;
/** Lines of help beside those that all roles have. */
const OTHER_LINES = ROLE_LINES + (DEBUG ? 1 : 0);
/** A minus sign. */
const MINUS = 45;

/** True if a line can be answered now: one waits, and not for the answer to an ECHO. */
export function consoleWaits(): boolean {
  if (!input.lineWaits()) return false;
  const pinged = input.line[input.PINGED] - 1;
  return pinged < 0 || !key.isAsked(pinged);
}

/**
 * Answers the line that waits: two turns read it, then there is one for each row. @returns LINE_BEGUN where the task goes
 * on, and ends, elsewhere; for all else the caller ends it.
 */
export function showLine(): number {
  let said = answer.LINE_MORE;
  const begun = input.line[input.BEGUN];
  if (begun === 2) said = answerLine(input.line[input.COMMAND]);
  else if (!input.readLine()) said = answer.TOO_LONG;
  else if (begun === 0) {
    input.line[input.COMMAND] = findCommand();
    if (input.line[input.COMMAND] === command.NONE) said = answer.UNKNOWN_COMMAND;
  }
  if (said === answer.LINE_ROW) print.closeRow();
  else if (said !== answer.LINE_MORE && said !== answer.LINE_BEGUN) endLine(said);
  if (said <= answer.LINE_RESTART) board.restart(said === answer.LINE_ERASE);
  return said;
}

/** Ends the answer to a line. @param said LINE_END or below, DONE or an error */
function endLine(said: number): void {
  if (said === answer.LINE_END) print.closeTable();
  else print.closeRow();
  if (said <= answer.DONE) board.consoleText('Done');
  else if (said === answer.UNKNOWN_COMMAND) board.consoleText('Error 1: UnknownCommand');
  else if (said === answer.REFUSED) board.consoleText('Error 2: Refused');
  else if (said === answer.INVALID_ARGUMENT) board.consoleText('Error 3: InvalidArgument');
  else if (said === answer.TOO_LONG) board.consoleText('Error 4: LineTooLong');
  else if (said === answer.UNKNOWN_NODE) board.consoleText('Error 5: UnknownNode');
  else board.consoleText('Error 6: NoAnswer');
  input.endRow();
  input.dropLine();
}

/** What the first word of the line names. */
function findCommand(): number {
  if (input.says(input.NOUN, 'help')) return command.HELP;
  if (input.says(input.NOUN, 'version')) return command.VERSION;
  if (input.says(input.NOUN, 'state')) return command.STATE;
  if (input.says(input.NOUN, 'role')) return command.ROLE;
  if (input.says(input.NOUN, 'neighbors')) return command.NEIGHBORS;
  if (input.says(input.NOUN, 'keys')) return command.KEYS;
  if (input.says(input.NOUN, 'counters')) return command.COUNTERS;
  if (input.says(input.NOUN, 'refusals')) return command.REFUSALS;
  if (input.says(input.NOUN, 'ping')) return command.PING;
  if (input.says(input.NOUN, 'channel')) return command.CHANNEL;
  if (input.says(input.NOUN, 'power')) return command.POWER;
  if (input.says(input.NOUN, 'log')) return command.LOG;
  if (input.says(input.NOUN, 'echo')) return command.ECHO;
  if (input.says(input.NOUN, 'heap')) return command.HEAP;
  if (input.says(input.NOUN, 'reboot')) return command.REBOOT;
  if (input.says(input.NOUN, 'factoryreset')) return command.FACTORY_RESET;
  if (DEBUG && input.says(input.NOUN, 'keylog')) return command.KEY_LOG;
  return roleCommand();
}

function answerLine(which: number): number {
  const next = input.line[input.NEXT_ROW];
  const bare = input.noWord();
  if (which === command.CHANNEL) return channelLine(bare);
  if (which === command.POWER) return powerLine(bare);
  if (which === command.LOG) return logLine(bare);
  if (which === command.PING) return pingLine(bare, next);
  if (which === command.ECHO) return echoLine(bare);
  if (DEBUG && which === command.KEY_LOG) return keylogLine(bare);
  if (which === command.FACTORY_RESET)
    return input.says(input.WORD, 'confirm') ? answer.LINE_ERASE : answer.INVALID_ARGUMENT;
  if (which >= command.OF_ROLE) return roleLine(which, bare, next);
  // The others take no value.
  if (!bare) return answer.INVALID_ARGUMENT;
  if (which === command.KEYS) return nextKey(next);
  if (which === command.NEIGHBORS) return nextNeighbor(next);
  if (which === command.REFUSALS) return nextRefusal(next);
  if (which === command.HELP) return nextHelp(next);
  if (which === command.STATE) return nextOfState(next);
  if (which === command.COUNTERS) return nextCounters(next);
  if (which === command.REBOOT) return answer.LINE_RESTART;
  if (which === command.VERSION) putImage();
  else if (which === command.ROLE) putRole();
  else print.put('free', '', board.freeHeap());
  return answer.DONE;
}

/** Who it is, and in the next turn where. */
function nextOfState(next: number): number {
  if (!isProvisioned()) {
    print.put('state', 'unprovisioned', 0);
    return answer.DONE;
  }
  if (next === 1) {
    stateLine();
    return answer.DONE;
  }
  print.putAddress('eui64', me, IDENTITY_EUI, 16);
  print.putAddress('short', me, IDENTITY_SHORT, 4);
  input.line[input.NEXT_ROW] = 1;
  return answer.LINE_MORE;
}

function nextHelp(next: number): number {
  input.line[input.NEXT_ROW] = next + 1;
  if (next === HELP_LINES + OTHER_LINES) return answer.LINE_END;
  print.row();
  print.quote();
  if (next < HELP_LINES) helpLine(next);
  else if (!DEBUG || next > HELP_LINES) roleHelp(next - HELP_LINES - (DEBUG ? 1 : 0));
  else board.consoleText('keylog [on|off]: whether the reports have link keys, which are key material');
  print.quote();
  if (input.line[input.JSON] === 0) input.endRow();
  return answer.LINE_MORE;
}

/** A router in earshot; `left` is the milliseconds until it counts as silent. */
function nextNeighbor(next: number): number {
  let one = next;
  if (input.line[input.HALF] === 0) {
    while (one < candidate.CANDIDATES_END && !candidate.known(one)) one += candidate.NEXT_CANDIDATE;
    if (one >= candidate.CANDIDATES_END) return answer.LINE_END;
    print.row();
    print.putAddress('eui64', candidate.candidates, one, 16);
    print.putAddress('short', candidate.candidates, one + 2, 4);
    input.line[input.NEXT_ROW] = one;
    input.line[input.HALF] = 1;
    return answer.LINE_MORE;
  }
  input.line[input.HALF] = 0;
  input.line[input.NEXT_ROW] = one + candidate.NEXT_CANDIDATE;
  print.put('rank', '', candidate.rankOf(one));
  print.put('quality', '', candidate.qualityOf(one));
  print.put('left', '', candidate.millisLeft(one));
  return answer.LINE_ROW;
}

/** A key: whom with, and all of it that is no secret. */
function nextKey(next: number): number {
  let one = next;
  if (input.line[input.HALF] === 0) {
    while (one < key.KEYS_END && !key.keyAlive(one)) one += key.NEXT_KEY;
    if (one >= key.KEYS_END) return answer.LINE_END;
    print.row();
    print.putAddress('peer', key.keys, one, 16);
    const state = key.stateOf(one);
    if (state === key.LIVE) print.put('state', 'live', 0);
    else if (state === key.UNCONFIRMED) print.put('state', 'unconfirmed', 0);
    else print.put('state', 'tentative', 0);
    input.line[input.NEXT_ROW] = one;
    input.line[input.HALF] = 1;
    return answer.LINE_MORE;
  }
  input.line[input.HALF] = 0;
  input.line[input.NEXT_ROW] = one + key.NEXT_KEY;
  print.put('index', '', key.indexOf(one));
  print.put('depth', '', key.depthOf(one));
  print.put('left', '', key.keys[one + key.KEY_EXPIRES] - board.seconds());
  print.put('tx', '', key.keys[one + key.KEY_TX]);
  return answer.LINE_ROW;
}

/** A reason that occurred. */
function nextRefusal(next: number): number {
  const reason = nextRefused(next);
  input.line[input.NEXT_ROW] = reason + 1;
  if (reason >= REASONS) return answer.LINE_END;
  print.row();
  print.put('reason', '', reason);
  print.put('count', '', refusalCount(reason));
  return answer.LINE_ROW;
}

/** Three of them a turn. */
function nextCounters(next: number): number {
  input.line[input.NEXT_ROW] = 1;
  if (next === 0) {
    print.put('seconds', '', board.seconds());
    print.put('received', '', framesReceived());
    print.put('sent', '', framesSent());
    return answer.LINE_MORE;
  }
  print.put('failed', '', framesFailed());
  print.put('blocks', '', blocks() & 0x7fffffff);
  print.put('typed-in-vain', '', input.line[input.LOST]);
  return answer.DONE;
}

/** Until the next start; nothing is stored. */
function channelLine(bare: boolean): number {
  if (bare) {
    print.put('channel', '', me[IDENTITY_CHANNEL]);
    return answer.DONE;
  }
  const channel = input.readNumber();
  if (channel < FIRST_CHANNEL || channel > LAST_CHANNEL) return answer.INVALID_ARGUMENT;
  if (!isProvisioned()) return answer.REFUSED;
  me[IDENTITY_CHANNEL] = channel;
  changeChannel(channel);
  return answer.DONE;
}

function powerLine(bare: boolean): number {
  if (bare) {
    print.put('dbm', '', board.radioPower());
    return answer.DONE;
  }
  const negative = input.takeSign(MINUS);
  const size = input.readNumber();
  if (size < 0 || size > 40) return answer.INVALID_ARGUMENT;
  return board.setRadioPower(negative ? -size : size) ? answer.DONE : answer.REFUSED;
}

function logLine(bare: boolean): number {
  if (bare) {
    if (log[LEVEL] === LOG_NONE) print.put('log', 'none', 0);
    else if (log[LEVEL] === LOG_EVENTS) print.put('log', 'events', 0);
    else print.put('log', 'refusals', 0);
  } else if (input.says(input.WORD, 'none')) log[LEVEL] = LOG_NONE;
  else if (input.says(input.WORD, 'events')) log[LEVEL] = LOG_EVENTS;
  else if (input.says(input.WORD, 'refusals')) log[LEVEL] = LOG_REFUSALS;
  else return answer.INVALID_ARGUMENT;
  return answer.DONE;
}

/** ECHO under a link key: the answer comes when the peer has shown a sign of life, or has been asked in vain. */
function pingLine(bare: boolean, next: number): number {
  if (next === 1) {
    const asked = input.line[input.PINGED] - 1;
    if (!key.answers(asked)) return answer.NO_ANSWER;
    print.putAddress('peer', key.keys, asked, 16);
    print.put('ms', '', (board.millis() - input.line[input.PINGED_AT]) & 0x7fffffff);
    return answer.DONE;
  }
  if (!bare && !input.readNode()) return answer.INVALID_ARGUMENT;
  const link = bare ? parentKeyOf() : key.keyWith(input.named, 0, key.LIVE);
  if (link === key.NO_KEY || !key.isLive(link)) return answer.UNKNOWN_NODE;
  doubt(link);
  input.line[input.NEXT_ROW] = 1;
  input.line[input.PINGED] = link + 1;
  input.line[input.PINGED_AT] = board.millis();
  return answer.LINE_MORE;
}

function echoLine(bare: boolean): number {
  if (bare) {
    if (input.line[input.ECHO] === 1) print.put('echo', 'on', 0);
    else print.put('echo', 'off', 0);
  } else if (input.says(input.WORD, 'on')) input.line[input.ECHO] = 1;
  else if (input.says(input.WORD, 'off')) input.line[input.ECHO] = 0;
  else return answer.INVALID_ARGUMENT;
  return answer.DONE;
}

/** Only in debug images. */
function keylogLine(bare: boolean): number {
  if (bare) {
    if (board.keylogWanted()) print.put('keylog', 'on', 0);
    else print.put('keylog', 'off', 0);
  } else if (input.says(input.WORD, 'on')) board.wantKeylog(true);
  else if (input.says(input.WORD, 'off')) board.wantKeylog(false);
  else return answer.INVALID_ARGUMENT;
  return answer.DONE;
}
