// SPDX-License-Identifier: Apache-2.0
// How the answer to a line goes on, or ends.

export const DONE = 0;
/** Errors, by the number that the console says. */
export const UNKNOWN_COMMAND = 1;
/** Not now, or not here. */
export const REFUSED = 2;
export const INVALID_ARGUMENT = 3;
export const TOO_LONG = 4;
/** No such node, or no key with it. */
export const UNKNOWN_NODE = 5;
export const NO_ANSWER = 6;

/** A row was written, there may be more. */
export const LINE_ROW = -1;
/** It goes on in another turn. */
export const LINE_MORE = -2;
/** The task goes on, and ends, elsewhere; the line goes on behind it. */
export const LINE_BEGUN = -3;
/** A table is at its end. */
export const LINE_END = -4;
/** Done; then the mote starts anew, and forgets all records before. */
export const LINE_RESTART = -5;
export const LINE_ERASE = -6;
