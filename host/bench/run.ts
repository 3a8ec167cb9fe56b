// SPDX-License-Identifier: Apache-2.0
// A whole network in one process: the scenario's motes on one air and one clock. The same scenario and seed give the same
// octets on air on every engine.

import { EVENT_REFUSED } from '../../firmware/events.ts';
import { Assault } from '../adversary/assault.ts';
import { Air } from '../medium/air.ts';
import type { AirHooks } from '../medium/air.ts';
import { Chip } from '../medium/chip.ts';
import { Clock } from '../medium/clock.ts';
import { walk } from '../medium/path.ts';
import type { Point } from '../medium/phy.ts';
import { Prng } from '../medium/prng.ts';
import { lowWord } from '../scenario/identity.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { TwinBoard } from '../twin/board.ts';
import type { TwinFaults } from '../twin/mote.ts';
import { imageOf, vmFactory } from '../vm/open.ts';
import type { VmFactory, VmName } from '../vm/open.ts';
import { Directory } from './directory.ts';
import { KeyBook } from './key-book.ts';
import type { LoggedKey } from './key-book.ts';
import { MailboxMote } from './mote.ts';
import type { Mote, MoteFactory, MoteObserver } from './mote.ts';
import { reasonName } from './names.ts';
import { provision } from './preload.ts';
import type { Flash } from './preload.ts';
import { currentsOf, EnergyBook } from './energy-book.ts';
import type { Result } from './result.ts';
import { RevocationBook } from './revocation-book.ts';
import { RunBook } from './run-book.ts';
import { TrafficBook } from './traffic-book.ts';
import { Tree } from './tree.ts';

/** A mote's report (firmware/events.ts). */
export interface Report {
  /** Microseconds since the scenario began. */
  readonly micros: number;
  readonly mote: string;
  readonly event: number;
  /** Five int32 words. */
  readonly args: readonly number[];
}

/** Means to interfere with a run. Everything takes effect now; `at` says when now is. */
export interface BenchControl {
  readonly micros: number;
  /** @param micros not before now. */
  at(micros: number, run: () => void): void;
  /** Sends octets, FCS included, from a point: no CSMA-CA, no retries. @param txPowerDbm default: the scenario's. */
  inject(from: Point, octets: Uint8Array, txPowerDbm?: number): void;
  /** Types a line into a mote's console. */
  command(mote: string, line: string): void;
  /** Types octets at a mote's console, as they are; at one without power they are lost. */
  type(mote: string, octets: Uint8Array): void;
  power(mote: string, on: boolean): void;
  /** Starts a mote anew: flash stays, memory is lost. */
  reset(mote: string): void;
  /** What a mote's flash holds, to look at and to change while the power is off. */
  flash(mote: string): Flash;
  /** Means to break the hardware of a mote that has power; only on a board's twins. */
  faults(mote: string): TwinFaults;
  /** What a mote's retained memory holds, to look at and to change while it sleeps. */
  retained(mote: string): Int32Array;
}

/** Who watches, and who interferes; the hooks of the air carry `FrameLabel`s. */
export interface BenchHooks extends AirHooks {
  /** Before the first event. */
  onStart?(bench: BenchControl): void;
  onReport?(report: Report): void;
  onConsole?(mote: string, line: string, micros: number): void;
  /** Octets of a mote's console, as they come out. */
  onOutput?(mote: string, octets: Uint8Array, micros: number): void;
  onPower?(mote: string, on: boolean, micros: number): void;
  /** A link key, once; only with `keylog`. */
  onKey?(key: LoggedKey): void;
  /** About once a simulated second. */
  onProgress?(seconds: number): void;
}

export interface BenchOptions {
  readonly scenario: Scenario;
  /** 32 bits; default: the scenario's. */
  readonly seed?: number;
  /** Default: fengari. */
  readonly vm?: VmName;
  /** Motes in place of the engine's images: the toys of a test. */
  readonly open?: VmFactory;
  /** Motes on twins of a board's hardware (host/twin/board.ts) in place of the bench board's. */
  readonly board?: TwinBoard;
  /** Radios that have one buffer for both ways, as the AT86RF233, on the bench board too. */
  readonly oneBuffer?: boolean;
  /** Have the motes report their link keys. */
  readonly keylog?: boolean;
  readonly hooks?: BenchHooks | readonly BenchHooks[];
}

export interface BenchResult {
  /** What --json writes. */
  readonly result: Result;
  /** One plain sentence for each mote that should hold a key at the end and holds none. */
  readonly failures: readonly string[];
}

function noMailbox(): never {
  throw new Error('expected no mailbox on a board');
}

