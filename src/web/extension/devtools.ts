/** Entry of the extension: adds the panel to the developer tools. */

import type { ChromeApi } from './chrome-api.js';

const { chrome } = globalThis as unknown as { chrome: ChromeApi };
chrome.devtools.panels.create('Scooby', 'icon.svg', 'panel.html');
