// SPDX-License-Identifier: Apache-2.0
// Where a mote is: it stands, or walks in straight lines from waypoint to waypoint.

import type { Point } from './phy.ts';

export interface Waypoint extends Point {
  /** Seconds since the scenario began. */
  readonly at: number;
}

/**
 * @param start where the mote stands at time 0.
 * @param waypoints by rising time; after the last one it stays there.
 * @returns position at a time in microseconds.
 */
export function walk(start: Point, waypoints: readonly Waypoint[]): (micros: number) => Point {
  const stops: Waypoint[] = [{ at: 0, x: start.x, y: start.y }, ...waypoints];
  return (micros) => {
    const at = micros / 1e6;
    const next = stops.findIndex((stop) => stop.at > at);
    if (next < 0) return stops[stops.length - 1];
    const from = stops[next - 1];
    const to = stops[next];
    const share = (at - from.at) / (to.at - from.at);
    return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
  };
}
