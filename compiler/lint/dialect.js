// SPDX-License-Identifier: Apache-2.0
// The mote dialect (docs/dialect.md) as lint rules: what the compiler refuses is found here with types and in the editor, and
// what is legal on V8 but wrong in Lua is found here alone.

const STATEMENTS = 'Allowed: if/else, for, while, do-while, break, return.';
const FUNCTIONS = 'Allowed: functions declared at the top level of a module, passed by their names.';
const MEMORY = 'Allowed: makeBytes(n) and makeWords(n) at the top level of a module.';
const NUMBERS = 'Allowed: int32 arithmetic with + - * % & | ^ ~ << >> >>> and div(a, b).';

/** Selectors of `no-restricted-syntax`, and why. */
const REFUSED = [
  ['ClassDeclaration, ClassExpression', `A class. ${FUNCTIONS}`],
  ['ArrowFunctionExpression, FunctionExpression', `A closure allocates. ${FUNCTIONS}`],
  [
    'FunctionDeclaration FunctionDeclaration, BlockStatement > FunctionDeclaration',
    `A function in a function allocates. ${FUNCTIONS}`,
  ],
  ['FunctionDeclaration[async=true], FunctionDeclaration[generator=true], AwaitExpression, YieldExpression', FUNCTIONS],
  [
    'RestElement, SpreadElement, AssignmentPattern',
    'Rest, spread and default values allocate. Allowed: a fixed number of arguments.',
  ],
  ['ObjectPattern, ArrayPattern', 'Destructuring allocates. Allowed: one name a declaration.'],
  [
    'ArrayExpression, FunctionDeclaration ObjectExpression, :not(CallExpression) > ObjectExpression',
    `An object or array literal allocates. ${MEMORY}`,
  ],
  ['NewExpression', `new allocates. ${MEMORY}`],
  ['FunctionDeclaration CallExpression[callee.name=/^make(Bytes|Words)$/]', `Memory made inside a function. ${MEMORY}`],
  ['TemplateLiteral, TaggedTemplateExpression', 'A template string allocates. Allowed: string literals as arguments.'],
  [
    ':not(CallExpression, ImportDeclaration, ExportNamedDeclaration, ExportAllDeclaration, TSLiteralType, TSImportType) > Literal[raw=/^[\'"]/]',
    'A string. Allowed: string literals as arguments.',
  ],
  ['TryStatement, ThrowStatement', `try and throw allocate. ${STATEMENTS}`],
  ['SwitchStatement', `switch. ${STATEMENTS}`],
  [
    'ContinueStatement, LabeledStatement, BreakStatement[label]',
    `continue and labels are not Lua 5.1's. ${STATEMENTS}`,
  ],
  ['ForInStatement, ForOfStatement', `An iterator allocates. ${STATEMENTS}`],
  ['ChainExpression', 'Optional chaining. Allowed: values that are always there.'],
  ["Literal[raw='null'], Identifier[name='undefined']", 'null and undefined. Allowed: a number that says so.'],
  ['Literal[bigint], Literal[regex], Literal[raw=/^[0-9][0-9_]*\\.|^\\.|^[0-9_]+e/]', `This literal. ${NUMBERS}`],
  ["BinaryExpression[operator='=='], BinaryExpression[operator='!=']", 'Allowed: === and !==.'],
  ['BinaryExpression[operator=/^(in|instanceof|\\u002f|\\*\\*)$/]', NUMBERS],
  ['AssignmentExpression[operator=/^(\\u002f|\\*\\*|&&|\\|\\||\\?\\?)=$/]', NUMBERS],
  ["LogicalExpression[operator='??']", 'Allowed: && and || on booleans.'],
  ['UnaryExpression[operator=/^(typeof|void|delete|\\+)$/]', NUMBERS],
  ['SequenceExpression', 'The comma operator. Allowed: one expression after the other.'],
  [':not(ExpressionStatement, ForStatement) > UpdateExpression', 'Allowed: ++ and -- as statements of their own.'],
  [
    ':not(ExpressionStatement, ForStatement) > AssignmentExpression',
    'Allowed: assignments as statements of their own.',
  ],
  ["VariableDeclaration[kind='var']", 'Allowed: let and const.'],
  ['ThisExpression, Super, MetaProperty, ImportExpression', 'Allowed: names imported or declared in this module.'],
  ['TSEnumDeclaration, TSModuleDeclaration', 'Allowed: const NAME = number.'],
  ['ExportDefaultDeclaration, ImportDefaultSpecifier', 'Allowed: imports and exports by name, and import * as name.'],
  ['DebuggerStatement, WithStatement', STATEMENTS],
].map(([selector, message]) => ({ selector, message }));

