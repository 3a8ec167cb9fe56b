// SPDX-License-Identifier: Apache-2.0
// What is at the other end of a port, and what is wrong with it: a mote with its console, NodeMCU without an image, or nothing.

import type { Line } from '../serial/line.ts';
import { RunFailure } from '../errors.ts';
import { MoteConsole } from './mote-console.ts';

export interface Finding {
  readonly good: boolean;
  /** What was found. */
  readonly what: string;
  /** How to mend it, where it is not good. */
  readonly mend?: string;
}

/** Octets that an image leaves none of: less free heap before one is loaded is too little (test/protocol/ram.test.ts). */
const LEAST_HEAP = 30_000;
/** Free heap of a running mote below which a burst of frames may end it. */
const LEAST_RUNNING_HEAP = 6_000;
/** Octets of an image with its records, that the file system has to have room for; for the next one beside it twice as many. */
export const LEAST_FILES = 240_000;
const FIRST_WORD_MS = 1500;

/** Modules that the images use (board-defs/<mcu>/), and `encoder`, which `kemp flash` is faster with. */
export const MODULES = {
  esp8266: ['node', 'tmr', 'gpio', 'spi', 'uart', 'file', 'rtcmem', 'adc', 'crypto', 'encoder'],
  esp32: ['node', 'tmr', 'gpio', 'spi', 'uart', 'file', 'io', 'rtcmem', 'adc', 'sodium', 'encoder'],
} as const;

const good = (what: string): Finding => ({ good: true, what });
const bad = (what: string, mend: string): Finding => ({ good: false, what, mend });

/** Looks at what is behind a line. @throws RunFailure where it stops answering on the way */
export async function examine(line: Line): Promise<Finding[]> {
  const heard = await firstWords(line);
  if (/^version=\S+ board=\S+ role=\S+\r?$/m.test(heard)) return examineMote(line);
  if (/(^|\n)>{1,2} ?$/.test(heard) || /stdin:1:/.test(heard)) return new Repl(line).examine();
  if (/Error \d+: \w+/.test(heard))
    return [bad('a console that has no `version`', 'flash the mote with the images of this version: kemp flash')];
  if (heard === '')
    return [
      bad(
        'nothing answers',
        'check cable and power; a board that resets when the port is opened needs some seconds, try again; is it the right port?',
      ),
    ];
  return [
    bad(
      `an answer that is neither a mote's nor NodeMCU's: ${JSON.stringify(heard.slice(0, 60))}`,
      'check the speed (115200); flash NodeMCU, then the image: kemp flash',
    ),
  ];
}

/** Types a line that both know how to answer, and listens until they have. */
function firstWords(line: Line): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    const done = (): void => {
      clearTimeout(timer);
      resolve(heard);
    };
    const timer = setTimeout(done, FIRST_WORD_MS);
    line.onData((octets) => {
      heard += Buffer.from(octets).toString('latin1');
      if (/^(Done|Error \d+: \w+)\r?\n/m.test(heard) || /\n>{1,2} $/.test(heard)) done();
    });
    line.write(Buffer.from('\nversion\n'));
  });
}

async function examineMote(line: Line): Promise<Finding[]> {
  const mote = new MoteConsole(line);
  const [version] = await mote.rows('version');
  const { state, eui64 } = (await mote.json('state')) as { state: string; eui64?: string };
  const { free } = (await mote.json('heap')) as { free: number };
  const findings = [good(`a mote: ${version}`)];
  findings.push(
    state === 'unprovisioned'
      ? bad('it has no identity', 'give it one: kemp provision, then kemp flash')
      : good(`it is ${eui64}, state ${state}`),
  );
  if (state === 'looking')
    findings.push(
      bad(
        'it finds no router',
        'is one in earshot (`neighbors`), on its channel (`channel`), and enrolled at the base station?',
      ),
    );
  if (free === 0) findings.push(good('its board cannot tell how much memory is free'));
  else if (free < LEAST_RUNNING_HEAP)
    findings.push(
      bad(`${free} octets of memory are free`, 'put the image into LFS (kemp flash --luac), leave out other programs'),
    );
  else findings.push(good(`${free} octets of memory are free`));
  return findings;
}

/** NodeMCU's Lua, interactive: it shows what is typed, and ends each answer by a prompt. */
class Repl {
  readonly #line: Line;
  #heard = '';
  #wake: () => void = () => undefined;

  constructor(line: Line) {
    this.#line = line;
    line.onData((octets) => {
      this.#heard += Buffer.from(octets).toString('latin1');
      this.#wake();
    });
  }

