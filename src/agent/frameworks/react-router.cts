/** Errors of React Router's and Remix's loaders, actions and pages, which their servers print. */

import { notePrintedErrors } from '../errors/printed-errors.cjs';
import type { Framework } from './framework.cjs';

export const reactRouter: Framework = { library: 'react-router', versions: '>=7 <9' };

// Routes are files: the collector reads them from the lines of calls.
notePrintedErrors({
  by: 'react-router',
  file: /[\\/](?:react-router|@remix-run[\\/]server-runtime)[\\/]dist[\\/]/,
  // What it renders in place of the error.
  standIn: 'Unexpected Server Error',
});
