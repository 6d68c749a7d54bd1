// Keeps zod from compiling its checks with `new Function`, which the page's content security policy forbids.
// Imported before any schema is made.
import { z } from 'zod';

z.config({ jitless: true });