/**
 * `c ? a : b` becomes `c and a or b`, which gives b where a is false.
 * @type {import('eslint').Rule.RuleModule}
 */
const conditionalValue = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { boolean: 'c ? a : b with a boolean a. Allowed: a number or a function; for booleans && and ||.' },
  },
  create(context) {
    const { esTreeNodeToTSNodeMap, program } = context.sourceCode.parserServices;
    const checker = program.getTypeChecker();
    const isBoolean = (type) =>
      type.isUnion() ? type.types.some(isBoolean) : /^(boolean|true|false)$/.test(checker.typeToString(type));
    return {
      ConditionalExpression({ consequent }) {
        if (isBoolean(checker.getTypeAtLocation(esTreeNodeToTSNodeMap.get(consequent))))
          context.report({ node: consequent, messageId: 'boolean' });
      },
    };
  },
};

/**
 * A property of anything but a module imported as a whole (which the bundler resolves) would be a table looked up by name.
 * @type {import('eslint').Rule.RuleModule}
 */
const property = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      property: 'A property. Allowed: table[index], names of an imported module; board modules in board-defs/ only.',
    },
  },
  create(context) {
    const isModule = (node) => {
      if (node.type !== 'Identifier') return false;
      for (let scope = context.sourceCode.getScope(node); scope; scope = scope.upper) {
        const variable = scope.set.get(node.name);
        if (variable) return variable.defs.some((definition) => definition.node.type === 'ImportNamespaceSpecifier');
      }
      return false;
    };
    return {
      'MemberExpression[computed=false]': (node) => {
        if (!isModule(node.object)) context.report({ node, messageId: 'property' });
      },
    };
  },
};

export const plugin = { rules: { 'conditional-value': conditionalValue, property } };

/** Functions that take literals: of firmware/console/, and of the compiler. */
const TAKES_TEXT = '/^(consoleText|says|put|putAddress|flashBytes)$/';
const ELSEWHERE = {
  selector: `CallExpression:not([callee.name=${TAKES_TEXT}]):not([callee.property.name=${TAKES_TEXT}]) > Literal[raw=/^['"]/]`,
  message: "A string. Allowed: literals as arguments of the console's functions consoleText, says, put, putAddress.",
};

/**
 * Rules of the dialect. @param {{ properties: boolean }} options whether objects have properties, and any call takes literals: in
 * board-defs/ alone
 */
export function dialectRules({ properties }) {
  return {
    'no-restricted-syntax': ['error', ...REFUSED, ...(properties ? [] : [ELSEWHERE])],
    'mote/conditional-value': 'error',
    'mote/property': properties ? 'off' : 'error',
    // In Lua 0 is true: conditions, and operands of && || and !, are booleans.
    '@typescript-eslint/strict-boolean-expressions': [
      'error',
      {
        allowString: false,
        allowNumber: false,
        allowNullableObject: false,
        allowNullableBoolean: false,
        allowNullableString: false,
        allowNullableNumber: false,
        allowAny: false,
      },
    ],
    '@typescript-eslint/restrict-plus-operands': [
      'error',
      { allowAny: false, allowBoolean: false, allowNullish: false, allowNumberAndString: false, allowRegExp: false },
    ],
    eqeqeq: 'error',
  };
}
