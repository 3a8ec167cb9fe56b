// SPDX-License-Identifier: Apache-2.0
// Every reason for a refusal, with its number, for the counters and for those who print them.

export * from './mac/refusals.ts';
export * from './kemp/refusals.ts';
