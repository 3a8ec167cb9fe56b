// SPDX-License-Identifier: Apache-2.0
// One run of a 32-bit Lua machine (test/vm/build.sh) in V8, inside this process. The machine is a command-line program for
// WASI; of that interface it finds here what it needs: arguments, three standard streams, one file to read, the clock.
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

/** The parts of JavaScript's WebAssembly used here: the types of Node 20 know none. */
declare const WebAssembly: {
  Module: { new (code: Uint8Array): Module; imports(module: Module): { module: string; name: string }[] };
  Instance: new (module: Module, imports: Record<string, Record<string, unknown>>) => { exports: Exports };
};
type Module = object;
export interface Exports {
  memory: { buffer: ArrayBuffer };
  __indirect_function_table: { get(index: number): (...args: number[]) => void };
  __stack_pointer: { value: number };
  _start(): void;
  /** What a machine that is served (machine.ts) is asked by: served.c, launcher.c. */
  slots(): number;
  text(): number;
  table(): void;
  value(): void;
  function(number: number): void;
  field(): void;
  global(): void;
  kind(kind: number): void;
  call(reference: number, count: number): number;
  heap(octets: number): void;
  apart(octets: number): void;
  follow(): void;
  collect(): number;
  bytes(): number;
  peak(): number;
  asked(): number;
}

export interface WasmFile {
  name: string;
  content: Uint8Array;
}

export interface WasmRun {
  /** What `main` returned or `exit` was given. */
  status: number;
  /** One character an octet. */
  stdout: string;
  stderr: string;
}

// Error numbers and file types of WASI.
const SUCCESS = 0;
const BADF = 8;
const NOENT = 44;
const NOSYS = 52;
const SPIPE = 70;
const DIRECTORY = 3;
const REGULAR = 4;
// Clocks from here on go while the process works.
const CPU_TIME = 2;

// Descriptors: standard input, output and error, the root folder, the one file.
const ROOT = 3;
const FILE = 4;

/** What a Lua error unwinds with. One for all: Lua keeps the message to itself. */
const LUA_ERROR = new Error('a Lua error outside any protected call');

/** What `exit` unwinds with. */
class Exit extends Error {
  constructor(readonly status: number) {
    super();
  }
}

const modules = new Map<string, Module>();

/** Compiles each machine once, by the optimizing compiler: the other one's code would stay for as long as a script runs. */
function moduleOf(path: string): Module {
  let module = modules.get(path);
  if (module === undefined) {
    setFlagsFromString('--no-liftoff');
    module = new WebAssembly.Module(readFileSync(path));
    setFlagsFromString('--liftoff');
    modules.set(path, module);
  }
  return module;
}

/**
 * Run a machine to its end.
 * @param path the machine's file
 * @param args its arguments, without its name
 * @param stdin octets
 * @param timeout milliseconds until a runaway script is stopped
 * @param file what it finds beside standard input
 * @throws where it runs too long
 */
export function runWasm(
  path: string,
  args: readonly string[],
  stdin: Uint8Array,
  timeout: number,
  file?: WasmFile,
): WasmRun {
  return startWasm(path, args, stdin, timeout, file).run;
}

export interface StartedWasm {
  readonly run: WasmRun;
  readonly machine: Exports;
}

