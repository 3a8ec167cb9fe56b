// SPDX-License-Identifier: Apache-2.0
// NodeMCU itself onto a board, by Espressif's loader: its Web Serial port is a face over ours.

import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { ReadableStream, WritableStream } from 'node:stream/web';
import { ESPLoader, Transport } from 'esptool-js';
import { RunFailure } from '../errors.ts';
import type { PortLine } from '../serial/port.ts';

const ROM_BAUD = 115_200;
const FLASH_BAUD = 460_800;
/** NodeMCU's image begins with what lies first in flash. */
const FIRST_ADDRESS = 0;
/** What an image for the boot loader begins with. */
const IMAGE_MAGIC = 0xe9;
const RESET_MS = 100;

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

/** Its own prints on standard output, asked or not. */
class QuietTransport extends Transport {
  override trace(): void {
    // What matters is in the error.
  }
}

/** @throws RunFailure unless the image has its boot loader where this chip looks for it. */
function checkImage(
  line: PortLine,
  { CHIP_NAME, BOOTLOADER_FLASH_OFFSET: at }: ESPLoader['chip'],
  image: Uint8Array,
): void {
  // What begins at 0 on one chip is NodeMCU without its boot loader, or for another family, on a chip that begins elsewhere.
  if (image[at] === IMAGE_MAGIC && (at === FIRST_ADDRESS || image[FIRST_ADDRESS] !== IMAGE_MAGIC)) return;
  throw new RunFailure(
    `${line.path}: expected a firmware for this ${CHIP_NAME}, with its boot loader at 0x${at.toString(16)}, got another: ` +
      'give --firmware with the one file from address 0 on that a build of NodeMCU for it makes (or esptool merge_bin)',
  );
}

/** Starts what is in flash. esptool-js releases RTS, but never draws it, and leaves DTR drawn. */
async function restart(line: PortLine): Promise<boolean> {
  const can = await line.signals({ dtr: false, rts: true });
  await wait(RESET_MS);
  return (await line.signals({ dtr: false, rts: false })) && can;
}

/**
 * Flashes a firmware of NodeMCU, from address 0 on, and compares its MD5 there; files on the mote are lost where it lies over
 * them, and all of them where it moves the file system.
 * @param image the .bin. @param progress is called with octets written, of what they are when compressed.
 * @returns whether the board was restarted; without DTR and RTS someone has to press reset.
 * @throws RunFailure that names the port and the next step.
 */
export async function writeFirmware(
  line: PortLine,
  image: Uint8Array,
  progress: (octets: number, of: number) => void = () => undefined,
): Promise<boolean> {
  const terminal = { clean: () => undefined, write: () => undefined, writeLine: () => undefined };
  const transport = new QuietTransport(webSerial(line) as ConstructorParameters<typeof Transport>[0], false);
  const loader = new ESPLoader({ transport, baudrate: FLASH_BAUD, romBaudrate: ROM_BAUD, terminal });
  let connected = false;
  try {
    await loader.main();
    connected = true;
    checkImage(line, loader.chip, image);
    await loader.writeFlash({
      fileArray: [{ data: image, address: FIRST_ADDRESS }],
      flashMode: 'dio',
      flashFreq: 'keep',
      // A chip that does not say its size keeps what the image says.
      flashSize: ((await loader.detectFlashSize()) ?? 'keep') as 'keep',
      eraseAll: false,
      compress: true,
      reportProgress: (_file, written, total) => progress(written, total),
      calculateMD5Hash: (octets) => createHash('md5').update(octets).digest('hex'),
    });
  } catch (error) {
    if (error instanceof RunFailure) throw error;
    const why = (error as Error).message;
    throw new RunFailure(
      connected
        ? `${line.path}: the firmware is not whole on the ${loader.chip.CHIP_NAME} (${why}): try again, with a shorter cable`
        : `${line.path}: no answer from the boot loader of an ESP (${why}): ` +
            'hold GPIO0 low (the button FLASH or BOOT), press reset, and try again',
    );
  } finally {
    await transport.disconnect().catch(() => undefined);
    await line.setBaudRate(ROM_BAUD);
  }
  return restart(line);
}
