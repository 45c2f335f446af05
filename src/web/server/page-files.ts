/** Files of the page, read once: a URL is looked up among them and never becomes a path. */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file to be sent. */
export interface PageFile {
  type: string;
  body: Buffer;
  /** Part of the URL under which it never changes. */
  version: string;
  /** Its name has a hash of what is in it. */
  isHashed: boolean;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

/** Folder of the built page. Throws an Error when the package is incomplete. */
export function pageFolder(): string {
  for (const relative of ['./page', '../page', '../../page', '../../../page']) {
    const path = fileURLToPath(new URL(relative, import.meta.url));
    if (existsSync(join(path, 'index.html'))) return path;
  }
  throw new Error('the page (page/index.html) is missing beside the program: the package is incomplete');
}

/** Files of a folder by URL path; `/` is index.html, whose links to the others name their versions. */
export function readPageFiles(folder = pageFolder()): Map<string, PageFile> {
  const files = new Map<string, PageFile>();
  const names = readdirSync(folder).filter((name) => TYPES[extname(name)] !== undefined);
  for (const name of names) files.set(`/${name}`, pageFile(name, readFileSync(join(folder, name))));
  const index = files.get('/index.html');
  files.delete('/index.html');
  if (index === undefined) return files;
  const versioned = index.body.toString().replace(/\b(src|href)="(\/?[\w.-]+)"/g, (link, name, path) => {
    const url = `/${path.replace(/^\//, '')}`;
    const file = files.get(url);
    // Scripts import each other by these names.
    return file === undefined || file.isHashed ? link : `${name}="${url}?v=${file.version}"`;
  });
  files.set('/', pageFile('index.html', Buffer.from(versioned)));
  return files;
}

function pageFile(name: string, body: Buffer): PageFile {
  const version = createHash('sha256').update(body).digest('base64url').slice(0, 16);
  return { type: TYPES[extname(name)]!, body, version, isHashed: /-[A-Z\d]{8}\.js$/.test(name) };
}
