// Lint rules: strict types, accessible templates, and the one-way dependencies of ARCHITECTURE.md.
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import prettier from 'eslint-config-prettier';
import importX from 'eslint-plugin-import-x';
import vue from 'eslint-plugin-vue';
import a11y from 'eslint-plugin-vuejs-accessibility';
import ts from 'typescript-eslint';

/** Folders of src-main in which TensorFlow may be used. */
const numeric = ['native', 'network', 'training', 'ascent', 'question', 'evidence', 'engine'];

/** `from` may not be imported by `target`. */
const forbid = (target, from, message) => ({
  target: `./src-main/${target}`,
  from: from.map((f) => `./src-main/${f}`),
  message,
});

export default ts.config(
  { ignores: ['out', 'dist', 'node_modules', 'coverage', 'test/**/fixtures'] },
  ...ts.configs.strictTypeChecked,
  ...vue.configs['flat/recommended-error'],
  ...a11y.configs['flat/recommended'],
  {
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.vue'],
        parser: ts.parser,
      },
    },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        createTypeScriptImportResolver({ project: ['src-main/tsconfig.json', 'src-renderer/tsconfig.json'] }),
      ],
    },
    rules: {
      'vue/multi-word-component-names': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowArray: true },
      ],
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'import-x/no-cycle': ['error', { maxDepth: 6 }],
      'import-x/no-restricted-paths': [
        'error',
        {
          basePath: import.meta.dirname,
          zones: [
            forbid('contract', ['!(contract)', '!(contract)/**'], 'contract imports nothing of the app.'),
            forbid(
              'network',
              [
                'training',
                'ascent',
                'question',
                'evidence',
                'pictures',
                'store',
                'services',
                'hosts',
                'engine',
              ],
              'network stands on native alone.',
            ),
            forbid(
              'ascent',
              ['training', 'question', 'evidence', 'store', 'services', 'hosts', 'engine'],
              'ascent stands on network.',
            ),
            forbid(
              'training',
              ['ascent', 'question', 'evidence', 'services', 'hosts', 'engine'],
              'training stands on network.',
            ),
            forbid(
              'question',
              ['training', 'ascent', 'evidence', 'store', 'services', 'hosts', 'engine'],
              'question stands on network.',
            ),
            forbid(
              'store',
              ['network', 'training', 'ascent', 'question', 'evidence', 'services', 'hosts', 'engine'],
              'store knows files, not networks.',
            ),
            forbid('engine', ['services', 'hosts'], 'the engine is below the services.'),
            forbid(
              'services',
              ['hosts', ...numeric],
              'services reach the numbers through the engine link alone.',
            ),
            forbid('hosts', numeric, 'hosts call services.'),
            {
              target: './src-renderer',
              from: './src-main/!(contract)/**',
              message: 'the renderer knows the contract alone.',
            },
          ],
        },
      ],
      'no-restricted-imports': ['error', { paths: ['electron'], patterns: ['@tensorflow/*'] }],
    },
  },
  {
    files: [...numeric.map((folder) => `src-main/${folder}/**/*.ts`), 'test/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: ['electron'] }] },
  },
  {
    files: [
      'src-main/hosts/electron/**/*.ts',
      'src-main/index.ts',
      'src-main/preload.ts',
      'test/hosts/electron/**/*.ts',
    ],
    rules: { 'no-restricted-imports': ['error', { patterns: ['@tensorflow/*'] }] },
  },
  { files: ['**/*.js', '**/*.mjs'], ...ts.configs.disableTypeChecked },
  prettier,
);
