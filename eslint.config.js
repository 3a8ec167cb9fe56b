// SPDX-License-Identifier: Apache-2.0
import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { dialectRules, plugin } from './compiler/lint/dialect.js';

/** Which folders a folder may import from. crypto-core <- firmware <- board-defs; host drives finished images. */
const only = (regex, message) => ({ 'no-restricted-imports': ['error', { patterns: [{ regex, message }] }] });

/** Calls the `crypto` module of NodeMCU, and may make strings for it. */
const NATIVE = 'crypto-core/native/nodemcu.ts';
/** And stands in its place. */
const ABSENT = 'crypto-core/native/absent.ts';
const OWN_AND_CHOSEN = '^(?!\\.{1,2}/|#(aes|machine|native|schedule)$)|/(firmware|board-defs|host|compiler|test)/';

export default tseslint.config(
  { ignores: ['dist/', 'coverage/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strict],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // A variable may say from the start what kind of value it has.
      'no-useless-assignment': 'off',
      // noUncheckedIndexedAccess is off: an index is checked where it comes from.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['crypto-core/**/*.ts', 'firmware/**/*.ts'],
    ignores: ['tables', 'octets', 'strings', 'literals', 'npm'].map((name) => `crypto-core/${name}.ts`),
    plugins: { mote: plugin },
    rules: dialectRules({ properties: false }),
  },
  {
    files: ['board-defs/**/*.ts', NATIVE],
    plugins: { mote: plugin },
    rules: dialectRules({ properties: true }),
  },
  {
    files: ['crypto-core/**/*.ts'],
    rules: only(
      `${OWN_AND_CHOSEN}|/strings\\.ts$`,
      `crypto-core knows nothing but itself, and ${NATIVE} alone makes strings.`,
    ),
  },
  { files: [NATIVE, ABSENT], rules: only(OWN_AND_CHOSEN, 'crypto-core knows nothing but itself.') },
  {
    files: ['firmware/**/*.ts'],
    rules: only(
      '^(?!#(board|app|image|lines|room)$|\\.{1,2}/)|/(board-defs|host|compiler|test)/|/crypto-core/strings\\.ts$',
      'firmware knows crypto-core, #board, #app, #image, #lines and #room, and makes no strings.',
    ),
  },
  {
    files: ['board-defs/**/*.ts'],
    rules: only(
      '^(?!\\.{1,2}/|#(definition|mcu|probe|radio|storage)$)|/(host|compiler|test)/|/firmware/(?!(board|events)\\.ts$)',
      'a board definition knows crypto-core, the board interface (firmware/board.ts) and events.ts.',
    ),
  },
  {
    files: ['host/**/*.ts'],
    rules: only(
      '/(crypto-core|board-defs|test)/|/firmware/(?!(records|events|refusals)\\.ts$)',
      'host drives compiled images; of firmware it knows records.ts, events.ts and refusals.ts.',
    ),
  },
  {
    files: ['compiler/**/*.ts'],
    rules: only('/(crypto-core|firmware|board-defs|host|test)/', 'the compiler knows no module that it compiles.'),
  },
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/no-explicit-any': 'off' } },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly' } },
  },
);
