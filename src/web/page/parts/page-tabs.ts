/** Tabs of a request: as in the terminal's browser, those without anything left out. */

import { kindOf } from '../../../domain/span-kinds.js';
import { formatCount, formatWhole } from '../../../domain/text.js';
import { countedSpans, type Trace } from '../../../domain/trace.js';
import { weightsOf } from '../../../insight/profile/weights.js';
import { slugOf } from '../../../screens/page-place.js';
import { weightText } from '../../../screens/profile-text.js';

/** A tab. */
export interface PageTab {
  /** Its name in addresses. */
  slug: string;
  title: string;
  /** Number or figure beside the title. */
  badge?: string;
  /** Kind of its calls. */
  kind?: string;
  /** Digit that opens it. */
  key?: string;
  /** The badge counts what failed. */
  isAlarm?: boolean;
}

const FIRST_KINDS = ['sql', 'cache', 'rpc', 'http', 'log'];
/** Kinds whose calls are in the tab of the profile. */
const IN_CPU = 'cpu';

/** Tabs of a request. */
export function pageTabs(trace: Trace): PageTab[] {
  const others = [...new Set(trace.spans.map(({ kind }) => kind))].filter(
    (kind) => !FIRST_KINDS.includes(kind) && kind !== IN_CPU,
  );
  const { errors = [], profiles = {} } = trace;
  const cpu = profiles.cpu && weightText(profiles.cpu, weightsOf(profiles.cpu).whole);
  return [
    {
      slug: 'overview',
      title: 'Overview',
      key: '1',
      ...(trace.findings.length > 0 && { badge: String(trace.findings.length) }),
    },
    { slug: 'waterfall', title: 'Waterfall', key: '9' },
    ...FIRST_KINDS.flatMap((kind) => kindTab(trace, kind)),
    ...others.flatMap((kind) => kindTab(trace, kind)),
    ...(errors.length > 0
      ? [{ slug: 'errors', title: 'Errors', badge: String(errors.length), isAlarm: true }]
      : []),
    { slug: 'cpu', title: 'CPU', key: '7', ...(cpu !== undefined && { badge: cpu }) },
    ...(profiles.heap
      ? [{ slug: 'heap', title: 'Heap', badge: weightText(profiles.heap, weightsOf(profiles.heap).whole) }]
      : []),
    { slug: 'headers', title: 'Headers', key: '8' },
    { slug: 'tree', title: 'Tree' },
  ];
}

function kindTab(trace: Trace, kind: string): PageTab[] {
  const all = trace.spans.filter((span) => span.kind === kind);
  if (all.length === 0) return [];
  const { title, key } = kindOf(kind);
  const badge = formatWhole(countedSpans(all).length);
  return [{ slug: slugOf(kind), title, badge, kind, ...(key !== '' && { key }) }];
}

/** The tab of an address; the first where the request has none of that name. */
export function pageTabAt(tabs: PageTab[], slug: string | undefined): PageTab {
  return tabs.find((tab) => tab.slug === slug) ?? tabs[0]!;
}

/** Tab of a digit, or a sentence about why there is none. */
export function tabOfKey(trace: Trace, key: string): PageTab | string | undefined {
  const tab = pageTabs(trace).find((each) => each.key === key);
  if (tab) return tab;
  const kind = FIRST_KINDS.find((each) => kindOf(each).key === key);
  return kind === undefined ? undefined : `this request made no ${kindOf(kind).nouns}`;
}

/** Calls of a tab in a phrase: `51 queries`. */
export function callsText(kind: string, count: number): string {
  const { noun, nouns } = kindOf(kind);
  return formatCount(count, noun, nouns);
}
