// SPDX-License-Identifier: Apache-2.0
// Commands by number: what a line is, is found out once.

export const NONE = 0;
export const HELP = 1;
export const VERSION = 2;
export const STATE = 3;
export const ROLE = 4;
export const NEIGHBORS = 5;
export const KEYS = 6;
export const COUNTERS = 7;
export const REFUSALS = 8;
export const PING = 9;
export const CHANNEL = 10;
export const POWER = 11;
export const LOG = 12;
export const ECHO = 13;
export const HEAP = 14;
export const REBOOT = 15;
export const FACTORY_RESET = 16;
export const KEY_LOG = 17;
/** Those of a role begin here. */
export const OF_ROLE = 20;
export const HANDOVER = 20;
export const REFRESH = 21;
export const SEND = 22;
export const SLEEP = 23;
export const NODES = 24;
export const WHERE = 25;
export const ENROL = 26;
export const REVOKE = 27;
export const DOWN = 28;
