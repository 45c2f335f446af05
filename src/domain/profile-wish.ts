/** Value of the header X-Scooby-Profile: what a request asks for. */

/** V8's profiler, its heap sampler, or a look at the stack now and then. */
export const PROFILE_WISHES = ['cpu', 'heap', 'light'] as const;
export type ProfileWish = (typeof PROFILE_WISHES)[number];

/** Kind of profile that a wish leads to. */
export function profileKindOf(wish: ProfileWish): 'cpu' | 'heap' {
  return wish === 'heap' ? 'heap' : 'cpu';
}

/** Wish of a header, and whether another request is about to ask for the same (`cpu,more`). */
export function parseProfileWish(header: string): { wish?: ProfileWish; more: boolean } {
  const [kind, ...flags] = header.split(',').map((part) => part.trim().toLowerCase());
  const wish = PROFILE_WISHES.find((each) => each === kind);
  return { ...(wish !== undefined && { wish }), more: flags.includes('more') };
}

/** Value of the header for a wish. */
export function formatProfileWish(wish: ProfileWish, more: boolean): string {
  return more ? `${wish},more` : wish;
}
