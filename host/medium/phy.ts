// SPDX-License-Identifier: Apache-2.0
// The 2450 MHz O-QPSK PHY of IEEE 802.15.4 (clause 12): 250 kb/s, 62.5 ksymbol/s, two symbols an octet. Times in
// microseconds.

export const SYMBOL_MICROS = 16;
export const OCTET_MICROS = 2 * SYMBOL_MICROS;
/** Preamble 4, SFD 1, PHR 1. */
export const SHR_PHR_OCTETS = 6;
/** aMaxPhyPacketSize. */
export const MAX_PSDU = 127;
/** aTurnaroundTime, 12 symbols: from receiving to sending and back. */
export const TURNAROUND_MICROS = 12 * SYMBOL_MICROS;
/** CCA detection time, 8 symbols. */
export const CCA_MICROS = 8 * SYMBOL_MICROS;
/** aUnitBackoffPeriod, 20 symbols. */
export const BACKOFF_MICROS = 20 * SYMBOL_MICROS;
/** macAckWaitDuration: backoff 20 + turnaround 12 + SHR 10 + 6 octets of PHR and Imm-Ack, in symbols (2006, 7.4.2). */
export const ACK_WAIT_MICROS = (20 + 12 + 10 + 12) * SYMBOL_MICROS;
/** A signal this much above every other one is received all the same (co-channel rejection of the usual chips). */
export const CAPTURE_MARGIN_DB = 3;

/** @param octets of the MPDU with FCS. @returns time on air. */
export function airtime(octets: number): number {
  return (SHR_PHR_OCTETS + octets) * OCTET_MICROS;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** How signals travel: log-distance path loss with a reference at 1 m. */
export interface Propagation {
  readonly txPowerDbm: number;
  readonly pathLossExponent: number;
  readonly referenceLossDb: number;
  readonly sensitivityDbm: number;
}

/** @returns received power in dBm over the distance between two points in metres; nearer than 1 m counts as 1 m. */
export function receivedDbm(radio: Propagation, from: Point, to: Point, txPowerDbm = radio.txPowerDbm): number {
  const metres = Math.max(1, Math.hypot(to.x - from.x, to.y - from.y));
  return txPowerDbm - radio.referenceLossDb - 10 * radio.pathLossExponent * Math.log10(metres);
}

/** LQI of a received power: -100 dBm is 0, -20 dBm is 255, linear in dB between. */
export function lqiOf(dbm: number): number {
  return Math.max(0, Math.min(255, Math.round(((dbm + 100) / 80) * 255)));
}
