// Lint rules: strict types, accessible templates, and the one-way dependencies of ARCHITECTURE.md.
import prettier from 'eslint-config-prettier';
import vue from 'eslint-plugin-vue';
import a11y from 'eslint-plugin-vuejs-accessibility';
import ts from 'typescript-eslint';

/** Folders of src-main in which TensorFlow may be used. */
const numeric = ['native', 'network', 'training', 'ascent', 'question', 'methods', 'evidence', 'engine'];

/** Folders that a folder's files may not import, and why. Folders below it in the list are those it may stand on. */
const boundaries = {
  contract: [
    [
      'native',
      'network',
      'datasets',
      'training',
      'ascent',
      'question',
      'evidence',
      'pictures',
      'store',
      'services',
      'hosts',
    ],
    'contract imports nothing of the app.',
  ],
  network: [
    ['training', 'ascent', 'question', 'evidence', 'pictures', 'store', 'services', 'hosts'],
    'network stands on native alone.',
  ],
  ascent: [['training', 'question', 'evidence', 'store', 'services', 'hosts'], 'ascent stands on network.'],
  training: [['ascent', 'question', 'evidence', 'services', 'hosts'], 'training stands on network.'],
  question: [['training', 'ascent', 'evidence', 'store', 'services', 'hosts'], 'question stands on network.'],
  methods: [['training', 'evidence', 'store', 'services', 'hosts'], 'methods stand on ascent and question.'],
  evidence: [['training', 'store', 'services', 'hosts'], 'evidence stands on network and ascent.'],
  pictures: [
    ['network', 'training', 'ascent', 'question', 'evidence', 'services', 'hosts'],
    'pictures know numbers, not networks.',
  ],
  store: [
    ['network', 'training', 'ascent', 'question', 'evidence', 'services', 'hosts'],
    'store knows files, not networks.',
  ],
  services: [
    ['hosts', 'network', 'training', 'ascent', 'question', 'evidence', 'datasets/own', 'engine/**'],
    'services reach the numbers through the engine link alone.',
  ],
  hosts: [['network', 'training', 'ascent', 'question', 'evidence', 'engine/**'], 'hosts call services.'],
};

const noTensorflow = {
  group: ['@tensorflow/*'],
  message: 'TensorFlow is used by the numeric folders alone.',
};
const noElectron = {
  group: ['electron'],
  message: 'Only hosts/electron, index.ts and preload.ts know Electron.',
};

/** The import rule of one folder of src-main. */
const boundary = ([folder, [banned, message]]) => ({
  files: [`src-main/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          { group: banned.map((name) => (name.includes('*') ? `**/${name}` : `**/${name}/**`)), message },
          ...(numeric.includes(folder) ? [] : [noTensorflow]),
          ...(folder === 'hosts' ? [] : [noElectron]),
        ],
      },
    ],
  },
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
    rules: {
      'vue/multi-word-component-names': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowArray: true },
      ],
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'no-restricted-imports': ['error', { patterns: [noTensorflow, noElectron] }],
    },
  },
  { files: ['test/**/*.ts'], rules: { 'no-restricted-imports': ['error', { patterns: [noElectron] }] } },
  {
    files: ['src-main/{engine,native,datasets/own}/**/*.ts', 'src-main/commands/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [noElectron] }] },
  },
  ...Object.entries(boundaries).map(boundary),
  {
    files: ['src-renderer/**/*.{ts,vue}'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: 'src-main/(?!contract/)', message: 'The renderer knows the contract alone.' },
            noTensorflow,
            noElectron,
          ],
        },
      ],
    },
  },
  {
    files: [
      'src-main/hosts/electron/**/*.ts',
      'src-main/index.ts',
      'src-main/preload.ts',
      'test/hosts/electron/**/*.ts',
    ],
    rules: { 'no-restricted-imports': ['error', { patterns: [noTensorflow] }] },
  },
  {
    // ESLint sees no types through .vue files and template refs; vue-tsc does, and checks them.
    files: ['src-renderer/**/*.vue'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      // the default of a destructured prop is its default, and an optional prop without one is undefined
      '@typescript-eslint/no-useless-default-assignment': 'off',
      'vue/require-default-prop': 'off',
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
    },
  },
  { files: ['**/*.js', '**/*.mjs'], ...ts.configs.disableTypeChecked },
  prettier,
);
