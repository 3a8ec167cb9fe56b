// SPDX-License-Identifier: Apache-2.0
// A bench run in which every image gets frames that no mote sent, whenever it is quiet and about to get something else. They take
// no time on air, and what they make an image send does not leave it; what they make it remember stays.
import * as abi from '../../host/vm/abi.ts';
import type { MoteVm } from '../../host/vm/mote-vm.ts';
import { sentBy, wrapped } from './recording.ts';
import type { VmFactory } from '../../host/vm/open.ts';

export interface Ambush {
  /** @param step the image's next input. @returns the frames to give it first. */
  frames(vm: MoteVm): readonly Uint8Array[];
  lqi(): number;
  /** A report that a frame of these brought about. */
  report(event: number, args: readonly number[]): void;
}

/** A VM whose turns and transmissions are counted: frames come between them. */
function guarded(vm: MoteVm, ambush: Ambush): (words: number) => number {
  let [posts, sending] = [0, false];
  /** Of the last input of its own: whatever was due then has had its turn, so what the image does next is an answer. */
  let clock = vm.inbox.slice(1, abi.INBOX_ARGUMENTS);
  const count = (used: number): number => {
    abi.eachAction(vm.outbox, used, (op) => (posts += op === abi.POST ? 1 : 0));
    if (sentBy(vm, used) !== undefined) sending = true;
    return used;
  };
  const step = (words: number): number => {
    if (vm.inbox[0] === abi.POSTED) posts--;
    if (vm.inbox[0] === abi.SENT) sending = false;
    return count(vm.step(words));
  };
  return (words) => {
    const op = vm.inbox[0];
    const idle = posts === 0 && !sending && (op === abi.RECEIVE || op === abi.ALARM_DUE);
    const frames = idle ? ambush.frames(vm) : [];
    const now = vm.inbox.slice(1, abi.INBOX_ARGUMENTS);
    if (frames.length === 0) {
      clock = now;
      return step(words);
    }

    const [inbox, rxFrame] = [vm.inbox.slice(), vm.rxFrame.slice()];
    vm.inbox.set(clock, 1);
    let alarm: number[] = [];
    const stores: number[] = [];
    const give = (input: number, ...args: number[]): void => {
      vm.inbox[0] = input;
      vm.inbox.set(args, abi.INBOX_ARGUMENTS);
      const used = step(abi.INBOX_ARGUMENTS + args.length);
      abi.eachAction(vm.outbox, used, (output, at) => {
        if (output === abi.REPORT) ambush.report(vm.outbox[at], [...vm.outbox.subarray(at + 1, at + 6)]);
        if (output === abi.FAULT) throw new Error(abi.faultText(vm.outbox[at]));
        if (output === abi.ALARM) alarm = [abi.ALARM, vm.outbox[at]];
        if (output === abi.STORE) stores.push(abi.STORE, ...vm.outbox.subarray(at, at + 2 + vm.outbox[at + 1]));
      });
    };
    for (const frame of frames) {
      vm.rxFrame.set(frame);
      give(abi.RECEIVE, frame.length, ambush.lqi());
      while (posts > 0 || sending) {
        if (sending) give(abi.SENT, 0);
        else give(abi.POSTED);
      }
    }
    vm.inbox.set(inbox);
    vm.rxFrame.set(rxFrame);
    clock = now;
    const used = step(words);
    const before = [...alarm, ...stores];
    vm.outbox.copyWithin(before.length, 0, used);
    vm.outbox.set(before);
    return before.length + used;
  };
}

/** @param each makes the ambush for each VM that is opened. */
export const ambushed = (open: VmFactory, each: () => Ambush): VmFactory => wrapped(open, (vm) => guarded(vm, each()));
