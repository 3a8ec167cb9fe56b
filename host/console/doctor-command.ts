// SPDX-License-Identifier: Apache-2.0
// `kemp doctor`: what is wrong with a port, a firmware or a mote, and how to mend it.

import { styleText } from 'node:util';
import { Command } from 'commander';
import { RunFailure } from '../errors.ts';
import { listPorts, openPort } from '../serial/port.ts';
import { examine } from './doctor.ts';

interface Options {
  readonly port?: string;
  readonly json: boolean;
}

async function run({ port, json }: Options): Promise<void> {
  const ports = port === undefined ? (await listPorts()).map(({ path }) => path) : [port];
  if (ports.length === 0)
    throw new RunFailure('no serial port: plug a board in; on Linux `dmesg | tail` tells what the system makes of it');
  let ills = 0;
  for (const path of ports) {
    const line = await openPort(path);
    try {
      const findings = await examine(line);
      ills += findings.filter((finding) => !finding.good).length;
      if (json) process.stdout.write(`${JSON.stringify({ port: path, findings })}\n`);
      else {
        process.stdout.write(`${path}\n`);
        for (const { good, what, mend } of findings) {
          const mark = styleText(good ? 'green' : 'red', good ? 'ok' : '!!', { stream: process.stdout });
          process.stdout.write(`  ${mark}  ${what}\n${mend === undefined ? '' : `      ${mend}\n`}`);
        }
      }
    } finally {
      await line.close();
    }
  }
  if (ills > 0) throw new RunFailure(`${ports.join(', ')}: ${ills} to mend, see above`);
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('say what is wrong with a port, its firmware or its mote, and how to mend it')
    .option('--port <path>', 'serial port; without it, all there are')
    .option('--json', 'one line of JSON for each port', false)
    .action(run);
}
