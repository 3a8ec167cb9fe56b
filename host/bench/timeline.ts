// SPDX-License-Identifier: Apache-2.0
// The run as it happens: time, mote, what, mode, octets. Frames of key establishments and what motes report; adverts,
// readings, acknowledgements and retries of the MAC are in the capture and in the closing tables.

import * as events from '../../firmware/events.ts';
import type { Scenario } from '../scenario/schema.ts';
import { Directory } from './directory.ts';
import { messageName, moveName, outcomeName, reasonName, revocationName, storageFault } from './names.ts';
import type { BenchHooks, Report } from './run.ts';
import type { FrameLabel } from './run-book.ts';

interface Line {
  readonly what: string;
  readonly mode?: number;
  readonly octets?: number;
}

/** @returns what a report says, or undefined where the timeline passes over it. */
function describeReport(directory: Directory, event: number, args: readonly number[]): Line | undefined {
  const [a, b, c, d, e] = args as [number, number, number, number, number];
  const peer = directory.name(a);
  switch (event) {
    case events.EVENT_RUN: {
      const others = e > 1 ? ` and ${e - 1} more` : '';
      return { what: `run ${b}: a key with ${directory.name(d)}${others}, by ${directory.name(c)}`, mode: a };
    }
    case events.EVENT_KEY:
      return { what: `run ${b}: proved key ${e} with ${peer}, depth ${d}`, mode: c };
    case events.EVENT_RUN_END:
      return { what: `run ${a}: ${outcomeName(b)}`, mode: c };
    case events.EVENT_COMMIT:
      return { what: `committed key ${e} with ${peer}, depth ${d}`, mode: c };
    case events.EVENT_ATTACH:
      return { what: `attached to ${peer}`, mode: b };
    case events.EVENT_DETACH:
      return { what: `lost ${peer}` };
    case events.EVENT_KEY_GONE:
      return { what: `deleted key ${b} with ${peer}` };
    case events.EVENT_REFUSED:
      return { what: `refused ${messageName(b)}: ${reasonName(a)}` };
    case events.EVENT_RANK:
      return { what: `rank ${a}` };
    case events.EVENT_ATTACHED:
      return { what: `knows ${peer} at ${directory.name(b)}, depth ${e}`, mode: d };
    case events.EVENT_REVOKE:
      return { what: `revokes ${peer}: ${revocationName(b)}` };
    case events.EVENT_REVOKED:
      return { what: `knows that ${directory.name(b)} has let go of ${peer}` };
    case events.EVENT_BAD_RECORD:
      return {
        what: `cannot run: record ${a} ${c === 0 ? 'is missing or unreadable' : `has version ${c}, expected ${b}`}`,
      };
    case events.EVENT_UNSEEDED:
      return { what: 'has no random numbers that nobody knows: no keys' };
    case events.EVENT_STORAGE_FAULT:
      return { what: `storage: file ${a} ${storageFault(b)}${d === 1 ? ': made anew from the other one' : ''}` };
    case events.EVENT_RESTORED:
      return { what: `kept key ${d} with ${peer}, depth ${c}`, mode: b };
    case events.EVENT_DOWN_SENT:
      return { what: `sent ${c} octets down to ${peer}${d === 0 ? '' : ': not acknowledged'}` };
    case events.EVENT_DOWN:
      return { what: `got ${b} octets from the base station` };
    default:
      return undefined;
  }
}

/** @param print gets each line without its end. */
export function timeline(scenario: Scenario, print: (line: string) => void): BenchHooks {
  const directory = new Directory(scenario.motes);
  const width = Math.max(...scenario.motes.map((mote) => mote.name.length));
  const line = (micros: number, mote: string, { what, mode, octets }: Line): void => {
    const time = (micros / 1e6).toFixed(3).padStart(9);
    const columns = [time, mote.padEnd(width), what.padEnd(42), (mode === undefined ? '' : moveName(mode)).padEnd(11)];
    print([...columns, octets === undefined ? '' : String(octets).padStart(3)].join('  ').trimEnd());
  };
  return {
    onPower: (mote, on, micros) => line(micros, mote, { what: on ? 'power on' : 'power off' }),
    onConsole: (mote, text, micros) => line(micros, mote, { what: `> ${text}` }),
    onReport({ micros, mote, event, args }: Report) {
      const said = describeReport(directory, event, args);
      if (said !== undefined) line(micros, mote, said);
    },
    onFrame({ start, sender, octets, attempt, ack, label }) {
      const frame = label as FrameLabel | undefined;
      if (frame?.run === undefined || ack || attempt > 1) return;
      const mode = frame.run.start?.mode;
      const what = `${messageName(frame.type)} to ${directory.destination(octets)}`;
      line(start, sender, { what, ...(mode === undefined ? {} : { mode }), octets: octets.length });
    },
  };
}
