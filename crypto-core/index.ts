// SPDX-License-Identifier: Apache-2.0
// The public face of crypto-core, and the entry of its stand-alone bundle (docs/crypto-core.md).

export { CCM_OPEN, CCM_SEAL, ccmBegin, ccmOpenBegin, ccmSealBegin } from './ccm.ts';
export { cmacBegin, mac } from './cmac.ts';
export { kdfBegin } from './kdf.ts';
export {
  blocks,
  forgetKey,
  JOB_DONE,
  JOB_FAILED,
  JOB_IDLE,
  JOB_REFUSED,
  JOB_RUNNING,
  prepareKey,
  step,
} from './job.ts';
export type { Bytes, Words } from './tables.ts';
export { equalWords, getWord, putWord, wipeBytes, wipeWords } from './words.ts';
