/** Value of the header X-Scooby-Profile: what a request asks for. */

/** V8's profiler, or its heap sampler. */
export const PROFILE_WISHES = ['cpu', 'heap'] as const;
export type ProfileWish = (typeof PROFILE_WISHES)[number];

/** What a replay asks for: a profile, or the locals of its call of that index. */
export type ReplayWish = ProfileWish | `locals:${number}`;

/** Index of the call whose locals a header asks for; undefined where it asks for something else. */
export function parseLocalsWish(header: string): number | undefined {
  const [, index] = /^\s*locals:(\d{1,6})\s*$/i.exec(header) ?? [];
  return index === undefined ? undefined : Number(index);
}

/** Kind of profile that a wish leads to. */
export function profileKindOf(wish: ProfileWish): 'cpu' | 'heap' {
  return wish;
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
