/** A real browser for tests: Debian's chromium, driven by puppeteer-core; one for all tests of a file. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import puppeteer, { type Browser, type LaunchOptions, type Page } from 'puppeteer-core';
import { t as root } from 'tap';
import { find } from '../programs.js';

interface Test {
  teardown(fn: () => unknown): unknown;
}

/** Widths that each view is looked at: a phone, a laptop, a large screen. */
export const WIDTHS = [390, 1280, 1920] as const;
export type Width = (typeof WIDTHS)[number];
export type Scheme = 'light' | 'dark';

const HEIGHTS: Record<Width, number> = { 390: 844, 1280: 800, 1920: 1080 };
const chromium = find('chromium');

/** Options of a test that needs a browser: `test('…', needsChromium, async (t) => …)`. */
export const needsChromium = {
  skip: chromium === undefined && 'chromium is not installed: npm test installs it on a Debian, as root',
};

let shared: Promise<Browser> | undefined;

/** Starts a browser that is closed with the test; `options` are puppeteer's. */
export async function launchChromium(t: Test, options: LaunchOptions = {}): Promise<Browser> {
  const browser = await start(options);
  t.teardown(() => browser.close());
  return browser;
}

function start({ args = [], ...options }: LaunchOptions): Promise<Browser> {
  // Its sandbox refuses to run as root; /dev/shm is small in containers.
  const safe = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return puppeteer.launch({
    executablePath: chromium!,
    headless: true,
    // A busy machine is no fault of the page.
    protocolTimeout: 240_000,
    timeout: 240_000,
    args: [...safe, '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none', ...args],
    ...options,
  });
}

function sharedBrowser(): Promise<Browser> {
  if (shared === undefined) {
    shared = start({});
    const browser = shared;
    root.teardown(async () => (await browser).close());
  }
  return shared;
}

export interface PageLook {
  width?: Width;
  scheme?: Scheme;
}

/** A page that is opened by a test, and all that went wrong in it. */
export interface OpenedPage {
  page: Page;
  /** Errors of scripts, and messages of the console that are errors or warnings. */
  troubles: string[];
  /** Requests that the page made, by method and URL. */
  requests: string[];
}

/** Script that is true while the page shows a text. */
export const shows = (text: string) => `document.body.innerText.includes(${JSON.stringify(text)})`;

/** Makes waits that fail say what the page shows instead. */
function explainWaits(page: Page): void {
  const wait = page.waitForFunction.bind(page);
  page.waitForFunction = (async (...args: Parameters<typeof wait>) => {
    try {
      return await wait(...args);
    } catch (error) {
      const shown = await page.evaluate('document.body.innerText');
      throw new Error(`waited in vain for ${args[0]} at ${page.url()}, which shows:\n${shown}`, {
        cause: error,
      });
    }
  }) as typeof wait;
}

/** Opens a URL as a visitor of its own, with no cookie of others; closed with the test. */
export async function openPage(t: Test, url: string, look: PageLook = {}): Promise<OpenedPage> {
  const context = await (await sharedBrowser()).createBrowserContext();
  t.teardown(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(240_000);
  explainWaits(page);
  const troubles: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => troubles.push(`${error instanceof Error ? error.message : error}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warn') troubles.push(message.text());
  });
  page.on('request', (request) => requests.push(`${request.method()} ${request.url()}`));
  await setLook(page, look);
  await page.goto(url, { waitUntil: 'load' });
  return { page, troubles, requests };
}

/** Sets width and colours of a page; nothing moves in it from then on. */
export async function setLook(page: Page, { width = 1280, scheme = 'light' }: PageLook): Promise<void> {
  await page.setViewport({ width, height: HEIGHTS[width], deviceScaleFactor: 1 });
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: scheme },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Violations of accessibility that axe-core finds, as `rule: elements`; by default of every rule. */
export async function accessibilityViolations(page: Page, rules?: string[]): Promise<string[]> {
  // Evaluated by the debugger: the page's policy allows no script of others.
  await page.evaluate(AXE);
  return page.evaluate(async (values) => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(
          options: object,
        ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
      };
    };
    const { violations } = await axe.run(values === undefined ? {} : { runOnly: { type: 'rule', values } });
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary ?? ''}`).join(' | ')}`,
    );
  }, rules);
}
