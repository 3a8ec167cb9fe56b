// SPDX-License-Identifier: Apache-2.0
// `kemp monitor`: what many motes say unasked, each in a colour of its own.

import { styleText } from 'node:util';
import { Command, Option } from 'commander';
import { RunFailure } from '../errors.ts';
import { openPort } from '../serial/port.ts';
import { MoteConsole } from './mote-console.ts';
import { parsePattern, stamp } from './options.ts';
import { somePorts } from './ports.ts';

const COLOURS = ['green', 'yellow', 'blue', 'magenta', 'cyan', 'red', 'greenBright', 'blueBright'] as const;

/** A mote that is followed. */
export interface Followed {
  readonly mote: MoteConsole;
  /** Role and EUI-64, or the port where it has none. */
  readonly name: string;
}

/** Opens the console of a mote, and learns its name. @throws RunFailure that names the port */
export async function follow(path: string, level: string): Promise<Followed> {
  const asked = new MoteConsole(await openPort(path));
  try {
    const [role] = await asked.rows('role');
    const { eui64 = path } = (await asked.json('state')) as { eui64?: string };
    await asked.rows(`log ${level}`);
    return { mote: asked, name: `${(role ?? '').replace('role=', '')} ${eui64}` };
  } catch (error) {
    await asked.close();
    throw error;
  }
}

interface Options {
  readonly port: readonly string[];
  readonly level: string;
  readonly filter?: RegExp;
  readonly time: boolean;
}

async function run({ port, level, filter, time }: Options): Promise<void> {
  const paths = await somePorts(port);
  const opened = await Promise.allSettled(paths.map((path) => follow(path, level)));
  const followed = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const close = (): Promise<unknown> => Promise.all(followed.map(({ mote }) => mote.close()));
  const [failed] = opened.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (failed !== undefined) {
    await close();
    throw failed;
  }
  const width = Math.max(...followed.map(({ name }) => name.length));
  const ended = new Promise<never>((_, reject) => {
    followed.forEach(({ mote, name }, i) => {
      const label = styleText(COLOURS[i % COLOURS.length]!, name.padEnd(width), { stream: process.stdout });
      const print = (line: string): void => {
        if (filter?.test(line) !== false) process.stdout.write(`${time ? `${stamp()} ` : ''}${label}  ${line}\n`);
      };
      print(`follows ${mote.line.path}`);
      mote.onNote = (note) => print(note);
      if ('onLost' in mote.line)
        (mote.line.onLost as (f: (reason: string) => void) => void)((reason) =>
          reject(new RunFailure(`${mote.where}: lost ${name} (${reason}): plug it in and start again`)),
        );
    });
  });
  const interrupted = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  try {
    await Promise.race([ended, interrupted]);
    await Promise.all(followed.map(({ mote }) => mote.ask('log none')));
  } finally {
    await close();
  }
}

export function monitorCommand(): Command {
  const collect = (path: string, paths: readonly string[]): string[] => [...paths, path];
  return new Command('monitor')
    .description('follow many motes at once, until Ctrl-C')
    .option('--port <path>', 'serial port; may be given several times; without it, all there are', collect, [])
    .addOption(new Option('--level <level>', 'what the motes tell').choices(['events', 'refusals']).default('events'))
    .option('--filter <pattern>', 'show only what matches this regular expression', parsePattern)
    .option('--no-time', 'no time stamps')
    .action(run);
}
