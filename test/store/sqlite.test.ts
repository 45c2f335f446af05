import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Test } from 'tap';
import { SqliteStore } from '../../src/store/sqlite.js';
import { contract } from './contract.js';

const DAY = 24 * 3600 * 1000;

contract('sqlite', (t: Test, clock) => {
  const path = join(t.testdir(), 'scooby.db');
  const store = new SqliteStore({ sqlite: Sqlite, path, ttl: DAY, maxSize: 64 << 20, clock, warn: t.fail });
  t.teardown(() => store.close());
  return store;
});
