// SPDX-License-Identifier: Apache-2.0
// The library `kemp-mote/host`: what the command `kemp` does, as functions for test rigs (host/README.md).

export { RunFailure, UsageError } from './errors.ts';
export type { Line } from './serial/line.ts';
export { listPorts, openPort } from './serial/port.ts';
export type { PortInfo, PortLine, PortOptions } from './serial/port.ts';
export { openPty } from './serial/pty.ts';
export { MoteConsole, MoteError } from './console/mote-console.ts';
export type { Answer, ConsoleOptions } from './console/mote-console.ts';
export { readScript, runScript } from './console/script.ts';
export { examine } from './console/doctor.ts';
export type { Finding } from './console/doctor.ts';
export { runBench } from './bench/run.ts';
export type { BenchControl, BenchHooks, BenchOptions, BenchResult, Report } from './bench/run.ts';
export { serveBench } from './bench/serial.ts';
export type { SerialBench } from './bench/serial.ts';
export { loadScenario, parseScenario } from './scenario/load.ts';
export type { Scenario } from './scenario/schema.ts';
export { flashLine, flashPort, nodeAt } from './flash/index.ts';
export type { Flashed, FlashPlan } from './flash/index.ts';
export { selftest, selftestPorts } from './selftest/index.ts';
export type { SelftestOptions, SelftestReport } from './selftest/index.ts';
export type { Check } from './selftest/judge.ts';
export type { BoardField } from './selftest/board-data.ts';
export { writeFirmware } from './flash/firmware.ts';
export { checkedEui, checkedKey, parseCheckedEui, parseCheckedKey } from './provision/checked.ts';
export { parseNodes } from './provision/bulk.ts';
export { loadNetwork, saveNetwork } from './provision/file.ts';
export { enrol, findNode, makeNetwork, recordsOf, retire, rotate } from './provision/network.ts';
export type { Network, NetworkNode, NetworkPlan, NodePlan } from './provision/network.ts';
export { replBoard } from './twin/repl/mote.ts';
