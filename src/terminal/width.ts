/**
 * Width of characters in terminal cells. Tables are built on first use: this file delays the first
 * frame.
 */

import { eastAsianWidth } from 'get-east-asian-width';

interface Tools {
  segmenter: Intl.Segmenter;
  emoji: RegExp;
  hidden: RegExp;
  spacing: RegExp;
}

let cachedTools: Tools | undefined;

function tools(): Tools {
  cachedTools ??= {
    segmenter: new Intl.Segmenter(undefined, { granularity: 'grapheme' }),
    // biome-ignore lint/complexity/useRegexLiterals: a literal with this flag does not compile for Node 20
    emoji: new RegExp('^(?:\\p{RGI_Emoji}|[\\d#*]\\u20e3)$', 'v'),
    hidden:
      /^[\p{Default_Ignorable_Code_Point}\p{Control}\p{Format}\p{Nonspacing_Mark}\p{Enclosing_Mark}\p{Surrogate}]$/u,
    spacing: /^[\p{Spacing_Mark}\uff00-\uffef]$/u,
  };
  return cachedTools;
}

/** Grapheme clusters of a text, its user-perceived characters. */
export function segmentGraphemes(text: string): string[] {
  return Array.from(tools().segmenter.segment(text), (part) => part.segment);
}

/** Width of a grapheme cluster in cells: that of its base character and of spacing marks. */
export function graphemeWidth(cluster: string): number {
  const { emoji, hidden, spacing } = tools();
  if (emoji.test(cluster)) return 2;
  let width: number | undefined;
  for (const char of cluster) {
    if (hidden.test(char)) continue;
    if (width === undefined) width = eastAsianWidth(char.codePointAt(0)!);
    else if (spacing.test(char)) width += eastAsianWidth(char.codePointAt(0)!);
  }
  return width ?? 0;
}
