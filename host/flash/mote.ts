// SPDX-License-Identifier: Apache-2.0
// What a mote in its interpreter is asked and told: what it is, its files, their hashes. The file API is that of its family.

import { createHash } from 'node:crypto';
import { MoteError, sumOf } from './session.ts';
import type { Session } from './session.ts';

export type Family = 'esp8266' | 'esp32';

export interface MoteInfo {
  readonly family: Family;
  /** Profile of the Lua that it runs; undefined: none that there are images for. */
  readonly lua: string | undefined;
  /** _VERSION, 1/2 and 2^31-1+1 there. */
  readonly numbers: string;
  readonly heap: number;
  readonly chip: string;
  readonly room: { readonly remaining: number; readonly used: number; readonly total: number };
  /** Has it the module that knows base 64, and the one that knows SHA-256? */
  readonly encoder: boolean;
  readonly crypto: boolean;
  readonly lfs: boolean;
}

/** Octets of a part of a file in a command: what base 64 and hexadecimal leave of a line. */
const BASE64_OCTETS = 147;
const HEX_OCTETS = 98;
const LEAST_OCTETS = 24;
/** Octets of a file in an answer. */
const READ_OCTETS = 256;
/** Parts between two flushes: what a cut of the power may cost. */
const FLUSH_PARTS = 16;
/** Reads of 512 octets that are hashed by one command. */
const HASH_READS = 16;
const HASH_MS = 5000;
/** SPIFFS erases while it writes. */
const WRITE_MS = 4000;

const PROFILES: Readonly<Record<string, string>> = {
  'Lua 5.3 0.5 -2147483648': 'lua53',
  'Lua 5.3 0.5 2147483648': 'lua53w',
  'Lua 5.1 0.5 2147483648': 'lua51',
  'Lua 5.1 0 -2147483648': 'lua51i',
};

const HELPERS = [
  'function O(n,m) return (file.open or io.open)(n,m) end',
  "function Q(s) return (s:gsub('.',function(c) return ('%02x'):format(c:byte()) end)) end",
  "function W(o,s) if o==N then s=B(s) if not F:write(s) then return 'full' end N=N+#s end return N end",
  "function J() for i=1,HASH_READS do local s=F:read(512) if not s then return 'end' end H(s) end return 'more' end",
  "function G(o,n) F:seek('set',o) return Q(F:read(n) or '') end",
  'function K() if F then F:close() end F=nil return 0 end',
].map((helper) => helper.replace('HASH_READS', String(HASH_READS)));
const FROM_BASE64 = 'B=encoder.fromBase64 return 0';
const FROM_HEX = "function B(s) return (s:gsub('..',function(h) return string.char(tonumber(h,16)) end)) end return 0";
const SHA256 =
  "local h=crypto.new_hash('SHA256') H=function(s) h:update(s) end D=function() return Q(h:finalize()) end return 0";
const SUM = 'local a,b=1,0 H=function(s) for i=1,#s do a=(a+s:byte(i))%65521 b=(b+a)%65521 end end';
const SUM_END = "D=function() return a..','..b end return 0";

/** The file system has no room for what is written. */
export class NoRoom extends Error {}

export class RemoteMote {
  readonly session: Session;
  readonly info: MoteInfo;

  private constructor(session: Session, info: MoteInfo) {
    this.session = session;
    this.info = info;
  }

  /** Asks a mote in its interpreter what it is, and gives it the functions for files. */
  static async meet(session: Session): Promise<RemoteMote> {
    const ask = (code: string): Promise<string> => session.run(code);
    const family = await ask("return file and file.open and 'esp8266' or file and io and 'esp32' or 'none'");
    if (family !== 'esp8266' && family !== 'esp32')
      throw session.failure(
        'this NodeMCU has no files',
        'flash one with the modules file, node, tmr and uart (--firmware)',
      );
    const numbers = await ask("return _VERSION..' '..tostring(1/2)..' '..tostring(0x7fffffff+1)");
    const [remaining, used, total] = (await ask("local r,u,t=file.fsinfo() return r..' '..u..' '..t"))
      .split(' ')
      .map(Number);
    const has = async (what: string): Promise<boolean> => (await ask(`return ${what} and 'yes' or 'no'`)) === 'yes';
    const info: MoteInfo = {
      family,
      lua: PROFILES[numbers.replace('0.0 ', '0 ')],
      numbers,
      heap: Number(await ask('return node.heap()')),
      chip: await ask('return node.chipid()'),
      room: { remaining: remaining!, used: used!, total: total! },
      encoder: await has('encoder and encoder.fromBase64'),
      crypto: await has('crypto and crypto.new_hash'),
      lfs: await has('node.LFS'),
    };
    for (const helper of HELPERS) await ask(helper);
    await ask(info.encoder ? FROM_BASE64 : FROM_HEX);
    return new RemoteMote(session, info);
  }

