// SPDX-License-Identifier: Apache-2.0
// A node that was made from docs/protocol.md and has nothing of the firmware: it asks compiled motes for keys.
import type { BenchControl, BenchHooks } from '../../host/bench/run.ts';
import { parseScenario } from '../../host/scenario/load.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import { octets } from './crypto.ts';
import * as derive from './derivation.ts';
import type { Party, Terms } from './derivation.ts';
import { build, mpxFull, parse, unlock } from './frames.ts';
import * as make from './messages.ts';

const PAN = 0xabcd;
const NEVER = 1000;
const HERE = { x: 10, y: 10 };
const R1 = { x: 0, y: 0 };
const B: Party = { eui: octets('acde480000000001'), short: 0x0001 };
const ROUTER: Party = { eui: octets('acde480000000011'), short: 0x0011 };
const ABSENT: Party = { eui: octets('acde480000000018'), short: 0x0018 };
const SELF: Party = { eui: octets('acde480000000029'), short: 0x0029 };
const K_N = Buffer.alloc(16, 0x29);

/** A base station, the router r1, the router r8 that is never switched on, and the node's place in the registry. */
export function outsiders(): Scenario {
  const mote = (name: string, role: string, { eui, short }: Party, position: object, onAtSeconds: number) => ({
    name,
    role,
    eui64: eui.toString('hex').replace(/..(?=.)/g, '$&:'),
    short: short!.toString(16).padStart(4, '0'),
    ...(role === 'base' ? {} : { key: Buffer.alloc(16, short!).toString('hex') }),
    position,
    onAtSeconds,
  });
  const motes = [
    mote('base', 'base', B, { x: 0, y: 36 }, 0),
    mote('r1', 'router', ROUTER, R1, 0),
    mote('r8', 'router', ABSENT, HERE, NEVER),
    mote('m9', 'mote', SELF, HERE, NEVER),
  ];
  const text = { name: 'outsider', description: 'The page against the code.', seed: 9, durationSeconds: 40, motes };
  return parseScenario(text, 'outsider');
}

/** @returns hooks that play the node: at 20 s it asks r1 for r8, at 25 s for r1 itself; and what it heard, as it hears it. */
export function outsider(): { hooks: BenchHooks; heard: string[] } {
  const heard: string[] = [];
  let bench: BenchControl;
  let sequence = 0;
  let key: Buffer | undefined;

  const send = (frame: Omit<Parameters<typeof build>[0], 'pan' | 'source' | 'destination' | 'sequence'>): void => {
    const made = build({ ...frame, pan: PAN, source: SELF, destination: ROUTER, sequence: sequence++ });
    bench.inject(HERE, derive.join(made));
  };
  const ask = (router: Party, ctr: number): Terms => {
    const r0 = Buffer.alloc(8, ctr);
    const terms = { mode: 0, node: SELF, authority: B, routers: [router], ctr, newSession: ctr === 1, r0 };
    const body = make.request(terms, [router], derive.requestMac(K_N, terms));
    send({ message: true, payload: mpxFull(derive.join(body)) });
    return terms;
  };

  let asked: Terms;
  const onReject = (body: Buffer): void => {
    const [reason, ctr] = [body[1], body.readUInt32BE(2)];
    const good = derive.rejectMac(K_N, 0, reason, ctr, SELF).equals(body.subarray(6));
    if (good && ctr === asked.ctr) heard.push(`REJECT ${reason}`);
  };
  const onNotice = (body: Buffer): void => {
    const r1 = body.subarray(1, 9);
    const secret = derive.pairwise(K_N, asked, ROUTER, r1);
    const plain = make.open(derive.subkey(secret, 'seal'), make.noticeSeal(0, r1, ROUTER, SELF), body);
    if (plain === undefined || key !== undefined) return;
    heard.push('NOTICE');
    const link = (key = derive.subkey(secret, 'link'));
    const index = plain[2] >> 4;
    bench.at(bench.micros + 50_000, () =>
      send({ security: { key: link, counter: 0, index }, message: false, payload: [] }),
    );
  };

  const hooks: BenchHooks = {
    onStart(control) {
      bench = control;
      bench.at(20e6, () => (asked = ask(ABSENT, 1)));
      bench.at(25e6, () => (asked = ask(ROUTER, 2)));
    },
    onFrame({ ack, attempt, octets: frame, sender }) {
      if (ack || attempt > 1 || sender !== 'r1') return;
      const parsed = parse(Buffer.from(frame));
      if (!parsed.destination.equals(octets('0029'))) return;
      const body = parsed.rest.subarray(7);
      if (parsed.security !== undefined) {
        if (key !== undefined && unlock(parsed, ROUTER, key)?.length === 0) heard.push('answer');
      } else if (body[0] >> 4 === derive.REJECT) onReject(body);
      else if (body[0] >> 4 === make.NOTICE) onNotice(body);
    },
  };
  return { hooks, heard };
}
