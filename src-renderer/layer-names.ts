// Layers' names as there is room for them: without the path that all of them share, as converters of graphs write it.

/** The path, with its last slash, in which all the names lie; empty where they share none or there is one name alone. */
export function sharedPath(names: readonly string[]): string {
  const [first, ...others] = names;
  if (first === undefined || others.length === 0) return '';
  const parts = first.split('/').slice(0, -1);
  const differs = parts.findIndex((_, i) => {
    const path = `${parts.slice(0, i + 1).join('/')}/`;
    return !others.every((name) => name.startsWith(path));
  });
  const shared = differs === -1 ? parts : parts.slice(0, differs);
  return shared.map((part) => `${part}/`).join('');
}
