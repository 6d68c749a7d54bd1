// The files of a drop, those in dropped folders included, by name.

/** More files than a model can have: a folder of something else was dropped. */
const MOST = 200;

export interface Dropped {
  readonly files: readonly File[];
  /** What the folder is called, if one was dropped. */
  readonly folder: string | null;
}

export async function dropped(transfer: DataTransfer | null): Promise<Dropped> {
  if (transfer === null) return { files: [], folder: null };
  // entries must be taken before the first await: the transfer is emptied then
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  const plain = [...transfer.files];
  const files: File[] = [];
  for (const entry of entries) await collect(entry, files);
  const [only] = entries;
  const folder = entries.length === 1 && only?.isDirectory === true ? only.name : null;
  return { files: files.length > 0 || folder !== null ? files : plain, folder };
}

async function collect(entry: FileSystemEntry, files: File[]): Promise<void> {
  if (files.length >= MOST) return;
  if (isFile(entry)) {
    files.push(
      await new Promise<File>((resolve, reject) => {
        entry.file(resolve, reject);
      }),
    );
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // a reader hands out entries in portions until there are none
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (portion.length === 0) return;
    for (const each of portion) await collect(each, files);
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
