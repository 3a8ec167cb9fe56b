// SPDX-License-Identifier: Apache-2.0
// `--firmware`: esptool-js over our port, to an ESP in its boot loader. The board runs what was written, or someone is told why not.
import { describe, expect, it, vi } from 'vitest';
import { writeFirmware } from '../../../host/flash/firmware.ts';
import { Prng } from '../../../host/medium/prng.ts';
import type { PortLine } from '../../../host/serial/port.ts';
import type { Family } from '../../../host/twin/repl/console.ts';
import { RomTwin } from './rom.ts';
import type { RomOptions } from './rom.ts';

const MAGIC = 0xe9;
const DIO = 2;
const SIZE_512K = 0x00;
const SIZE_4M = 0x40;

/** An image as the builds of NodeMCU are: from address 0 on, its boot loader where the chip looks for it. Hardly to be compressed. */
function firmwareFor(family: Family, octets = 60_001): Buffer {
  const prng = new Prng(5, family);
  const image = Buffer.from(Array.from({ length: octets }, () => prng.bits(8)));
  const at = family === 'esp32' ? 0x1000 : 0;
  image.fill(0xff, 0, at);
  // One segment for the instruction memory, flash in mode QIO, 512 kB, 40 MHz.
  image.set([MAGIC, 1, 0, 0], at);
  image.writeUInt32LE(0x40100000, at + 4);
  image.writeUInt32LE(0x40100000, at + 8);
  image.writeUInt32LE(0x4000, at + 12);
  return image;
}

/** What is in flash then: an ESP8266 reads mode and size of its flash from the head of its image. */
function written(image: Buffer, family: Family, size: number): Buffer {
  const flash = Buffer.from(image);
  if (family === 'esp8266') flash.set([DIO, size], 2);
  return flash;
}

function plug(options: RomOptions): { rom: RomTwin; line: PortLine } {
  const rom = new RomTwin(options);
  let listener: (octets: Uint8Array) => void = () => undefined;
  rom.output = (octets) => listener(octets);
  const line: PortLine = {
    path: '/dev/ttyUSB7',
    write: (octets) => rom.input(octets),
    onData: (f) => void (listener = f),
    onLost: () => undefined,
    signals: (levels) => Promise.resolve(rom.signals(levels)),
    setBaudRate: (baud) => Promise.resolve(void (rom.hostBaud = baud)),
    close: () => Promise.resolve(),
  };
  return { rom, line };
}

describe.each(['esp8266', 'esp32'] as const)('a firmware for the %s', (family) => {
  const image = firmwareFor(family);

  it('is written, compared and started', { timeout: 60_000 }, async () => {
    const firmware = { powerOn: vi.fn(), powerOff: vi.fn(), input: vi.fn() };
    const { rom, line } = plug({ family, firmware });
    const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const steps: [number, number][] = [];
    expect(await writeFirmware(line, image, (octets, of) => steps.push([octets, of]))).toBe(true);
    expect(rom.flash.subarray(0, image.length).equals(written(image, family, SIZE_4M))).toBe(true);
    expect(rom.flash.subarray(image.length).every((octet) => octet === 0xff)).toBe(true);
    expect(steps.length).toBeGreaterThan(3);
    expect(steps.at(-1)![0]).toBe(steps[0]![1]);
    // It runs from flash, once; what the host says then reaches it, and nothing of the loader's was printed.
    expect(rom.mode).toBe('flash');
    expect(firmware.powerOn).toHaveBeenCalledTimes(1);
    let said = '';
    line.onData((octets) => (said += Buffer.from(octets).toString()));
    line.write(Buffer.from('\n'));
    expect(firmware.input).toHaveBeenCalledTimes(1);
    rom.output(Buffer.from('> '));
    expect(said).toBe('> ');
    expect(print).not.toHaveBeenCalled();
    print.mockRestore();
  });

  it('is written where the flash chip does not say its size', { timeout: 60_000 }, async () => {
    const { rom, line } = plug({ family, flashId: 0 });
    expect(await writeFirmware(line, image)).toBe(true);
    expect(rom.flash.subarray(0, image.length).equals(written(image, family, SIZE_512K))).toBe(true);
  });

  it('is sent again where a block was damaged on its way', { timeout: 60_000 }, async () => {
    const { rom, line } = plug({ family });
    await writeFirmware(line, image, (octets) => {
      if (octets === 0) rom.damaged = 2;
    });
    expect(rom.damaged).toBe(0);
    expect(rom.flash.subarray(0, image.length).equals(written(image, family, SIZE_4M))).toBe(true);
  });

  it('needs someone at the buttons where DTR and RTS are not wired', { timeout: 60_000 }, async () => {
    const { rom, line } = plug({ family, wired: false });
    rom.reset(true);
    expect(await writeFirmware(line, image)).toBe(false);
    expect(rom.mode).toBe('stub');
    rom.reset(false);
    expect(rom.flash.subarray(0, image.length).equals(written(image, family, SIZE_4M))).toBe(true);
  });

  it('is not believed where flash does not keep it', { timeout: 60_000 }, async () => {
    const { rom, line } = plug({ family });
    for (let at = 0x2000; at < 0x2040; at++) rom.worn.add(at);
    await expect(writeFirmware(line, image)).rejects.toThrow(
      new RegExp(`^/dev/ttyUSB7: the firmware is not whole on the ${family.toUpperCase()} \\(MD5 of .*: try again`),
    );
  });

  it('is refused if it is for another family, and flash stays as it was', { timeout: 60_000 }, async () => {
    const { rom, line } = plug({ family });
    const before = Buffer.from(rom.flash);
    const other = firmwareFor(family === 'esp32' ? 'esp8266' : 'esp32');
    await expect(writeFirmware(line, other)).rejects.toThrow(
      new RegExp(
        `^/dev/ttyUSB7: expected a firmware for this ${family.toUpperCase()}, .*, got another: give --firmware`,
      ),
    );
    expect(rom.flash.equals(before)).toBe(true);
  });

  it('is refused if it is larger than flash', { timeout: 60_000 }, async () => {
    // A chip of 256 kB.
    const { rom, line } = plug({ family, flashId: 0x1240ef });
    const large = Buffer.concat([image, Buffer.alloc(300_000)]);
    await expect(writeFirmware(line, large)).rejects.toThrow("doesn't fit in the available flash");
    expect(rom.flash.every((octet) => octet === 0xff)).toBe(true);
  });
});

it('says which buttons to press where no boot loader answers', { timeout: 60_000 }, async () => {
  const { line } = plug({ family: 'esp32', wired: false });
  await expect(writeFirmware(line, firmwareFor('esp32', 5000))).rejects.toThrow(
    /^\/dev\/ttyUSB7: no answer from the boot loader of an ESP \(.*\): hold GPIO0 low .*, press reset, and try again$/,
  );
  // The line is NodeMCU's again.
  line.onData(() => undefined);
});
