// Saving a file to disk through the browser, and putting a picture on the clipboard.

/** Saves what an address gives under a name. */
export function download(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}

/** Puts a PNG on the clipboard. Throws where the system doesn't allow it. */
export async function copyPicture(url: string): Promise<void> {
  const png = fetch(url).then(async (response) => {
    if (!response.ok) throw new Error('The picture could not be read.');
    return response.blob();
  });
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
}
