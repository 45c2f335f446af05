/** Colours of the page: those of the system, or those that were chosen and are kept. */

import { useEffect } from 'react';
import { PAGE_THEMES, type PageTheme } from '../state/page-state.js';

const KEY = 'scooby-theme';
/** When the dark colours count: `media` of their link, which begins as that of `auto`. */
const DARK_MEDIA: Record<PageTheme, string> = {
  auto: '(prefers-color-scheme: dark)',
  light: 'not all',
  dark: 'all',
};

/** Theme that was chosen before. */
export function storedTheme(): PageTheme {
  try {
    return PAGE_THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'auto';
  } catch {
    // Storage may be switched off.
    return 'auto';
  }
}

/** Shows and keeps a theme. */
export function useTheme(theme: PageTheme): void {
  useEffect(() => {
    const dark = document.getElementById('dark') as HTMLLinkElement;
    dark.media = DARK_MEDIA[theme];
    document.documentElement.style.colorScheme = theme === 'auto' ? '' : theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {}
  }, [theme]);
}
