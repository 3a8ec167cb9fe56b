// SPDX-License-Identifier: Apache-2.0

/** The user asked for something that cannot be: `kemp` prints the message alone and exits with status 2. */
export class UsageError extends Error {}
