// SPDX-License-Identifier: Apache-2.0
// Follows what is on air, frame by frame, from the first one on: carriage, link security and fragments here, messages in
// exchange.ts.
import { fcs } from './crypto.ts';
import { join, subkey } from './derivation.ts';
import type { Party } from './derivation.ts';
import { Exchange, expectSame } from './exchange.ts';
import type { Key, Member } from './exchange.ts';
import * as carriage from './frames.ts';

export interface Seen {
  /** What it is: "NOTICE predictive". */
  readonly kind: string;
  /** MPDU octets of all its frames. */
  readonly octets: number;
  /** Frames that carried it: 1, or its fragments. */
  readonly frames: number;
  readonly short: boolean;
  /** Octets of the KEMP body, or of the data. */
  readonly body: number;
}

interface Collected {
  readonly total: number;
  slices: Buffer[];
  octets: number;
}

export class Follower {
  readonly exchange: Exchange;
  readonly seen: Seen[] = [];
  readonly #maxPsdu: number;
  readonly #pan: number;
  readonly #fragments = new Map<string, Collected>();
  /** Frame counter used last, by key and sender. */
  readonly #counters = new Map<string, number>();

  constructor(members: readonly Member[], pan: number, maxPsdu: number) {
    this.exchange = new Exchange(members);
    this.#pan = pan;
    this.#maxPsdu = maxPsdu;
  }

  /** Takes a data frame, once. @throws if anything in it is not as the document has it. */
  take(mpdu: Buffer): void {
    expectSame([fcs(mpdu.subarray(0, -2))], mpdu.subarray(-2), 'FCS');
    const parsed = carriage.parse(mpdu);
    const source = this.exchange.party(parsed.source);
    const broadcast = parsed.destination.equals(Buffer.of(255, 255));
    const destination = broadcast ? undefined : this.exchange.party(parsed.destination);
    const key = parsed.security === undefined ? undefined : this.#unlock(parsed, source, destination, mpdu);
    const payload = key?.payload ?? parsed.rest;
    const { sequence, message } = parsed;
    const frame = {
      sequence,
      pan: this.#pan,
      source,
      destination,
      security: key?.security,
      message,
      payload: [payload],
    };
    expectSame(carriage.build(frame), mpdu, 'frame');

    const short = carriage.isShort(frame);
    if (!message) {
      if (key === undefined) throw new Error('data came in plain');
      const kind = this.exchange.data(payload, source, destination!, key.key);
      this.seen.push({ kind, octets: mpdu.length, frames: 1, short, body: payload.length });
      return;
    }
    const whole = this.#collect(payload, mpdu.length, `${source.name} ${parsed.security?.index ?? 0}`);
    if (whole === undefined) return;
    const kind = this.exchange.message(whole.body, source, destination, key !== undefined);
    this.seen.push({ kind, octets: whole.octets, frames: whole.frames, short, body: whole.body.length });
  }

  /** Finds the key, and holds its counters to their rules. */
  #unlock(parsed: carriage.Parsed, source: Party, destination: Party | undefined, mpdu: Buffer) {
    const { index, counter } = parsed.security!;
    for (const key of this.exchange.keysOf(source, destination!, index)) {
      const link = subkey(key.secret, 'link');
      const payload = carriage.unlock(parsed, source, link);
      if (payload !== undefined) {
        const id = `${link.toString('hex')} ${source.eui.toString('hex')}`;
        const first =
          !this.#counters.has(id) &&
          ![...this.#counters.keys()].some((known) => known.startsWith(link.toString('hex')));
        if (first && key.node !== source) throw new Error('the first frame under a key is not the CONFIRM of its node');
        if (counter <= (this.#counters.get(id) ?? -1)) throw new Error(`frame counter ${counter} comes twice`);
        this.#counters.set(id, counter);
        return { key, security: { key: link, counter, index }, payload };
      }
    }
    throw new Error(`a frame opens under no key of index ${index}: ${mpdu.toString('hex')}`);
  }

  /** @returns the body, once all of it is there. */
  #collect(
    payload: Buffer,
    octets: number,
    from: string,
  ): { body: Buffer; octets: number; frames: number } | undefined {
    const [control, fragment] = [payload[2], payload[3]];
    if ((control & 7) === 1) {
      const body = payload.subarray(7);
      expectSame(carriage.mpxFull(body), payload, 'MPX IE');
      return { body, octets, frames: 1 };
    }
    const id = `${from} ${control >> 3}`;
    const last = (control & 7) === 4;
    if (fragment === 0) this.#fragments.set(id, { total: payload.readUInt16LE(4) - 4, slices: [], octets: 0 });
    const collected = this.#fragments.get(id);
    if (collected?.slices.length !== fragment) throw new Error(`fragment ${fragment} of ${id} is not the one due`);
    const slice = payload.subarray(fragment === 0 ? 12 : 4);
    expectSame(carriage.mpxFragment(control >> 3, fragment, last, collected.total, slice), payload, 'fragment');
    if (!last && octets !== this.#maxPsdu)
      throw new Error(`expected a full fragment of ${this.#maxPsdu}, got ${octets}`);
    collected.slices.push(slice);
    collected.octets += octets;
    if (!last) return undefined;
    this.#fragments.delete(id);
    const body = join(collected.slices);
    if (body.length !== collected.total) throw new Error(`expected ${collected.total} octets, got ${body.length}`);
    return { body, octets: collected.octets, frames: collected.slices.length };
  }

  /** link(K_NR) of every key followed, as a key log names it. */
  linkKeys(): string[] {
    const names = ({ node, router }: Key): string =>
      [node, router]
        .map(({ eui }) => this.exchange.party(eui).name)
        .sort()
        .join(' ');
    return this.exchange.keys.map((key) => `${subkey(key.secret, 'link').toString('hex')} ${key.index} ${names(key)}`);
  }
}
