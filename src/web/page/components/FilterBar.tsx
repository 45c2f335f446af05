/** Filter of the list: typed with completion, applied as far as it is complete, its mistakes said. */

import { useEffect, useId, useRef, useState } from 'react';
import { completePart, parseFilter } from '../../../domain/filter.js';
import { usePage } from '../hooks/page-context.js';
import { useCommands } from '../hooks/use-commands.js';
import { suggestionsFor } from '../parts/suggestions.js';
import { Icon } from './Icon.js';

/** The bar. */
export function FilterBar() {
  const { state, go } = usePage();
  const { list } = state;
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(list.filter);
  const [at, setAt] = useState(-1);
  const [isOpen, setOpen] = useState(false);
  const box = useId();
  // The filter also comes from links and the back button.
  const applied = useRef(list.filter);
  useEffect(() => {
    if (list.filter !== applied.current) setText(list.filter);
    applied.current = list.filter;
  }, [list.filter]);
  useCommands({
    filter: () => {
      input.current?.focus();
      input.current?.select();
    },
  });
  const suggestions = isOpen ? suggestionsFor(text) : [];
  const parsed = parseFilter(text);
  const apply = (next: string, replace: boolean) => {
    setText(next);
    setAt(-1);
    const valid = 'query' in parseFilter(next) ? next : completePart(next);
    if (valid === undefined || valid === list.filter) return;
    applied.current = valid;
    const { from: _, to: __, ...rest } = list;
    go({ ...rest, filter: valid }, { replace });
  };
  const pressed = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setAt((now) => Math.max(-1, Math.min(suggestions.length - 1, now + step)));
    } else if ((event.key === 'Enter' || event.key === 'Tab') && suggestions[at])
      apply(suggestions[at].filter, false);
    else if (event.key === 'Tab' && suggestions[0] && text.trim() !== '') apply(suggestions[0].filter, false);
    else if (event.key === 'Enter') input.current?.blur();
    else if (event.key === 'Escape') {
      if (text !== '') apply('', false);
      else input.current?.blur();
    } else return;
    event.preventDefault();
  };
  return (
    <div className="filter">
      <Icon name="search" />
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label="filter requests"
        aria-expanded={suggestions.length > 0}
        aria-controls={box}
        aria-autocomplete="list"
        aria-activedescendant={suggestions[at] ? `${box}-${at}` : undefined}
        aria-invalid={'trouble' in parsed}
        placeholder="Filter: words, status>=400, n1, sql:users, !health"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setOpen(true);
          apply(event.target.value, true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={pressed}
      />
      {text !== '' && (
        <button
          type="button"
          className="icon-button"
          aria-label="clear the filter"
          onClick={() => apply('', false)}
        >
          <Icon name="close" />
        </button>
      )}
      <kbd className="filter-key" aria-hidden="true">
        /
      </kbd>
      {'trouble' in parsed && (
        <div className="filter-trouble" role="status">
          {parsed.trouble}
        </div>
      )}
      <div
        id={box}
        role="listbox"
        aria-label="suggestions"
        className="suggestions"
        hidden={suggestions.length === 0}
      >
        {suggestions.map(({ filter, word, finds }, n) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys
          <div
            key={word}
            id={`${box}-${n}`}
            role="option"
            tabIndex={-1}
            aria-selected={n === at}
            className="suggestion"
            // Before the input loses its focus.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => apply(filter, false)}
          >
            <code>{word}</code>
            <span className="dim">{finds}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
