// SPDX-License-Identifier: Apache-2.0
// '#lines' of the base station: its registry. A node is named by its short address (4 hexadecimal digits) or its EUI-64 (16).

import { consoleText, radioChannel, seconds } from '#board';
import { REVOKE_COMPROMISED, REVOKE_REMOVED } from '../../events.ts';
import { PAYLOAD_OCTETS } from '../../app/calls.ts';
import { me } from '../../kemp/identity.ts';
import { NO_KEY } from '../../kemp/keys.ts';
import * as registry from '../../kemp/registry.ts';
import { enrol, revoke } from '../../kemp/revoke.ts';
import { downIsFree, startDown, waiting } from '../../kemp/send-down.ts';
import { IDENTITY_BASE_EUI, NODE_COUNTER, NODE_EUI, NODE_REVOKED, NODE_SHORT } from '../../records.ts';
import { endTask } from '../../link/task.ts';
import * as answer from '../answers.ts';
import * as command from '../commands.ts';
import { readHex } from '../hex.ts';
import * as input from '../input.ts';
import * as print from '../print.ts';

export { radioChannel as changeChannel };

/** B has no parent. */
export function parentKeyOf(): number {
  return NO_KEY;
}

export function stateLine(): void {
  print.put('state', 'base', 0);
}

export function roleCommand(): number {
  if (input.says(input.NOUN, 'nodes')) return command.NODES;
  if (input.says(input.NOUN, 'where')) return command.WHERE;
  if (input.says(input.NOUN, 'enrol')) return command.ENROL;
  if (input.says(input.NOUN, 'revoke')) return command.REVOKE;
  return input.says(input.NOUN, 'down') ? command.DOWN : command.NONE;
}

export function roleLine(which: number, bare: boolean, next: number): number {
  if (which === command.NODES) return bare ? nextNode(next) : answer.INVALID_ARGUMENT;
  // The word of now is the one behind the node from the second turn on.
  if (next === 0 && !input.readNode()) return answer.INVALID_ARGUMENT;
  const node = registry.findNode(input.named, 0);
  if (node === registry.NO_NODE) return answer.UNKNOWN_NODE;
  if (which === command.DOWN) return downLine(node, next);
  if (which === command.WHERE) return nextHop(node, next);
  if (next === 1) return answer.DONE;
  const last = input.noWord();
  if (which === command.ENROL) {
    if (!last) return answer.INVALID_ARGUMENT;
    return enrol(node) ? answer.DONE : answer.REFUSED;
  }
  if (!last && !input.says(input.WORD, 'compromised')) return answer.INVALID_ARGUMENT;
  // Its task goes on elsewhere, and then this line in another one.
  input.line[input.NEXT_ROW] = 1;
  revoke(node, last ? REVOKE_REMOVED : REVOKE_COMPROMISED, endTask);
  return answer.LINE_BEGUN;
}

/** Data for a node, in hex. */
function downLine(node: number, next: number): number {
  if (next === 0) {
    if (!downIsFree()) return answer.REFUSED;
    input.line[input.NEXT_ROW] = -1;
    return answer.LINE_MORE;
  }
  const octets = readHex(waiting, PAYLOAD_OCTETS);
  if (octets < 0) return answer.LINE_MORE;
  if (octets === 0) return answer.INVALID_ARGUMENT;
  return startDown(node, octets) ? answer.DONE : answer.REFUSED;
}

/** A node of the registry. */
function nextNode(next: number): number {
  if (next >= registry.nodesEnd()) return answer.LINE_END;
  input.line[input.NEXT_ROW] = next + registry.NEXT_NODE;
  print.row();
  print.putAddress('eui64', registry.nodes, next + NODE_EUI, 16);
  print.putAddress('short', registry.nodes, next + NODE_SHORT, 4);
  const held = registry.nodes[next + registry.NODE_HELD_UNTIL] - seconds();
  if (registry.nodes[next + NODE_REVOKED] === REVOKE_COMPROMISED) print.put('state', 'compromised', 0);
  else if (registry.nodes[next + NODE_REVOKED] !== 0) print.put('state', 'revoked', 0);
  else if (held > 0) print.put('state', 'keyed', 0);
  else print.put('state', 'enrolled', 0);
  print.put('runs', '', registry.nodes[next + NODE_COUNTER] + 1);
  print.put('left', '', held > 0 ? held : 0);
  return answer.LINE_ROW;
}

/** Who is between a node and the base station, the node's own router first. */
function nextHop(node: number, next: number): number {
  if (next < 0) return answer.LINE_END;
  const at = next === 0 ? node : next - 1;
  const via = registry.nodes[at + registry.NODE_VIA];
  if (next === 0 && via === registry.VIA_UNKNOWN) return answer.REFUSED;
  if (via === registry.VIA_UNKNOWN || input.line[input.ROWS] === 16) return answer.LINE_END;
  print.row();
  if (via === registry.VIA_BASE) {
    print.putAddress('via', me, IDENTITY_BASE_EUI, 16);
    input.line[input.NEXT_ROW] = -1;
  } else {
    print.putAddress('via', registry.nodes, via + NODE_EUI, 16);
    input.line[input.NEXT_ROW] = via + 1;
  }
  return answer.LINE_ROW;
}

/** Lines of help. */
export const ROLE_LINES = 5;

export function roleHelp(next: number): void {
  if (next === 0) consoleText('nodes: the nodes of the registry');
  else if (next === 1) consoleText('where NODE: the way to a node, its own router first');
  else if (next === 2) consoleText('enrol NODE: let a revoked node in again');
  else if (next === 3) consoleText('revoke NODE [compromised]: end a node, or all that its key has touched');
  else if (next === 4) consoleText('down NODE HEX: send up to 64 octets to a node');
}
