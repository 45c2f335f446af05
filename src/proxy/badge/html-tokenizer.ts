/**
 * Tokenizer of HTML as browsers have it, over bytes that come in pieces: where tags end, and which
 * text only looks like one. Any encoding that has ASCII in it is read alike.
 */

import { RawText } from './raw-text.js';

/** A start or end tag. */
export interface HtmlTag {
  /** In lower case. */
  name: string;
  isEnd: boolean;
  /** Attributes of a start tag in lower case, of a name the first; values as they are written. */
  attributes: Map<string, string>;
}

type State =
  | 'data'
  | 'tagOpen'
  | 'endTagOpen'
  | 'tagName'
  | 'beforeAttribute'
  | 'attributeName'
  | 'afterAttributeName'
  | 'beforeValue'
  | 'doubleQuoted'
  | 'singleQuoted'
  | 'unquoted'
  | 'afterQuoted'
  | 'selfClosing'
  | 'bogusComment'
  | 'markup'
  | 'markupDash'
  | 'commentStart'
  | 'commentStartDash'
  | 'comment'
  | 'commentEndDash'
  | 'commentEnd'
  | 'commentEndBang'
  | 'rawText';

/** States outside of tags. */
const BETWEEN_TAGS = new Set<State>(['data', 'rawText', 'comment', 'bogusComment', 'commentStart']);
/** Elements whose content has no tags: with scripts on, noscript is one of them. */
const RAW_ELEMENTS = new Set(
  'script style title textarea xmp iframe noembed noframes noscript plaintext'.split(' '),
);
const isLetter = (char: string) => /[a-z]/i.test(char);
const isSpace = (char: string) => /[\t\n\f\r ]/.test(char);

/** What follows a character of a comment or declaration; any other leads to `else`. */
const MARKUP: Partial<Record<State, Record<string, State> & { else: State }>> = {
  bogusComment: { '>': 'data', else: 'bogusComment' },
  markup: { '>': 'data', '-': 'markupDash', else: 'bogusComment' },
  markupDash: { '>': 'data', '-': 'commentStart', else: 'bogusComment' },
  commentStart: { '>': 'data', '-': 'commentStartDash', else: 'comment' },
  commentStartDash: { '>': 'data', '-': 'commentEnd', else: 'comment' },
  comment: { '-': 'commentEndDash', else: 'comment' },
  commentEndDash: { '-': 'commentEnd', else: 'comment' },
  commentEnd: { '>': 'data', '!': 'commentEndBang', '-': 'commentEnd', else: 'comment' },
  commentEndBang: { '>': 'data', '-': 'commentEndDash', else: 'comment' },
};

/** Reads a document byte by byte; each call may end a tag. */
export class HtmlTokenizer {
  #state: State = 'data';
  #name = '';
  #isEnd = false;
  #attributes = new Map<string, string>();
  #attribute = '';
  #value = '';
  #raw: RawText | undefined;

  /** True within a tag, of which more may come. */
  get isInTag(): boolean {
    return !BETWEEN_TAGS.has(this.#state);
  }

  /** Reads a byte; returns the tag that it ends. */
  read(byte: number): HtmlTag | undefined {
    const char = String.fromCharCode(byte);
    const next = MARKUP[this.#state];
    if (next !== undefined) this.#state = next[char] ?? next.else;
    else if (this.#state === 'data') this.#state = char === '<' ? 'tagOpen' : 'data';
    else if (this.#state === 'rawText') return this.#readRawText(char);
    else if (this.#state === 'tagOpen' || this.#state === 'endTagOpen') this.#open(char);
    else if (char === '>' && this.#state !== 'doubleQuoted' && this.#state !== 'singleQuoted')
      return this.#close();
    else this.#readTag(char);
    return undefined;
  }

  #readRawText(char: string): HtmlTag | undefined {
    if (!this.#raw!.endsBefore(char)) return undefined;
    this.#start(this.#raw!.element, true);
    this.#raw = undefined;
    if (char === '>') return this.#close();
    this.#readTag(char);
    return undefined;
  }

  #open(char: string): void {
    const isEnd = this.#state === 'endTagOpen';
    if (isLetter(char)) {
      this.#start('', isEnd);
      this.#readTag(char);
    } else if (isEnd) this.#state = char === '>' ? 'data' : 'bogusComment';
    else if (char === '/') this.#state = 'endTagOpen';
    else if (char === '!') this.#state = 'markup';
    else if (char === '?') this.#state = 'bogusComment';
    else this.#state = char === '<' ? 'tagOpen' : 'data';
  }

  #start(name: string, isEnd: boolean): void {
    this.#state = 'tagName';
    this.#name = name;
    this.#isEnd = isEnd;
    this.#attributes = new Map();
    this.#attribute = this.#value = '';
  }

  /** A character of a tag other than the one that ends it. */
  #readTag(char: string): void {
    switch (this.#state) {
      case 'tagName':
        if (isSpace(char) || char === '/') this.#state = char === '/' ? 'selfClosing' : 'beforeAttribute';
        else this.#name += char;
        return;
      case 'attributeName':
        if (char === '=') this.#state = 'beforeValue';
        else if (isSpace(char) || char === '/')
          this.#state = char === '/' ? 'selfClosing' : 'afterAttributeName';
        else this.#attribute += char;
        return;
      case 'beforeValue':
        if (isSpace(char)) return;
        if (char === '"' || char === "'") this.#state = char === '"' ? 'doubleQuoted' : 'singleQuoted';
        else {
          this.#state = 'unquoted';
          this.#value = char;
        }
        return;
      case 'doubleQuoted':
      case 'singleQuoted':
        if (char === (this.#state === 'doubleQuoted' ? '"' : "'")) this.#state = 'afterQuoted';
        else this.#value += char;
        return;
      case 'unquoted':
        if (isSpace(char)) this.#state = 'beforeAttribute';
        else this.#value += char;
        return;
      default:
        this.#readBetweenAttributes(char);
    }
  }

  /** Before an attribute's name, behind it, or behind its value. */
  #readBetweenAttributes(char: string): void {
    if (isSpace(char)) {
      if (this.#state !== 'afterAttributeName') this.#state = 'beforeAttribute';
    } else if (char === '/') this.#state = 'selfClosing';
    else if (char === '=' && this.#state === 'afterAttributeName') this.#state = 'beforeValue';
    else {
      this.#keepAttribute();
      this.#attribute = char;
      this.#state = 'attributeName';
    }
  }

  #keepAttribute(): void {
    const name = this.#attribute.toLowerCase();
    if (name !== '' && !this.#attributes.has(name)) this.#attributes.set(name, this.#value);
    this.#attribute = this.#value = '';
  }

  #close(): HtmlTag {
    this.#keepAttribute();
    const name = this.#name.toLowerCase();
    const isRaw = !this.#isEnd && RAW_ELEMENTS.has(name);
    if (isRaw) this.#raw = new RawText(name);
    this.#state = isRaw ? 'rawText' : 'data';
    return { name, isEnd: this.#isEnd, attributes: this.#attributes };
  }
}
