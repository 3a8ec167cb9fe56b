// SPDX-License-Identifier: Apache-2.0
// What an application is to a mote: `#app` resolves to one module when an image is bundled (docs/application.md). Nothing here has
// a body. A hook runs to its end within one task: it allocates nothing and waits for nothing.

import type { Bytes } from '../../crypto-core/tables.ts';

/** The provisioned period is over, and there is a way to the base station: time to send(). */
export declare function onSample(): void;

/** Data of the base station: `length` octets from bytes[at] on, until the hook returns. */
export declare function onDownlink(bytes: Bytes, at: number, length: number): void;
