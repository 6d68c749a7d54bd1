// The colours of a chart, read from the page's tokens when it is drawn and again when the theme changes.
import { onBeforeUnmount, onMounted } from 'vue';

const names = ['accent', 's2', 's3', 'grid', 'edge', 'text', 'text2', 'text3', 'bg'] as const;
export type ChartColours = Readonly<Record<(typeof names)[number] | 'ground', string>> & {
  readonly font: string;
};

/** The first background behind an element that is not transparent. */
function ground(element: Element | null): string {
  for (let at = element; at !== null; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (colour !== 'transparent' && colour !== 'rgba(0, 0, 0, 0)') return colour;
  }
  return 'white';
}

/** Tokens as they are at `element`; `ground` is what lies behind it, `font` the family of its text. */
export function readColours(element: Element): ChartColours {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ...(Object.fromEntries(names.map((name) => [name, read(name)])) as Record<
      (typeof names)[number],
      string
    >),
    ground: ground(element),
    font: style.fontFamily,
  };
}

/** Calls `changed` after every change of theme, by the app's own switch or by the system's, while mounted. */
export function onThemeChange(changed: () => void): void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const watcher = new MutationObserver(changed);
  onMounted(() => {
    system.addEventListener('change', changed);
    watcher.observe(document.documentElement, { attributeFilter: ['data-theme', 'class'] });
  });
  onBeforeUnmount(() => {
    system.removeEventListener('change', changed);
    watcher.disconnect();
  });
}
