// Roving focus in a grid or row of items: one tab stop, arrows, Home, End, Page Up and Page Down move.

/** Where a key leads from item `at` of `count` items in rows of `columns`; null for a key that doesn't move. */
export function moved(key: string, at: number, count: number, columns: number, page = 4): number | null {
  const bound = (to: number): number => Math.min(count - 1, Math.max(0, to));
  const row = (by: number): number =>
    at + by * columns < 0 || at + by * columns >= count ? at : at + by * columns;
  switch (key) {
    case 'ArrowLeft':
      return bound(at - 1);
    case 'ArrowRight':
      return bound(at + 1);
    case 'ArrowUp':
      return row(-1);
    case 'ArrowDown':
      return row(1);
    case 'PageUp':
      return bound(at - page * columns);
    case 'PageDown':
      return bound(at + page * columns);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