/** The books together, and the hooks after them. */
function observe(
  clock: Clock,
  directory: Directory,
  hooks: readonly BenchHooks[],
  assault: Assault | undefined,
  energy: EnergyBook,
) {
  const tree = new Tree(directory);
  const runs = new RunBook(directory, tree);
  const traffic = new TrafficBook(directory);
  const keys = new KeyBook(directory, (key) => hooks.forEach((hook) => hook.onKey?.(key)));
  const revocations = new RevocationBook(directory);
  const refusals = new Map<string, number>();
  const observer: MoteObserver = {
    power(mote, on) {
      runs.power(mote);
      tree.power(mote);
      keys.power(mote);
      traffic.power(mote, on);
      energy.power(mote, on, clock.now);
      assault?.verdict.power(mote, clock.now);
      for (const hook of hooks) hook.onPower?.(mote.name, on, clock.now);
    },
    report(mote, event, args) {
      tree.report(mote, event, args);
      runs.report(mote, clock.now, event, args);
      traffic.report(mote, clock.now, event, args);
      keys.report(mote, event, args);
      revocations.report(lowWord(mote.spec), clock.now, event, args);
      assault?.verdict.report(mote, clock.now, event, args);
      if (event === EVENT_REFUSED) {
        const reason = reasonName(args[0]);
        refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
      }
      for (const hook of hooks) hook.onReport?.({ micros: clock.now, mote: mote.name, event, args });
    },
    sleep(mote) {
      energy.sleep(mote, clock.now);
      traffic.sleep(mote);
    },
    send: (mote, octets) => runs.send(mote, octets),
    receive: (mote, label) => runs.receive(mote, label),
    console(mote, line) {
      for (const hook of hooks) hook.onConsole?.(mote.name, line, clock.now);
    },
    output(mote, octets) {
      for (const hook of hooks) hook.onOutput?.(mote.name, octets, clock.now);
    },
  };
  return { observer, tree, runs, traffic, keys, revocations, refusals };
}

function plan(scenario: Scenario, clock: Clock, air: Air, motes: ReadonlyMap<string, Mote>): void {
  const at = (seconds: number, run: () => void): unknown => clock.at(Math.round(seconds * 1e6), run);
  air.lossProbability = scenario.radio.lossProbability;
  air.channel = scenario.channel;
  for (const mote of motes.values()) {
    at(mote.spec.onAtSeconds, () => mote.powerOn());
    if (mote.spec.offAtSeconds !== undefined) at(mote.spec.offAtSeconds, () => mote.powerOff());
  }
  for (const change of scenario.schedule) {
    at(change.at, () => {
      if ('power' in change) {
        const mote = motes.get(change.mote)!;
        if (change.power === 'on') mote.powerOn();
        else mote.powerOff();
      } else if ('reset' in change) {
        motes.get(change.reset)!.reset();
      } else if ('console' in change) {
        motes.get(change.mote)!.command(change.console);
      } else if (change.between === undefined) {
        air.lossProbability = change.lossProbability;
      } else {
        air.setLinkLoss(...change.between, change.lossProbability);
      }
    });
  }
}

/** A bench that runs as far as it is told. */
export interface OpenBench {
  /** Microseconds since the scenario began, and those at which it ends. */
  readonly micros: number;
  readonly end: number;
  /** Runs on to that time. @throws BenchError if a mote's program fails. */
  runTo(micros: number): void;
  /** What has become of it so far. */
  result(): BenchResult;
  close(): void;
}

/**
 * Runs a scenario to its end.
 * @throws UsageError if the engine or an image is missing. @throws BenchError if a mote's program fails.
 */
export function runBench(options: BenchOptions): BenchResult {
  const bench = openBench(options);
  try {
    while (bench.micros < bench.end) bench.runTo(bench.micros + 1_000_000);
    return bench.result();
  } finally {
    bench.close();
  }
}

