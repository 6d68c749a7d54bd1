// What to show of anything that was thrown: its sentence, and what to do.

/** `error`: an Error, or a message and remedy as they crossed from the main side. The remedy is '' where none is given. */
export function wordsOf(error: unknown): { readonly message: string; readonly remedy: string } {
  const { message, remedy } = Object(error) as { message?: unknown; remedy?: unknown };
  return {
    message: typeof message === 'string' ? message : String(error),
    remedy: typeof remedy === 'string' ? remedy : '',
  };
}
