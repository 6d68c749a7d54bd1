// Who may talk to the server: the browser that was given the first address, and nobody else.
import { randomBytes, timingSafeEqual } from 'node:crypto';

const BYTES = 32;
const secret = (): string => randomBytes(BYTES).toString('base64url');

const equal = (given: string, expected: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
};

export class Session {
  /** Stands in the first address only. */
  readonly token = secret();
  private readonly value = secret();
  private readonly name: string;

  /** Cookies of 127.0.0.1 are shared by all ports: the name tells them apart. */
  constructor(port: number) {
    this.name = `filterscope-${port}`;
  }

  isToken(given: string | null): boolean {
    return given !== null && equal(given, this.token);
  }

  /** Given to the browser in exchange for the token; no script can read it, no other site can send it. */
  get cookie(): string {
    return `${this.name}=${this.value}; Path=/; HttpOnly; SameSite=Strict`;
  }

  isKnown(cookies: string | undefined): boolean {
    return (cookies ?? '').split(';').some((pair) => {
      const [name = '', value = ''] = pair.trim().split('=');
      return name === this.name && equal(value, this.value);
    });
  }
}