/** Runs a machine's `main`; one that is served can be asked afterwards. @param relay what its calls of the process do */
export function startWasm(
  path: string,
  args: readonly string[],
  stdin: Uint8Array,
  timeout: number,
  file?: WasmFile,
  relay: (number: number, count: number) => number = () => NOSYS,
): StartedWasm {
  const deadline = Date.now() + timeout;
  const written: Record<number, Uint8Array[]> = { 1: [], 2: [] };
  const unread: Record<number, Uint8Array> = { 0: stdin };
  const argv = [path, ...args].map((arg) => Buffer.from(`${arg}\0`));

  const view = (): DataView => new DataView(machine.memory.buffer);
  const octets = (at: number, length: number): Uint8Array => new Uint8Array(machine.memory.buffer, at, length);
  const setWord = (at: number, value: number): void => view().setUint32(at, value, true);

  /** Hands each piece of memory that a list names to `move` until one moves less than it could; sets the sum. */
  const transfer = (list: number, count: number, sum: number, move: (piece: Uint8Array) => number): number => {
    let total = 0;
    for (let i = 0; i < count; i++) {
      const piece = octets(view().getUint32(list + 8 * i, true), view().getUint32(list + 8 * i + 4, true));
      const moved = move(piece);
      total += moved;
      if (moved < piece.length) break;
    }
    setWord(sum, total);
    return SUCCESS;
  };

  const wasi: Record<string, (...args: any[]) => number> = {
    args_sizes_get(count: number, size: number) {
      setWord(count, argv.length);
      setWord(size, Buffer.concat(argv).length);
      return SUCCESS;
    },
    args_get(pointers: number, at: number) {
      argv.forEach((arg, i) => {
        setWord(pointers + 4 * i, at);
        octets(at, arg.length).set(arg);
        at += arg.length;
      });
      return SUCCESS;
    },
    environ_sizes_get(count: number, size: number) {
      setWord(count, 0);
      setWord(size, 0);
      return SUCCESS;
    },
    clock_time_get(clock: number, _precision: bigint, at: number) {
      const { user, system } = process.cpuUsage();
      const micros = clock >= CPU_TIME ? user + system : 1000 * Date.now();
      view().setBigUint64(at, 1000n * BigInt(micros), true);
      return SUCCESS;
    },
    fd_prestat_get(fd: number, at: number) {
      if (fd !== ROOT) return BADF;
      view().setBigUint64(at, 1n << 32n, true); // a folder with a name of one octet
      return SUCCESS;
    },
    fd_prestat_dir_name(_fd: number, at: number) {
      octets(at, 1)[0] = '/'.charCodeAt(0);
      return SUCCESS;
    },
    fd_fdstat_get(fd: number, at: number) {
      octets(at, 24).fill(255); // every right
      setWord(at, fd === ROOT ? DIRECTORY : REGULAR);
      return SUCCESS;
    },
    path_open(_folder: number, _follow: number, name: number, length: number, ...rest: unknown[]) {
      if (Buffer.from(octets(name, length)).toString() !== file?.name) return NOENT;
      unread[FILE] = file.content;
      setWord(rest.at(-1) as number, FILE);
      return SUCCESS;
    },
    fd_read(fd: number, list: number, count: number, sum: number) {
      return transfer(list, count, sum, (piece) => {
        const rest = unread[fd] ?? new Uint8Array();
        const part = rest.subarray(0, piece.length);
        piece.set(part);
        unread[fd] = rest.subarray(part.length);
        return part.length;
      });
    },
    fd_write(fd: number, list: number, count: number, sum: number) {
      return transfer(list, count, sum, (piece) => (written[fd]?.push(piece.slice()), piece.length));
    },
    fd_seek: () => SPIPE,
    fd_close: () => SUCCESS,
    proc_exit(status: number) {
      throw new Exit(status);
    },
  };

  const vm = {
    try(f: number, L: number, data: number): void {
      const stack = machine.__stack_pointer.value;
      try {
        machine.__indirect_function_table.get(f)(L, data);
      } catch (error) {
        if (error !== LUA_ERROR) throw error;
        machine.__stack_pointer.value = stack;
      }
    },
    throw(): never {
      throw LUA_ERROR;
    },
    relay,
    watch(): void {
      if (Date.now() > deadline) throw new Error(`still running after ${timeout} ms`);
    },
  };

  const module = moduleOf(path);
  for (const { name } of WebAssembly.Module.imports(module)) if (!(name in vm)) wasi[name] ??= () => NOSYS;
  const machine = new WebAssembly.Instance(module, { vm, wasi_snapshot_preview1: wasi }).exports;
  let status = 0;
  try {
    machine._start();
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    status = error.status;
  }
  const text = (pieces: Uint8Array[]): string => Buffer.concat(pieces).toString('latin1');
  return { run: { status, stdout: text(written[1]), stderr: text(written[2]) }, machine };
}
