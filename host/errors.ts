// SPDX-License-Identifier: Apache-2.0
// Errors that are for the user: `kemp` prints the message alone. Anything else is a fault of ours and keeps its stack.

/** The user asked for something that cannot be: exit status 2. */
export class UsageError extends Error {}

/** What was asked for was done, and did not come out well: exit status 1. */
export class RunFailure extends Error {}