  /** Runs a line of Lua that prints by `say(...)`. @returns the values of each call, as text */
  async #run(code: string): Promise<string[][]> {
    // "kd" as it is printed, not as it is typed.
    const text = code.replaceAll('say(', "print('k'..'d',");
    if (text.length > 250) throw new RangeError(`expected a line of at most 250 octets, got ${text.length}`);
    this.#heard = '';
    this.#line.write(Buffer.from(`${text}\n`));
    await this.#prompt(text);
    return [...this.#heard.matchAll(/^kd\t?([^\r\n]*)\r?$/gm)].map(([, values]) => values!.split('\t'));
  }

  #prompt(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const { path } = this.#line;
        reject(
          new RunFailure(
            `${path}: expected a prompt after ${text}, got none: press the board's reset button, try again`,
          ),
        );
      }, 2 * FIRST_WORD_MS);
      this.#wake = () => {
        if (!/\n>{1,2} $/.test(this.#heard)) return;
        clearTimeout(timer);
        resolve();
      };
      this.#wake();
    });
  }

  async #one(code: string): Promise<string[]> {
    return (await this.#run(code))[0] ?? [];
  }

  async examine(): Promise<Finding[]> {
    await this.#run(' ');
    const [version = 'no Lua', heap = '0'] = await this.#one('say(_VERSION,node.heap())');
    const [chip] = await this.#one("say(node.chipmodel and node.chipmodel() or 'esp8266')");
    const family = /esp32/i.test(chip ?? '') ? 'esp32' : 'esp8266';
    const findings = [good(`NodeMCU, no image of ours running: ${version} on ${family}`)];
    findings.push(...(await this.#build()));
    findings.push(await this.#numbers(version), await this.#bits(version), await this.#modules(family));
    findings.push(await this.#encoder());
    findings.push(
      Number(heap) < LEAST_HEAP
        ? bad(
            `${heap} octets of heap are free`,
            'remove init.lua and other programs; a build with fewer modules, and LFS, has more',
          )
        : good(`${heap} octets of heap are free`),
    );
    findings.push(await this.#files());
    return findings;
  }

  /** What the firmware says of its own build. */
  async #build(): Promise<Finding[]> {
    const rows = await this.#run("pcall(function() for k,v in pairs(node.info('build_config')) do say(k,v) end end)");
    return rows.length === 0 ? [] : [good(`build: ${rows.map(([name, value]) => `${name}=${value}`).join(' ')}`)];
  }

  async #numbers(version: string): Promise<Finding> {
    const [half, wrapped] = await this.#one('say(1/2,0x7fffffff+1)');
    const wraps = wrapped?.startsWith('-') === true;
    if (version === 'Lua 5.3') {
      return wraps
        ? good('numbers: 32-bit integers, as the images for lua53 want them')
        : bad(
            'numbers: 64-bit integers',
            'build the firmware with LUA_NUMBER_INTEGRAL or 32-bit integers (LUA=53, the default)',
          );
    }
    const profile = half === '0' ? 'lua51i (integers)' : 'lua51 (floats)';
    return bad(
      `numbers: ${profile}`,
      'the boards here have images for Lua 5.3: build the firmware with LUA=53, or define a board with this profile',
    );
  }

  async #bits(version: string): Promise<Finding> {
    const code = version === 'Lua 5.3' ? "say(load('return 5~3')())" : 'say(bit and bit.bxor(5,3))';
    const [six] = await this.#one(code);
    if (six === '6') return good('bit operations work');
    return bad('bit operations are missing', 'build the firmware with the module bit');
  }

  async #modules(family: keyof typeof MODULES): Promise<Finding> {
    const names = MODULES[family];
    const there: string[] = [];
    for (let at = 0; at < names.length; at += 4) {
      const part = names.slice(at, at + 4);
      there.push(...(await this.#one(`say(${part.map((name) => `${name} and 1 or 0`).join(',')})`)));
    }
    const missing = names.filter((_, i) => there[i] !== '1');
    return missing.length === 0
      ? good(`modules: ${names.join(', ')}`)
      : bad(
          `modules missing: ${missing.join(', ')}`,
          `build the firmware with them; an image on ${family} uses ${names.join(', ')}`,
        );
  }

  /** `kemp flash` sends chunks in Base64. */
  async #encoder(): Promise<Finding> {
    const [text] = await this.#one("say(encoder and encoder.fromBase64('S0VNUA=='))");
    return text === 'KEMP'
      ? good('encoder works')
      : bad('encoder does not work', 'build the firmware with the module encoder');
  }

  async #files(): Promise<Finding> {
    const [free = '0'] = await this.#one('say(file.fsinfo())');
    return Number(free) < LEAST_FILES
      ? bad(`${free} octets of the file system are free`, 'remove files, or format it: file.format()')
      : good(`${free} octets of the file system are free`);
  }
}
