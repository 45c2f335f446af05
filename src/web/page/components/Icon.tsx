/** Icons of the page's buttons, drawn in the colour of the text. */

const PATHS = {
  search: 'M11 11l4 4M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10z',
  back: 'M10 3L5 8l5 5',
  next: 'M6 3l5 5-5 5',
  down: 'M3 6l5 5 5-5',
  pause: 'M5 3v10M11 3v10',
  play: 'M5 3l8 5-8 5z',
  copy: 'M6 6h8v8H6zM3 10H2V2h8v1',
  replay: 'M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z',
  auto: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 2v12',
  help: 'M6 6a2 2 0 1 1 3 1.7c-.7.4-1 .8-1 1.8M8 12.2v.1M8 15A7 7 0 1 0 8 1a7 7 0 0 0 0 14z',
  check: 'M3 8.5l3.500 3.500L13 4',
  eye: 'M1 8c3-6 11-6 14 0-3 6-11 6-14 0zM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  close: 'M4 4l8 8M12 4l-8 8',
  flame:
    'M8 14c-3 0-4.500-2-4.500-4.300C3.500 7 6 6 6 3c2.500 1 3 3 3 4 .6-.3 1-.9 1-1.700 1.500 1.200 2.500 2.700 2.500 4.400C12.500 12 11 14 8 14z',
  mark: 'M4 2h8v12l-4-3-4 3z',
  link: 'M7 9a3 3 0 0 0 4.200 0l2-2A3 3 0 0 0 9 2.800l-1 1M9 7a3 3 0 0 0-4.200 0l-2 2A3 3 0 0 0 7 13.200l1-1',
  diff: 'M5 2v9M2 8l3 3 3-3M11 14V5M8 8l3-3 3 3',
} as const;

export type IconName = keyof typeof PATHS;

/** An icon; what it means is said by the text or label beside it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
