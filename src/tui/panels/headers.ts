/** The headers of the request and of its response. */

import type { Headers } from '../../domain/trace.js';
import { clean, fit, type Line } from '../../terminal/cells.js';
import { type Entry, emptyPage, type Panel, type TextLine } from './panel.js';

function rows(headers: Headers, side: string): Entry[] {
  return headers.map(([name, value], index) => ({
    copy: `${name}: ${value}`,
    line: (columns): Line => {
      const first: Line = columns < 50 ? [] : [[fit(index === 0 ? side : '', 9), 'dim']];
      return [
        ' ',
        ...first,
        [fit(clean(name), Math.min(24, Math.floor(columns / 3))), 'accent'],
        ' ',
        clean(value),
      ];
    },
  }));
}

export const headersPanel: Panel = {
  title: 'Headers',
  short: 'Head',
  key: '8',
  empty: false,
  spans: () => [],
  headline: () => '',
  page: ({ trace, columns }) => {
    if (!trace.headers) return emptyPage('the headers of this request were not recorded');
    const { request, response } = trace.headers;
    const all = [...request, ...(response ?? [])];
    return {
      head: () => [
        [
          [
            `  ${request.length} of the request, ${response ? `${response.length} of the response` : 'no response'}`,
            'head',
          ],
        ],
      ],
      entries: [...rows(request, 'request'), ...rows(response ?? [], 'response')],
      text: (row): TextLine[] => {
        const [name, value] = all[row] ?? ['', ''];
        const text = clean(value);
        const size = Math.max(10, columns - 2);
        const pieces = text.match(new RegExp(`.{1,${size}}`, 'gu')) ?? [];
        return [
          { line: [' ', [clean(name), 'accent']] },
          ...pieces.map((piece) => ({ line: [` ${piece}`] })),
        ];
      },
    };
  },
};
