// What a page may ask of the machine: nothing but to put something on the clipboard when the user says so.
import type { Session } from 'electron';
import { isOwn } from './protocol';

const ALLOWED = 'clipboard-sanitized-write';

/** Refuses camera, microphone, location, notifications, devices and all else; downloads come from the app alone. */
export function refusePermissions(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, answer) => {
    answer(permission === ALLOWED && isOwn(contents.getURL()));
  });
  session.setPermissionCheckHandler((_, permission, origin) => permission === ALLOWED && isOwn(origin));
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler(null);
  session.on('will-download', (event, item) => {
    if (!isOwn(item.getURL().replace(/^blob:/, ''))) event.preventDefault();
  });
}
