// SPDX-License-Identifier: Apache-2.0
// Which port is meant.

import { UsageError } from '../errors.ts';
import { listPorts } from '../serial/port.ts';

/** @param given what `--port` said. @returns it, or the one port there is. @throws UsageError that lists them */
export async function onlyPort(given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const ports = (await listPorts()).map(({ path }) => path);
  if (ports.length === 1) return ports[0]!;
  const found =
    ports.length === 0 ? 'none: plug a board in, or give --port' : `${ports.join(', ')}: choose with --port`;
  throw new UsageError(`expected one serial port, got ${found}`);
}

/** @returns the given ports, or all there are. @throws UsageError if there are none */
export async function somePorts(given: readonly string[]): Promise<readonly string[]> {
  const ports = given.length > 0 ? given : (await listPorts()).map(({ path }) => path);
  if (ports.length === 0) throw new UsageError('expected serial ports, got none: plug a board in, or give --port');
  return ports;
}
