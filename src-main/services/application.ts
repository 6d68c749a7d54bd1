// What the app is to a host: calls, pictures and events on one side, the few abilities of the host on the other.
import type { Reply, Sent } from '../contract/wire';

/** What only a host can do. A host that cannot leaves it out. */
export interface HostAbilities {
  readonly name: 'electron' | 'web';
  /** Path of a model that the user chose in a dialog; null when it was dismissed. */
  readonly chooseModel?: () => Promise<string | null>;
  /** Path of a folder of pictures or a file of arrays that the user chose; null when it was dismissed. */
  readonly chooseData?: (kind: 'folder' | 'file') => Promise<string | null>;
  /** Path of a folder that the user chose, to save into or to open; null when it was dismissed. */
  readonly chooseFolder?: (purpose: 'save' | 'open', title: string) => Promise<string | null>;
  /** Has the app keep its data below a folder from its next start on; gives the path. Throws a UserError where it cannot. */
  readonly keepDataIn?: (folder: string) => string;
  /** Shows a file or folder in the system's file manager. */
  readonly showInFolder?: (path: string) => void;
  /** Moves a file or folder to the system's trash. */
  readonly trash?: (path: string) => Promise<void>;
}

/** The app, host-free. Hosts check who calls; the app checks what is asked. */
export interface Application {
  /** Answers a call by name; `input` is checked against its schema. Never rejects: errors are replies. */
  call(name: string, input: unknown): Promise<Reply>;
  /** Answers GET requests whose path is below `media/`, relative to the page; 404 for anything unknown. */
  media(request: Request): Promise<Response>;
  /** Listens to events until the returned function is called. */
  on(listener: (event: Sent) => void): () => void;
  /** Opens a model by path from outside the page: command line, file association. Says the outcome by events. */
  openPath(path: string): Promise<void>;
  /** Ends the engine and all work; what is unfinished can be resumed at the next start. */
  close(): Promise<void>;
}
