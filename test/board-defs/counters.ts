// SPDX-License-Identifier: Apache-2.0
// Frame counters on air: no counter of a key comes with two different frames.

/** Frame counter of a secured frame with the key that it belongs to, or undefined. */
function counterOf(sender: string, octets: Uint8Array): string | undefined {
  const mpdu = Buffer.from(octets);
  if ((mpdu[0]! & 8) === 0) return undefined;
  const short = ((mpdu[1]! >> 2) & 3) === 2;
  const at = short ? 9 : 21;
  const destination = mpdu.subarray(5, short ? 7 : 13).toString('hex');
  return `${sender} to ${destination}, key ${mpdu[at + 5]!}, counter ${mpdu.readUInt32LE(at + 1)}`;
}

export class Counters {
  readonly #seen = new Map<string, string>();
  /** Those that came with another frame before. */
  readonly repeated: string[] = [];

  /** @param octets of a frame, as its sender sent it first. */
  take(sender: string, octets: Uint8Array): void {
    const counter = counterOf(sender, octets);
    if (counter === undefined) return;
    const frame = Buffer.from(octets).toString('hex');
    if (this.#seen.has(counter) && this.#seen.get(counter) !== frame) this.repeated.push(counter);
    this.#seen.set(counter, frame);
  }

  get size(): number {
    return this.#seen.size;
  }
}
