/** HTML of the shop. */

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

class Html {
  constructor(text) {
    this.text = text;
  }
}

/** Template tag; escapes its values, except values made by itself. */
export function html(strings, ...values) {
  return new Html(strings.reduce((text, part, i) => text + textOf(values[i - 1]) + part));
}

function textOf(value) {
  if (Array.isArray(value)) return value.map(textOf).join('');
  if (value instanceof Html) return value.text;
  return String(value).replace(/[&<>"']/g, (char) => ESCAPES[char]);
}

/** A complete page. */
export function page(title, body) {
  return html`<!doctype html>
<meta charset="utf-8">
<title>${title}</title>
<style>body { font: 16px system-ui; max-width: 46rem; margin: 2rem auto } td { padding: 0.2rem 1.5rem 0.2rem 0 }</style>
<nav><a href="/">Products</a> · <a href="/orders">Orders</a> · <a href="/customers">Best customers</a></nav>
<h1>${title}</h1>
${body}
`.text;
}

/** An amount in cents as text: `€12.50`. */
export function money(cents) {
  return `€${(cents / 100).toFixed(2)}`;
}
