/** What the first rows of the list do without: one file of its own, read once the page is idle. */

export { DiffView } from './components/DiffView.js';
export { PageDialogs } from './components/PageDialogs.js';
export { RequestPane } from './components/RequestPane.js';
