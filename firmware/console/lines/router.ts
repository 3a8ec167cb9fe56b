// SPDX-License-Identifier: Apache-2.0
// '#lines' of a router: it has those of a node alone.

export {
  changeChannel,
  nodeCommand as roleCommand,
  nodeHelp as roleHelp,
  NODE_LINES as ROLE_LINES,
  nodeLine as roleLine,
  parentKeyOf,
  stateLine,
} from './node.ts';
