// Asks one question at a time, and always the newest one next: what keeps live answers live.

/**
 * `ask` is called with what was pushed last, never twice at a time; values that were overtaken while an answer was on
 * its way are dropped. `answered` gets each answer with its value; `failed` gets what `ask` threw.
 */
export function latest<T, R>(
  ask: (value: T) => Promise<R>,
  answered: (answer: R, value: T) => void,
  failed: (error: unknown) => void,
): (value: T) => void {
  let waiting: { readonly value: T } | null = null;
  let asking = false;
  const next = async (): Promise<void> => {
    asking = true;
    while (waiting !== null) {
      const { value } = waiting;
      waiting = null;
      try {
        answered(await ask(value), value);
      } catch (error) {
        failed(error);
      }
    }
    asking = false;
  };
  return (value) => {
    waiting = { value };
    if (!asking) void next();
  };
}
