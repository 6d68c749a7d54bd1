// Saving a file to disk through the browser, and putting a picture on the clipboard.

/** Saves what an address gives under a name. */
export function download(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}

/** Saves what was made in the page itself. */
export function downloadBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  download(url, name);
  // the browser has taken hold of it by then
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 60_000);
}

/** Puts a PNG on the clipboard. Throws where the system doesn't allow it. */
export async function copyPicture(url: string): Promise<void> {
  const png = fetch(url).then(async (response) => {
    if (!response.ok) throw new Error('The picture could not be read.');
    return response.blob();
  });
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
}
