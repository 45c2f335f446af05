/** The cells of the widest line, in place of the package that Ink uses for it. */

// biome-ignore lint/style/noDefaultExport: the shape of the module that it takes the place of
export { widestLine as default } from './measure-text.js';
