// SPDX-License-Identifier: Apache-2.0
import type { ESLint, Linter } from 'eslint';

export declare const plugin: ESLint.Plugin;
export declare function dialectRules(options: { properties: boolean }): Linter.RulesRecord;
