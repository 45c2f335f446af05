/** Colours of the page: those of the system, or those that were chosen and are kept. */

import { useEffect } from 'react';
import { PAGE_THEMES, type PageTheme } from '../state/page-state.js';

const KEY = 'scooby-theme';

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
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {}
  }, [theme]);
}
