// SPDX-License-Identifier: Apache-2.0
// NodeMCU itself onto a board, by Espressif's loader: its Web Serial port is a face over ours.

import { ReadableStream, WritableStream } from 'node:stream/web';
import { ESPLoader, Transport } from 'esptool-js';
import { RunFailure } from '../errors.ts';
import type { PortLine } from '../serial/port.ts';

const ROM_BAUD = 115_200;
const FLASH_BAUD = 460_800;
/** NodeMCU's image begins with its boot loader. */
const FIRST_ADDRESS = 0;

interface Signals {
  readonly dataTerminalReady?: boolean;
  readonly requestToSend?: boolean;
}

/** As much of Web Serial as esptool-js uses. */
function webSerial(line: PortLine): object {
  let readable: ReadableStream<Uint8Array> | undefined;
  const writable = new WritableStream<Uint8Array>({ write: (octets) => line.write(octets) });
  return {
    writable,
    /** A stream that was cancelled is followed by another. */
    get readable() {
      readable ??= new ReadableStream<Uint8Array>({
        start: (controller) => line.onData((octets) => controller.enqueue(Uint8Array.from(octets))),
        cancel: () => {
          line.onData(() => undefined);
          readable = undefined;
        },
      });
      return readable;
    },
    getInfo: () => ({}),
    open: ({ baudRate }: { baudRate: number }) => line.setBaudRate(baudRate),
    setBaudRate: (baudRate: number) => line.setBaudRate(baudRate),
    setSignals: ({ dataTerminalReady: dtr, requestToSend: rts }: Signals) =>
      line.signals({ ...(dtr !== undefined && { dtr }), ...(rts !== undefined && { rts }) }),
    close: () => Promise.resolve(),
  };
}

/**
 * Flashes a firmware of NodeMCU, from address 0 on; files on the mote are lost where it lies over them.
 * @param image the .bin. @param progress is called with octets written.
 * @throws RunFailure that names the port and the next step.
 */
export async function writeFirmware(
  line: PortLine,
  image: Uint8Array,
  progress: (octets: number, of: number) => void = () => undefined,
): Promise<void> {
  const terminal = { clean: () => undefined, write: () => undefined, writeLine: () => undefined };
  const transport = new Transport(webSerial(line) as ConstructorParameters<typeof Transport>[0], false);
  try {
    const loader = new ESPLoader({ transport, baudrate: FLASH_BAUD, romBaudrate: ROM_BAUD, terminal });
    await loader.main();
    await loader.writeFlash({
      fileArray: [{ data: image, address: FIRST_ADDRESS }],
      flashMode: 'dio',
      flashFreq: 'keep',
      flashSize: 'detect',
      eraseAll: false,
      compress: true,
      reportProgress: (_file, written, total) => progress(written, total),
    });
    await loader.after('hard_reset');
  } catch (error) {
    throw new RunFailure(
      `${line.path}: the boot loader of the ESP does not take the firmware (${(error as Error).message}): ` +
        'hold GPIO0 low (the button FLASH or BOOT), press reset, and try again',
    );
  } finally {
    await transport.disconnect().catch(() => undefined);
    await line.setBaudRate(ROM_BAUD);
  }
}
