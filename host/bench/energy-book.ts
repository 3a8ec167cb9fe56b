// SPDX-License-Identifier: Apache-2.0
// The book of energy: the charge that each mote took out of its battery, by what its processor and its radio were doing, at
// the currents of their data sheets. Regulators, sensors and what a USB chip on the board takes are left out.

import { airtime, TURNAROUND_MICROS } from '../medium/phy.ts';
import type { Mote } from './mote.ts';
import type { EnergyResult } from './result.ts';

/** Milliamperes. */
export interface Currents {
  /** The processor at work or waiting for work: NodeMCU does not sleep between tasks. Wi-Fi is off. */
  readonly active: number;
  readonly deepSleep: number;
  readonly listen: number;
  readonly send: number;
  readonly radioSleep: number;
}

const MCUS = {
  /** Espressif, ESP8266EX Datasheet: modem-sleep 15 mA; deep sleep 20 uA. */
  esp8266: { active: 15, deepSleep: 0.02 },
  /** Espressif, ESP32 Datasheet: modem-sleep at 160 MHz, two cores, 27 to 34 mA; deep sleep with RTC memory 10 uA. */
  esp32: { active: 31, deepSleep: 0.01 },
} as const;
const RADIOS = {
  /** Microchip DS39776C: receiving 19 mA, sending at 0 dBm 23 mA, asleep 2 uA. */
  mrf24j40: { listen: 19, send: 23, radioSleep: 0.002 },
  /** Atmel 8351: receiving 11.8 mA, sending at +4 dBm 13.8 mA (no figure at 0 dBm), asleep 0.02 uA. */
  at86rf233: { listen: 11.8, send: 13.8, radioSleep: 0.00002 },
} as const;

/** @returns the currents of a board; the bench board stands for an ESP8266 with an MRF24J40. */
export function currentsOf(mcu: keyof typeof MCUS = 'esp8266', radio: keyof typeof RADIOS = 'mrf24j40'): Currents {
  return { ...MCUS[mcu], ...RADIOS[radio] };
}

const MICROS_PER_HOUR = 3.6e9;

interface Account {
  since: number | undefined;
  asleepSince: number | undefined;
  awake: number;
  asleep: number;
  sending: number;
}

export class EnergyBook {
  readonly #currents: Currents;
  readonly #accounts = new Map<string, Account>();

  constructor(currents: Currents) {
    this.#currents = currents;
  }

  /** The mote runs, or it has no power. */
  power(mote: Mote, on: boolean, now: number): void {
    const account = this.#settled(mote.name, now);
    account.since = on ? now : undefined;
    account.asleepSince = undefined;
  }

  /** It has power and sleeps deeply. */
  sleep(mote: Mote, now: number): void {
    this.#settled(mote.name, now).asleepSince = now;
  }

  /** A transmission, each attempt and each acknowledgement; to turn to it takes as much. */
  frame(sender: string, octets: number): void {
    if (this.#accounts.has(sender)) this.#account(sender).sending += airtime(octets) + TURNAROUND_MICROS;
  }

  results(now: number): Record<string, EnergyResult> {
    const { active, deepSleep, listen, send, radioSleep } = this.#currents;
    return Object.fromEntries(
      [...this.#accounts.keys()].map((name) => {
        const { awake, asleep, sending: sent } = this.#settled(name, now);
        const sending = Math.min(sent, awake);
        const charge = (micros: number, milliamperes: number): number =>
          (micros * milliamperes * 1000) / MICROS_PER_HOUR;
        const processor = charge(awake, active) + charge(asleep, deepSleep);
        const radio = charge(awake - sending, listen) + charge(sending, send) + charge(asleep, radioSleep);
        const total = processor + radio;
        const always = charge(awake + asleep - sending, active + listen) + charge(sending, active + send);
        return [
          name,
          {
            awakeMs: awake / 1000,
            asleepMs: asleep / 1000,
            sendingMs: sending / 1000,
            processorMicroAmpereHours: round(processor),
            radioMicroAmpereHours: round(radio),
            meanMilliAmperes: round((total * MICROS_PER_HOUR) / Math.max(1, awake + asleep) / 1000),
            alwaysOnMicroAmpereHours: round(always),
          },
        ];
      }),
    );
  }

  #settled(name: string, now: number): Account {
    const account = this.#account(name);
    if (account.since !== undefined) account.awake += now - account.since;
    if (account.asleepSince !== undefined) account.asleep += now - account.asleepSince;
    if (account.since !== undefined) account.since = now;
    if (account.asleepSince !== undefined) account.asleepSince = now;
    return account;
  }

  #account(name: string): Account {
    const none = { since: undefined, asleepSince: undefined, awake: 0, asleep: 0, sending: 0 };
    const account = this.#accounts.get(name) ?? none;
    this.#accounts.set(name, account);
    return account;
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
