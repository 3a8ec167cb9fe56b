// SPDX-License-Identifier: Apache-2.0
// `npm run bench -- --serial` as a process: it says where the motes are, answers there, and ends on Ctrl-C or at its end.
import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { MoteConsole } from '../../../host/console/mote-console.ts';
import { inRepository } from '../../../host/root.ts';
import { openPort } from '../../../host/serial/port.ts';

function bench(...args: string[]): { said: () => string; kill: () => void; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [inRepository('dist', 'host', 'kemp.js'), 'bench', '--vm', 'v8', ...args]);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString()));
  return {
    said: () => text,
    kill: () => void child.kill('SIGINT'),
    ended: new Promise((resolve) => child.on('exit', resolve)),
  };
}

it('prints a path for each mote, answers there, and ends on Ctrl-C', { timeout: 60_000 }, async () => {
  const run = bench('--serial', '--speed', '20', '--scenario', 'coldstart-chain', '--quiet');
  await expect.poll(run.said, { timeout: 30_000 }).toMatch(/Ctrl-C ends the bench/);
  const ports = [...run.said().matchAll(/^(\w+) +(\/dev\/pts\/\d+)$/gm)];
  expect(ports.length).toBeGreaterThan(3);
  const path = ports.find(([, name]) => name === 'base')![2]!;
  const mote = new MoteConsole(await openPort(path));
  expect(await mote.json('role')).toEqual({ role: 'base' });
  await mote.close();
  run.kill();
  expect(await run.ended).toBe(0);
});

it('ends with the scenario, and speed is for it alone', { timeout: 60_000 }, async () => {
  const run = bench('--serial', '--speed', '1000', '--scenario', 'coldstart-chain', '--quiet');
  expect(await run.ended).toBe(0);
  const wrong = bench('--speed', '2');
  expect(await wrong.ended).toBe(2);
  expect(wrong.said()).toContain('expected --serial with --speed');
});