  /** @returns those of the modules that this NodeMCU was built without. */
  async missing(modules: readonly string[]): Promise<string[]> {
    const absent: string[] = [];
    for (const name of modules) {
      if ((await this.session.run(`return ${name}==nil and 'no' or 'yes'`)) === 'no') absent.push(name);
    }
    return absent;
  }

  /** @returns sizes of files by their names. */
  async files(): Promise<Map<string, number>> {
    await this.session.run("T={} for n,s in pairs(file.list()) do T[#T+1]=n..'|'..s end return #T");
    const found = new Map<string, number>();
    for (let from = 1; ; from += 20) {
      const part = await this.session.run(`return table.concat(T,'/',${from},math.min(#T,${from + 19}))`);
      if (part === '') break;
      for (const one of part.split('/')) {
        const bar = one.lastIndexOf('|');
        found.set(one.slice(0, bar), Number(one.slice(bar + 1)));
      }
    }
    await this.session.run('T=nil return 0');
    return found;
  }

  async exists(name: string): Promise<boolean> {
    return (await this.session.run(`return file.exists('${name}') and 'yes' or 'no'`)) === 'yes';
  }

  async remove(name: string): Promise<void> {
    await this.session.run(`if file.exists('${name}') then file.remove('${name}') end return 0`, WRITE_MS);
  }

  /** @throws MoteError if it fails, as it does onto a file that exists. */
  async rename(from: string, to: string): Promise<void> {
    const done = await this.session.run(`return file.rename('${from}','${to}') and 'yes' or 'no'`, WRITE_MS);
    if (done !== 'yes') throw new MoteError(`${from} was not renamed to ${to}`);
  }

  /** @returns all of a file, undefined if there is none. */
  async read(name: string): Promise<Buffer | undefined> {
    const opened = await this.session.run(`K() F=O('${name}','r') return F and F:seek('end') or 'none'`);
    if (opened === 'none') return undefined;
    const parts: Buffer[] = [];
    for (let at = 0; at < Number(opened); at += READ_OCTETS)
      parts.push(Buffer.from(await this.session.run(`return G(${at},${READ_OCTETS})`), 'hex'));
    await this.session.run('return K()');
    return Buffer.concat(parts);
  }

  /**
   * Appends to a file what it lacks of `content`. What is there is believed: isWhole() tells.
   * @param progress is called with octets that are there.
   * @throws NoRoom
   */
  async append(name: string, content: Uint8Array, progress: (octets: number) => void): Promise<void> {
    const { session } = this;
    let at = Number(await session.run(`K() F=O('${name}','a') N=F and F:seek('end') or -1 return N`, WRITE_MS));
    if (at < 0) throw new NoRoom(name);
    const { encoder } = this.info;
    const most = encoder ? BASE64_OCTETS : HEX_OCTETS;
    let size = most;
    for (let parts = 1; at < content.length; parts++) {
      const part = Buffer.from(content.subarray(at, at + size));
      const text = part.toString(encoder ? 'base64' : 'hex');
      const answer = await session.run(`return W(${at},'${text}')`, WRITE_MS);
      if (answer === 'full') throw new NoRoom(name);
      at = Number(answer);
      // Over a bad cable shorter lines come through more often.
      size = session.attempts > 1 ? Math.max(LEAST_OCTETS, size >> 1) : Math.min(most, size + 3);
      if (parts % FLUSH_PARTS === 0) await session.run('F:flush() return 0', WRITE_MS);
      progress(at);
    }
    await session.run('return K()', WRITE_MS);
  }

  /** @returns whether the file is `content`, by its hash on the mote. */
  async isWhole(name: string, content: Uint8Array): Promise<boolean> {
    const { session } = this;
    const size = await session.run(`K() F=O('${name}','r') return F and F:seek('end') or 'none'`);
    if (Number(size) !== content.length) {
      await session.run('return K()');
      return false;
    }
    await session.run(this.info.crypto ? SHA256 : `${SUM} ${SUM_END}`);
    await session.run("return F:seek('set',0)");
    while ((await session.run('return J()', HASH_MS)) === 'more');
    const found = await session.run('return D()');
    await session.run('K() H=nil D=nil return 0');
    return found === (this.info.crypto ? createHash('sha256').update(content).digest('hex') : sumOf(content));
  }

  /** Makes a file of this content, whatever there was of it. @throws NoRoom. @throws MoteError if it cannot be made whole. */
  async write(name: string, content: Uint8Array): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt++) {
      await this.remove(name);
      await this.append(name, content, () => undefined);
      if (await this.isWhole(name, content)) return;
    }
    throw new MoteError(`${name} does not keep what is written`);
  }
}
