// The application's menu as data. What the page does is sent to it by name; what the system does is a role.
import type { MenuItemConstructorOptions } from 'electron';
import type { Command } from '../../contract/commands';

type Item = MenuItemConstructorOptions;
const line: Item = { type: 'separator' };

/** The menu of a platform; `send` gets the command of an item that was chosen. */
export function menuTemplate(platform: NodeJS.Platform, send: (command: Command) => void): Item[] {
  const mac = platform === 'darwin';
  const command = (id: Command, label: string, accelerator?: string): Item => ({
    id,
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => {
      send(id);
    },
  });
  const about = command('help.about', 'About Filterscope');
  const settings = command('view.settings', mac ? 'Settings…' : 'Settings', 'CmdOrCtrl+,');
  return [
    ...(mac
      ? [
          {
            role: 'appMenu' as const,
            submenu: [
              about,
              line,
              settings,
              line,
              { role: 'services' as const },
              line,
              { role: 'hide' as const },
              { role: 'hideOthers' as const },
              { role: 'unhide' as const },
              line,
              { role: 'quit' as const },
            ],
          },
        ]
      : []),
    {
      label: '&File',
      submenu: [
        command('model.open', 'Open model…', 'CmdOrCtrl+O'),
        ...(mac
          ? [{ role: 'recentDocuments' as const, submenu: [{ role: 'clearRecentDocuments' as const }] }]
          : []),
        command('model.save', 'Save model…', 'CmdOrCtrl+S'),
        command('model.export', 'Export model…'),
        line,
        command('gallery.save', 'Save gallery…', 'CmdOrCtrl+Shift+S'),
        command('gallery.openFolder', 'Open gallery folder…', 'CmdOrCtrl+Shift+O'),
        ...(mac ? [line, { role: 'close' as const }] : [line, settings, line, { role: 'quit' as const }]),
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        command('view.train', 'Train', 'CmdOrCtrl+1'),
        command('view.filters', 'Filters', 'CmdOrCtrl+2'),
        command('view.compare', 'Compare', 'CmdOrCtrl+3'),
        command('view.draw', 'Draw', 'CmdOrCtrl+4'),
        command('view.galleries', 'Galleries', 'CmdOrCtrl+5'),
        command('view.question', 'The question', 'CmdOrCtrl+6'),
        line,
        command('go', 'Go to unit, layer or view…', 'CmdOrCtrl+K'),
        line,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
      ],
    },
    {
      label: '&Run',
      submenu: [command('run.start', 'Run', 'CmdOrCtrl+R'), command('run.cancel', 'Cancel', 'CmdOrCtrl+.')],
    },
    ...(mac ? [{ role: 'windowMenu' as const }] : []),
    {
      role: 'help',
      submenu: [
        command('help.keys', 'Keyboard shortcuts', 'F1'),
        command('help.logs', 'Show logs folder'),
        command('help.errorReport', 'Copy error report'),
        ...(mac ? [] : [line, about]),
      ],
    },
  ];
}
