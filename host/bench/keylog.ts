// SPDX-License-Identifier: Apache-2.0
// Keys as rows of Wireshark's table "ieee802154_keys" (host/README.md says how to load them), each after a line that names
// its motes: Wireshark ignores lines that start with # and takes none at the end of a row.

import type { Scenario } from '../scenario/schema.ts';
import type { LoggedKey } from './key-book.ts';

/** @returns the row of one key, ready for `-o "uat:ieee802154_keys:..."`, and the comment before it. */
export function keylogLines({ key, index, motes }: LoggedKey): string {
  return `# ${motes.join(' ')}\n"${key}","${index}","No hash"\n`;
}

/**
 * The nonce holds the sender's EUI-64, so Wireshark must know who has which short address.
 * @returns comment lines: the rows of its table "802154_addresses".
 */
export function addressLines(scenario: Scenario): string {
  return scenario.motes
    .filter((mote) => mote.short !== undefined)
    .map((mote) => {
      const eui = mote.eui64.replaceAll(':', '').toLowerCase();
      return `# 802154_addresses: "${mote.short!.toLowerCase()}","${scenario.pan.toLowerCase()}",${eui}\n`;
    })
    .join('');
}