/** Makes a bench that stands at the begin of its scenario. @throws UsageError if the engine or an image is missing. */
export function openBench(options: BenchOptions): OpenBench {
  const { scenario, seed = scenario.seed, vm = 'fengari', board, oneBuffer = false, keylog = false } = options;
  const hooks = [options.hooks ?? []].flat() as readonly BenchHooks[];
  const clock = new Clock();
  const directory = new Directory(scenario.motes);
  const assault =
    scenario.adversary === undefined ? undefined : new Assault(scenario.adversary, scenario, seed, clock, directory);
  const energy = new EnergyBook(currentsOf(board?.mcu, board?.radio));
  const { observer, tree, runs, traffic, keys, revocations, refusals } = observe(
    clock,
    directory,
    hooks,
    assault,
    energy,
  );
  const charged: AirHooks = { onFrame: ({ sender, octets }) => energy.frame(sender, octets.length) };
  const air = new Air(clock, scenario.radio, seed, [runs, charged, ...(assault?.hooks ?? []), ...hooks]);
  const environment = {
    clock,
    open: options.open ?? (board === undefined ? vmFactory(vm) : noMailbox),
    aesMicros: Math.round(scenario.aesMs * 1000),
    maxPsdu: scenario.maxPsdu,
    keylog,
    txPowerDbm: scenario.radio.txPowerDbm,
    oneBuffer,
    observer,
  };
  const make: MoteFactory = board?.mote ?? ((...parts) => new MailboxMote(...parts));
  const motes = new Map<string, Mote>();
  for (const spec of scenario.motes) {
    const flash = provision(scenario, seed, spec);
    const prng = new Prng(seed, `mote ${spec.name}`);
    const mote = make(spec, flash, prng, environment);
    const csma = new Prng(seed, `csma ${spec.name}`);
    mote.attach(new Chip(spec.name, clock, air, csma, walk(spec.position, spec.waypoints), mote, oneBuffer));
    motes.set(spec.name, mote);
  }
  const named = (name: string): Mote => {
    const mote = motes.get(name);
    if (mote === undefined) throw new RangeError(`expected a mote of the scenario, got ${name}`);
    return mote;
  };
  const control: BenchControl = {
    get micros() {
      return clock.now;
    },
    at: (micros, run) => void clock.at(micros, run),
    inject: (from, octets, txPowerDbm) =>
      void air.transmit(from, { sender: 'injected', octets, attempt: 1, ack: false, label: undefined }, txPowerDbm),
    command: (mote, line) => named(mote).command(line),
    type(mote, octets) {
      if (named(mote).on) named(mote).type(octets);
    },
    power: (mote, on) => (on ? named(mote).powerOn() : named(mote).powerOff()),
    reset: (mote) => named(mote).reset(),
    flash: (mote) => named(mote).flash,
    faults(mote) {
      const found = named(mote);
      if (!('faults' in found)) throw new RangeError('expected a bench on a board, got one on the bench board');
      return found.faults as TwinFaults;
    },
    retained: (mote) => named(mote).retained,
  };

  plan(scenario, clock, air, motes);
  assault?.start(air, motes, environment, make);
  const end = Math.round(scenario.durationSeconds * 1e6);
  for (const hook of hooks) hook.onStart?.(control);
  const result = (): BenchResult => {
    const result: Result = {
      schema: 1,
      scenario: scenario.name,
      seed,
      vm,
      durationMs: clock.now / 1000,
      motes: [...motes.values()].map((mote) => {
        const neighbors = keys.neighbors(mote.name);
        return {
          name: mote.name,
          eui64: mote.spec.eui64,
          role: mote.spec.role,
          image: board === undefined ? imageOf(vm, mote.spec.role) : board.image(mote.spec.role),
          on: mote.on || mote.asleep,
          rank: tree.rankOf(lowWord(mote.spec)) ?? null,
          joined: neighbors.length > 0,
          neighbors,
        };
      }),
      runs: runs.results(),
      handovers: traffic.handovers(),
      data: traffic.data(),
      revocations: revocations.results(),
      energy: energy.results(end),
      refusals: Object.fromEntries([...refusals].sort(([a], [b]) => (a < b ? -1 : 1))),
      ...(assault === undefined ? {} : { adversary: assault.result() }),
    };
    return { result, failures: [...failuresOf(result, motes, revocations), ...(assault?.failures() ?? [])] };
  };
  return {
    get micros() {
      return clock.now;
    },
    end,
    runTo(micros) {
      clock.runUntil(Math.min(end, micros));
      for (const hook of hooks) hook.onProgress?.(clock.now / 1e6);
    },
    result,
    close() {
      assault?.close();
      for (const mote of motes.values()) mote.close();
    },
  };
}

/** Every node that has power at the end should hold a key; the base station holds what its neighbours ask for. */
function failuresOf(result: Result, motes: ReadonlyMap<string, Mote>, revocations: RevocationBook): string[] {
  const revoked = (name: string): boolean => revocations.isRevoked(lowWord(motes.get(name)!.spec));
  const awake = (name: string): boolean => motes.get(name)!.on;
  return result.motes
    .filter((mote) => mote.role !== 'base' && awake(mote.name) && !mote.joined && !revoked(mote.name))
    .map((mote) => `${mote.name} holds no key at the end, after ${result.durationMs / 1000} s.`);
}
