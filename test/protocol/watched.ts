// SPDX-License-Identifier: Apache-2.0
// A run on the bench with every report kept, and questions to ask of them.
import * as events from '../../firmware/events.ts';
import { runBench } from '../../host/bench/run.ts';
import type { BenchHooks, BenchResult, Report } from '../../host/bench/run.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import type { VmName } from '../../host/vm/open.ts';

export class Watched {
  readonly result: BenchResult['result'];
  readonly failures: BenchResult['failures'];
  readonly reports: readonly Report[];

  constructor(scenario: Scenario, hooks: BenchHooks = {}, vm: VmName = 'v8') {
    const reports: Report[] = [];
    const run = runBench({ scenario, vm, hooks: [hooks, { onReport: (report) => reports.push(report) }] });
    this.result = run.result;
    this.failures = run.failures;
    this.reports = reports;
  }

  /** Reports of one event, from a moment on (s), of one mote if it is named. */
  of(event: number, from = 0, mote?: string): Report[] {
    return this.reports.filter(
      (report) => report.event === event && report.micros >= from * 1e6 && (mote === undefined || report.mote === mote),
    );
  }

  /** Frames of one message type that were handed to the radio. */
  frames(type: number, from = 0, mote?: string): Report[] {
    return this.of(events.EVENT_FRAME, from, mote).filter(({ args }) => args[0] === type);
  }

  /** Times (ms after `from`) at which keys with the peer of this low word were deleted. */
  deletions(low: number, from: number): { mote: string; ms: number }[] {
    return this.of(events.EVENT_KEY_GONE, from)
      .filter(({ args }) => args[0] === low)
      .map(({ mote, micros }) => ({ mote, ms: micros / 1e3 - from * 1e3 }));
  }
}
