/**
 * What is usually left out unless it makes calls: static files, modules of bundlers, their HMR
 * sockets, and health checks.
 */

const FILE_ENDINGS = new Set(
  [
    'js mjs cjs jsx ts mts cts tsx vue svelte css scss sass less styl map wasm',
    'png jpg jpeg gif svg webp avif ico bmp apng woff woff2 ttf otf eot',
    'mp3 mp4 m4a ogg wav webm webmanifest',
  ].flatMap((line) => line.split(' ')),
);
const LONGEST_ENDING = Math.max(...[...FILE_ENDINGS].map((ending) => ending.length));

// Vite and what is built on it (Nuxt, Astro, SvelteKit), Next.js, webpack, Rspack, Parcel.
const MODULE_PATH =
  /^\/(?:@(?:vite|fs|id|react-refresh|vite-plugin[\w-]*)(?:\/|$)|__vite_ping$|_next\/(?:static|webpack-hmr|image)(?:\/|$)|__nextjs_|_nuxt\/|_astro\/|_app\/immutable\/|__webpack_hmr$|__rspack_hmr$|__parcel_|sockjs-node(?:\/|$)|\.well-known\/appspecific\/)|\/(?:node_modules|@id|\.vite)\//;
const HEALTH_PATH =
  /(?:^|\/)(?:_|-\/)?(?:health|healthz|healthcheck|health-check|livez|liveness|readyz|readiness)(?:\/(?:live|ready|startup|liveness|readiness))?\/?$/i;
const HMR_PROTOCOL = /(?:^|,)\s*vite-(?:hmr|ping)\s*(?:,|$)/i;

/** Whether a request, by its method, path and websocket protocol, is usually of no interest. */
export function isUsuallyLeftOut(method: string, path: string, protocol?: string): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  if (protocol !== undefined && HMR_PROTOCOL.test(protocol)) return true;
  return hasFileEnding(path) || MODULE_PATH.test(path) || HEALTH_PATH.test(path);
}

function hasFileEnding(path: string): boolean {
  const dot = path.lastIndexOf('.');
  if (dot < 0 || path.length - dot - 1 > LONGEST_ENDING || path.indexOf('/', dot) >= 0) return false;
  return FILE_ENDINGS.has(path.slice(dot + 1).toLowerCase());
}
