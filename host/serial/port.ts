// SPDX-License-Identifier: Apache-2.0
// A serial port as a Line, and which ports there are.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import { RunFailure } from '../errors.ts';
import type { Line } from './line.ts';

export interface PortOptions {
  /** Baud; 115200, NodeMCU's own, unless said otherwise. */
  readonly baudRate?: number;
  /**
   * Leave DTR and RTS as the system sets them at opening. Without it both are released at once, so that the two transistors
   * of a development board neither hold the processor in reset nor choose its boot loader.
   */
  readonly keepSignals?: boolean;
}

/** A Line with the modem's signals and its speed: what an ESP's boot loader is reached by. */
export interface PortLine extends Line {
  /** @returns false if the device has no such signals, as pseudo-terminals and some USB adapters. */
  signals(levels: { readonly dtr?: boolean; readonly rts?: boolean }): Promise<boolean>;
  setBaudRate(baudRate: number): Promise<void>;
  /** Called once if the port goes away by itself: the plug was pulled. */
  onLost(f: (reason: string) => void): void;
}

export interface PortInfo {
  readonly path: string;
  readonly vendorId?: string;
  readonly productId?: string;
  readonly serialNumber?: string;
  readonly manufacturer?: string;
}

const NODEMCU_BAUD = 115_200;

/** What the system says, and what to do about it. */
const NEXT_STEPS: readonly (readonly [RegExp, string])[] = [
  [/ENOENT|No such file|File not found/i, 'plug the board in; `kemp doctor` lists the ports there are'],
  [
    /EACCES|Permission denied|Access denied/i,
    'join the group that owns the port (often dialout): sudo usermod -aG dialout $USER',
  ],
  [/EBUSY|lock|in use|Resource busy/i, 'close the other program that has the port open'],
  [/EINVAL|ENOTTY|not a typewriter|Inappropriate/i, 'give a serial port such as /dev/ttyUSB0'],
];

function portFailure(path: string, error: Error): RunFailure {
  const step =
    NEXT_STEPS.find(([pattern]) => pattern.test(error.message))?.[1] ?? 'unplug the board and plug it in again';
  return new RunFailure(`${path}: cannot open the port (${error.message.replace(/^Error:? */, '')}): ${step}`);
}

/** A device without modem signals. */
function hasNoSignals(error: Error): boolean {
  return /ENOTTY|EINVAL|EIO|Inappropriate|Invalid argument|not supported/i.test(error.message);
}

function settled(run: (done: (error: Error | null | undefined) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => run((error) => (error ? reject(error) : resolve())));
}

/**
 * Opens a serial port, 8N1 without flow control.
 * @param path such as "/dev/ttyUSB0" or "COM3"; a pseudo-terminal will do.
 * @throws RunFailure that names the port and the next step.
 */
export async function openPort(path: string, options: PortOptions = {}): Promise<PortLine> {
  const port = new SerialPort({ path, baudRate: options.baudRate ?? NODEMCU_BAUD, autoOpen: false, hupcl: false });
  let lost: (reason: string) => void = () => undefined;
  let closing = false;
  // Without a listener a late error of the driver would end the process.
  port.on('error', (error: Error) => lost(error.message));
  port.on('close', (error: Error | null) => {
    if (!closing) lost(error?.message ?? 'the port is gone');
  });
  try {
    await settled((done) => port.open(done));
  } catch (error) {
    throw portFailure(path, error as Error);
  }

  let listener: (data: Uint8Array) => void = () => undefined;
  port.on('data', (data: Buffer) => listener(data));
  const line: PortLine = {
    path,
    write: (data) => void port.write(Buffer.from(data)),
    onData: (f) => void (listener = f),
    onLost: (f) => void (lost = f),
    async signals(levels) {
      try {
        await settled((done) => port.set({ ...levels }, done));
        return true;
      } catch (error) {
        if (hasNoSignals(error as Error)) return false;
        throw new RunFailure(`${path}: cannot set DTR and RTS (${(error as Error).message}): check the cable`);
      }
    },
    setBaudRate: (baudRate) => settled((done) => port.update({ baudRate }, done)),
    async close() {
      closing = true;
      if (port.isOpen) await settled((done) => port.close(done));
    },
  };
  if (options.keepSignals !== true) await line.signals({ dtr: false, rts: false });
  return line;
}

/** USB serial adapters by what the kernel says, where udevadm is missing (containers). */
function kernelPorts(): PortInfo[] {
  const folder = '/sys/class/tty';
  const text = (...parts: string[]): string | undefined => {
    try {
      return readFileSync(join(folder, ...parts), 'latin1').trim();
    } catch {
      return undefined;
    }
  };
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => /^tty(USB|ACM)\d+$/.test(name))
    .map((name) => {
      // A ttyUSB is a child of its USB interface, a ttyACM is the interface.
      const usb = ['device/..', 'device/../..'].find((up) => text(name, up, 'idVendor') !== undefined) ?? 'device/..';
      const fields = {
        vendorId: text(name, usb, 'idVendor'),
        productId: text(name, usb, 'idProduct'),
        serialNumber: text(name, usb, 'serial'),
        manufacturer: text(name, usb, 'manufacturer'),
      };
      return { path: `/dev/${name}`, ...known(fields) };
    });
}

/** Without the fields that nothing is known of. */
function known(fields: Record<string, string | undefined>): Omit<PortInfo, 'path'> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''));
}

/** @returns the ports with a USB adapter behind them, by name; on a machine without any, an empty list. */
export async function listPorts(): Promise<PortInfo[]> {
  let ports: PortInfo[];
  try {
    ports = (await SerialPort.list()).map(({ path, vendorId, productId, serialNumber, manufacturer }) => ({
      path,
      ...known({ vendorId, productId, serialNumber, manufacturer }),
    }));
  } catch {
    // udevadm is not everywhere.
    ports = kernelPorts();
  }
  // The sixteen ttyS of a PC are there whether something is behind them or not.
  return ports.filter(({ vendorId }) => vendorId !== undefined).sort((a, b) => a.path.localeCompare(b.path));
}
