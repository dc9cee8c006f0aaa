// For all JavaScript outside static/: the tests and the scripts. Run from the top of the checkout.
import js from '@eslint/js';
import globals from 'globals';

export default [
    { ignores: ['static/', 'build/', 'run/', '.tools/', '**/.next/'] },
    {
        ...js.configs.recommended,
        files: ['**/*.{js,mjs}'],
        languageOptions: { globals: globals.nodeBuiltin },
        linterOptions: { reportUnusedDisableDirectives: 'error' },
        rules: {
            ...js.configs.recommended.rules,
            'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
            // An error that reaches a person is put in other words.
            'preserve-caught-error': 'off',
            eqeqeq: ['error', 'always', { null: 'ignore' }],
            'no-var': 'error',
            'prefer-const': 'error',
            'object-shorthand': 'error',
        },
    },
    // Parts of these run in the page.
    { files: ['tests/e2e/**', 'tests/embed/*.mjs', 'tests/lib/browser.mjs'], languageOptions: { globals: globals.browser } },
];
