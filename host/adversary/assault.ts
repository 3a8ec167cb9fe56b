// SPDX-License-Identifier: Apache-2.0
// One scenario's adversary with all that it needs of the bench: the air, motes to clone and to capture, and the verdict. A captured
// router is the router's own compiled image, with its real keys: the adversary changes what provisioning wrote and holds its
// radio. So the bench has no cryptography of its own, and a captured router does on every engine what the firmware can do.

import * as records from '../../firmware/records.ts';
import type { Directory } from '../bench/directory.ts';
import type { Mote, MoteFactory } from '../bench/mote.ts';
import type { MoteEnvironment, MoteObserver } from '../bench/mote.ts';
import { DOCUMENTATION_OUI, provision } from '../bench/preload.ts';
import type { AdversaryResult } from '../bench/result.ts';
import type { Air, AirHooks } from '../medium/air.ts';
import { Chip } from '../medium/chip.ts';
import type { Clock } from '../medium/clock.ts';
import { Prng } from '../medium/prng.ts';
import type { Scenario, ScenarioMote } from '../scenario/schema.ts';
import { Adversary } from './adversary.ts';
import type { Reach } from './adversary.ts';
import type { Network } from './forge.ts';
import type { AdversarySpec } from './schema.ts';
import { Verdict } from './verdict.ts';

/** A key that is nobody's. */
const NO_ONES_KEY = '5a'.repeat(16);
const MOST_DEPTH = 15;
const MOST_MINUTES = 65_535;

const eui = (mote: ScenarioMote): string => mote.eui64.replaceAll(':', '').toLowerCase();
const address = (mote: ScenarioMote): string => mote.short?.toLowerCase() ?? eui(mote);

function networkOf(scenario: Scenario): Network {
  const motes = scenario.motes.map((mote) => ({
    eui: eui(mote),
    address: address(mote),
    router: mote.role !== 'mote',
  }));
  return { pan: parseInt(scenario.pan, 16), oui: DOCUMENTATION_OUI, channel: scenario.channel, motes };
}

export class Assault {
  readonly verdict: Verdict;
  readonly #adversary: Adversary;
  readonly #scenario: Scenario;
  readonly #seed: number;
  readonly #clock: Clock;
  readonly #clones: Mote[] = [];

  constructor(spec: AdversarySpec, scenario: Scenario, seed: number, clock: Clock, directory: Directory) {
    this.verdict = new Verdict(spec, scenario, directory);
    this.#adversary = new Adversary(spec, networkOf(scenario), clock, seed);
    this.#scenario = scenario;
    this.#seed = seed;
    this.#clock = clock;
  }

  get hooks(): readonly AirHooks[] {
    return [this.#adversary.hooks];
  }

  start(air: Air, motes: ReadonlyMap<string, Mote>, environment: MoteEnvironment, make: MoteFactory): void {
    const reach: Reach = {
      address: (name) => address(motes.get(name)!.spec),
      clone: (name, knowsKey, until) => this.#clone(motes.get(name)!, knowsKey, until, air, environment, make),
      capture: (name, until) => this.#capture(motes.get(name)!, until),
    };
    this.#adversary.start(air, reach);
  }

  /** The clone's reports are no business of the books, only of the verdict. */
  #clone(
    { name, spec }: Mote,
    knowsKey: boolean,
    until: number,
    air: Air,
    environment: MoteEnvironment,
    make: MoteFactory,
  ): void {
    const label = `clone of ${name}`;
    const observer: MoteObserver = {
      power: () => undefined,
      report: (mote, event, args) => this.verdict.reportOfClone(mote, this.#clock.now, event, args),
      send: () => undefined,
      receive: () => undefined,
      console: () => undefined,
    };
    const flash = provision(this.#scenario, this.#seed, knowsKey ? spec : { ...spec, key: NO_ONES_KEY });
    const clone = make(spec, flash, new Prng(this.#seed, label), { ...environment, observer });
    const csma = new Prng(this.#seed, `csma ${label}`);
    const position = this.#adversary.position();
    clone.attach(new Chip(label, this.#clock, air, csma, () => position, clone, environment.oneBuffer));
    clone.powerOn();
    this.#clock.at(until, () => clone.powerOff());
    this.#clones.push(clone);
  }

  #capture(mote: Mote, until: number): void {
    const honest = mote.flash.get(records.RECORD_IDENTITY)!;
    const lifted = honest.slice();
    lifted[records.IDENTITY_DEPTH_LIMIT] = MOST_DEPTH;
    lifted[records.IDENTITY_LIFE] = MOST_MINUTES;
    lifted[records.IDENTITY_PROVISIONAL] = MOST_MINUTES;
    const restart = (identity: Int32Array): void => {
      mote.powerOff();
      mote.flash.set(records.RECORD_IDENTITY, identity);
      mote.powerOn();
    };
    restart(lifted);
    this.#clock.at(until, () => restart(honest));
  }

  result(): AdversaryResult {
    const { keysGained, keysLost, forgedReadings, serviceMs } = this.verdict.achieved();
    return {
      sent: Object.fromEntries(this.#adversary.sent),
      withheld: Object.fromEntries(this.#adversary.withheld),
      keysGained: [...keysGained],
      keysLost: [...keysLost],
      forgedReadings: [...forgedReadings],
      serviceMs: { ...serviceMs },
    };
  }

  failures(): string[] {
    return this.verdict.failures(this.verdict.achieved());
  }

  close(): void {
    for (const clone of this.#clones) clone.close();
  }
}
