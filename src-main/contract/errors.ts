// The one error that people are meant to read: what was wrong, and what to do about it.

/**
 * An error whose message a user can act on.
 * `message`: one sentence saying what was wrong, with what was expected and what was found.
 * `remedy`: one sentence saying what to do. Both are shown as they stand, without a stack.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: { cause?: unknown }) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** The sentence to show for any thrown value: a UserError's two sentences, or the plain message. */
export function explain(error: unknown): string {
  if (error instanceof UserError) return `${error.message} ${error.remedy}`;
  return error instanceof Error ? error.message : String(error);
}
