/** Replaces the `widest-line` package that Ink uses. */

// biome-ignore lint/style/noDefaultExport: the shape of the replaced module
export { widestLine as default } from './measure-text.js';
