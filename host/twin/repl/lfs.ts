// SPDX-License-Identifier: Apache-2.0
// The Lua flash store: one image of named chunks. What `luac.cross -f` makes is code of NodeMCU's own machine; the twin's image
// has the chunks as source, one after another: "LFS", then of each its name, its length and its text.

import { check } from '../nodemcu.ts';
import type { Callback } from '../nodemcu.ts';

const MAGIC = 'LFS\n';

/** What lives in flash beside the files. */
export interface Store {
  /** Source by name; empty after a cut in the middle of a reload. */
  chunks: ReadonlyMap<string, string>;
}

/** @returns an image as the twin takes it. */
export function lfsImage(chunks: ReadonlyMap<string, string>): Buffer {
  return Buffer.from(MAGIC + [...chunks].map(([name, text]) => `${name} ${text.length}\n${text}\n`).join(''), 'latin1');
}

function parse(image: string): Map<string, string> | undefined {
  if (!image.startsWith(MAGIC)) return undefined;
  const chunks = new Map<string, string>();
  for (let at = MAGIC.length; at < image.length;) {
    const head = /^(\S+) (\d+)\n/.exec(image.slice(at, at + 64));
    if (head === null) return undefined;
    at += head[0].length + Number(head[2]) + 1;
    if (at > image.length) return undefined;
    chunks.set(head[1]!, image.slice(at - 1 - Number(head[2]), at - 1));
  }
  return chunks;
}

/**
 * node.LFS of the ESP8266.
 * @param read content of a file. @param load makes a function of a chunk. @param room octets of the partition.
 * @param restart the mote, which follows a reload. @param erase is called between erasing and writing.
 */
export function makeLfs(
  store: Store,
  room: number,
  read: (name: string) => string | undefined,
  load: (text: string, name: string) => unknown,
  restart: () => void,
  erase: () => void,
): Record<string, Callback> {
  return {
    get: (name) => {
      const text = store.chunks.get(String(name));
      return text === undefined ? undefined : load(text, String(name));
    },
    reload: (name) => {
      check(typeof name === 'string', 'the name of an image');
      const image = read(name);
      if (image === undefined) return 'LFS image file not found';
      if (image.length > room) return 'LFS Image too big for configured LFS region';
      const chunks = parse(image);
      if (chunks === undefined) return 'LFS Image header invalid';
      store.chunks = new Map();
      erase();
      store.chunks = chunks;
      restart();
      return undefined;
    },
  };
}
