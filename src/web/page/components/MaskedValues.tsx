/** Asks for the values of a loop that were masked: they are sent once, and kept nowhere. */

import { useState } from 'react';
import { maskedQuestion } from '../../../insight/rewrite/masked-values.js';

/** What is asked for, and who takes it. */
export interface MaskedValuesProps {
  names: readonly string[];
  submit(values: Record<string, string>): void;
}

/** The form; it can be sent once every value is there. */
export function MaskedValues({ names, submit }: MaskedValuesProps) {
  const [values, setValues] = useState<Record<string, string>>({});
  return (
    <form
      className="masked-values"
      onSubmit={(event) => {
        event.preventDefault();
        submit(values);
      }}
    >
      {names.map((name, n) => (
        <label key={name}>
          <span>{maskedQuestion(name)}</span>
          <input
            autoFocus={n === 0}
            type="text"
            autoComplete="off"
            spellCheck={false}
            required
            value={values[name] ?? ''}
            onChange={({ target }) => setValues({ ...values, [name]: target.value })}
          />
        </label>
      ))}
      <button type="submit" className="button button-strong">
        Try
      </button>
    </form>
  );
}
