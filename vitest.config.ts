// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: {
      '#board': fileURLToPath(new URL('board-defs/bench/index.ts', import.meta.url)),
      '#room': fileURLToPath(new URL('firmware/room/router.ts', import.meta.url)),
      '#app': fileURLToPath(new URL('firmware/app/uptime.ts', import.meta.url)),
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/global-setup.ts',
    // The default leaves a processor free: of two, half.
    maxWorkers: '100%',
    // A bundle takes well under a second; a machine that runs two test files at once is slower than that.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
