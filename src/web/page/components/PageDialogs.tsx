/** Boxes that every part of the page may open: keys, commands, sorting, recording. */

import { useContext, useState } from 'react';
import type { Recording } from '../../../domain/link.js';
import type { SortKey } from '../../../feed/feed.js';
import { BADGE_HELP, FILTER_EXAMPLES } from '../../../screens/menu-texts.js';
import { usePage } from '../hooks/page-context.js';
import { CommandContext } from '../hooks/use-commands.js';
import { useRecording } from '../hooks/use-recording.js';
import { keyName, PAGE_KEYS } from '../parts/page-keys.js';
import { formatAddress } from '../state/address.js';
import { DialogBox } from './DialogBox.js';
import { MenuDialog } from './MenuDialog.js';

/** The box that is open. */
export function PageDialogs() {
  const { dialog } = usePage().state;
  switch (dialog) {
    case 'help':
      return <HelpDialog />;
    case 'commands':
      return <CommandsDialog />;
    case 'sort':
      return <SortDialog />;
    case 'record':
      return <RecordDialog />;
    default:
      return null;
  }
}

function Keys({ keys }: { keys: readonly string[] }) {
  return keys.map((key) => <kbd key={key}>{keyName(key)}</kbd>);
}

function HelpDialog() {
  const { state, dispatch } = usePage();
  const place = usePage().address.at === 'list' ? 'list' : 'request';
  const keys = [
    ...PAGE_KEYS.filter((key) => key.place === place),
    ...PAGE_KEYS.filter((key) => key.place === 'everywhere'),
  ];
  const close = () => dispatch({ type: 'close' });
  return (
    <DialogBox title="Keys, filters, badges">
      <div className="help">
        <section>
          <h3>Keys</h3>
          <dl>
            {keys.map(({ name, keys: all, help }) => (
              <div key={place + name}>
                <dt>
                  <Keys keys={all.slice(0, 3)} />
                </dt>
                <dd>{help}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section>
          <h3>Filters</h3>
          <dl>
            {FILTER_EXAMPLES.map(([filter, finds]) => (
              <div key={filter}>
                <dt>
                  <a href={formatAddress({ ...state.list, filter })} onClick={close}>
                    <code>{filter}</code>
                  </a>
                </dt>
                <dd>{finds}</dd>
              </div>
            ))}
          </dl>
          <h3>Badges</h3>
          <dl>
            {BADGE_HELP.map(([badge, filter, says]) => (
              <div key={badge}>
                <dt>
                  <a href={formatAddress({ ...state.list, filter })} onClick={close}>
                    <span className={`badge fill-${/ERR|DIED/.test(badge) ? 'error' : 'warn'}`}>{badge}</span>
                  </a>
                </dt>
                <dd>{says}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </DialogBox>
  );
}

/** Every command, by name. */
export function CommandsDialog() {
  const { dispatch } = usePage();
  const table = useContext(CommandContext);
  const [text, setText] = useState('');
  const found = PAGE_KEYS.filter(
    ({ name, help }) =>
      table.has(name) && name !== 'tab' && `${name} ${help}`.toLowerCase().includes(text.toLowerCase()),
  );
  const run = (name: string | undefined) => {
    dispatch({ type: 'close' });
    if (name !== undefined) table.run(name);
  };
  return (
    <DialogBox title="Commands">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run(found[0]?.name);
        }}
      >
        <input
          autoFocus
          type="text"
          className="palette-input"
          aria-label="command"
          placeholder="Type to find a command"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </form>
      <div className="menu">
        {found.map(({ name, help, keys }) => (
          <button key={name} type="button" onClick={() => run(name)}>
            <kbd>{keyName(keys[0]!)}</kbd>
            <span>{help}</span>
          </button>
        ))}
      </div>
    </DialogBox>
  );
}

const SORTS: [letter: string, by: SortKey, label: string, ofRoutes: string][] = [
  ['t', 'time', 'time, newest first', 'time of all its requests'],
  ['d', 'duration', 'duration, slowest first', 'p95, slowest first'],
  ['q', 'queries', 'number of queries', 'queries per request'],
  ['w', 'qtime', 'time in queries', 'time in queries'],
  ['f', 'win', 'win: fix first', 'win: fix first'],
  ['s', 'status', 'status', 'errors'],
  ['p', 'path', 'path', 'route'],
];

function SortDialog() {
  const { state, dispatch, go } = usePage();
  const { list } = state;
  const choices = SORTS.map(([letter, by, label, ofRoutes]) => ({
    letter,
    label: list.view === 'routes' ? ofRoutes : label,
    isChosen: by === list.sort.by,
    choose: () => {
      dispatch({ type: 'close' });
      go({ ...list, sort: { by, reverse: false } });
    },
  }));
  return <MenuDialog title="Sort by" choices={choices} />;
}

const RECORDINGS: [letter: string, recording: Recording, label: string, hint: string][] = [
  ['a', 'all', 'every request', ''],
  ['m', 'marked', 'only marked ones', 'X-Scooby-Record: 1, cookie scooby=1, ?__scooby=1'],
  ['o', 'off', 'nothing', ''],
];

function RecordDialog() {
  const { status, dispatch } = usePage();
  const record = useRecording();
  const choices = RECORDINGS.map(([letter, recording, label, hint]) => ({
    ...{ letter, label, hint, isChosen: status.recording === recording },
    choose: () => {
      dispatch({ type: 'close' });
      record?.(recording);
    },
  }));
  return <MenuDialog title="Record" choices={choices} />;
}
