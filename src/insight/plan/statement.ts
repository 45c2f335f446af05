/** Refusals of EXPLAIN: recorded statements without a plan or with side effects. */

import type { Dialect } from '../../domain/library.js';
import { computeFingerprint } from '../sql/fingerprint.js';
import { Lexer } from '../sql/lexer.js';
import { lengthBeforeCut } from '../sql/recorded-value.js';
import { CLOSE, END, OPEN, SEMICOLON, VALUE } from '../sql/token-kinds.js';

const VERBS_WITH_PLAN = new Set('SELECT VALUES TABLE INSERT UPDATE DELETE REPLACE MERGE'.split(' '));
const READ_VERBS = new Set('SELECT VALUES TABLE'.split(' '));

// Functions with side effects in spite of a read-only transaction: they wait, write files,
// connect to other servers, or end other sessions.
const SIDE_EFFECT_FUNCTIONS = new RegExp(
  `^(?:${[
    'pg_sleep\\w*|pg_(?:try_)?advisory\\w*|pg_(?:cancel|terminate)_backend|pg_notify|pg_reload_conf|pg_rotate_logfile\\w*',
    'pg_switch_wal|pg_create_\\w+|pg_drop_\\w+|pg_promote|pg_(?:read|ls|stat)_\\w*(?:file|dir)\\w*|pg_file_\\w+|pg_logical_\\w+',
    'pg_replication_\\w+|pg_stat_reset\\w*|lo_\\w+|dblink\\w*|nextval|setval|set_config|http\\w*|query_to_xml\\w*',
    'sleep|benchmark|get_lock|release_(?:all_)?locks?|load_file|last_insert_id|master_\\w+|source_\\w+|wait_for_\\w+|lastval',
    'txid_current|pg_current_xact_id|sys_exec|sys_eval|load_extension|writefile',
    'group_replication_\\w+|asynchronous_connection_\\w+|version_tokens_\\w+|keyring_key_\\w+|audit_log_\\w+',
    'service_(?:get|release)_\\w+|wait_until_\\w+|(?:set|read)_firewall_\\w+|(?:load|flush)_rewrite_rules',
  ].join('|')})$`,
);

interface Token {
  kind: number;
  /** In capitals; '' for a value. */
  text: string;
}

/** Reason not to explain a statement, as a sentence. `analyze`: EXPLAIN would run it. */
export function explainRefusal(sql: string, dialect: Dialect, analyze: boolean): string | undefined {
  const length = lengthBeforeCut(sql);
  if (length !== undefined)
    return `Only the beginning of this statement was recorded, it has ${length} characters; run it by hand.`;
  const { verb, isWrite } = computeFingerprint(sql, dialect);
  if (verb === 'EXPLAIN' || verb === 'ANALYZE' || verb === 'DESCRIBE')
    return 'This statement asks for a plan itself; its rows are the plan.';
  if (!VERBS_WITH_PLAN.has(verb))
    return `${verb === '' ? 'This' : verb} has no plan: only SELECT, INSERT, UPDATE, DELETE and their like have.`;
  const tokens = statementTokens(sql, dialect);
  if (tokens.some(({ kind }, n) => kind === SEMICOLON && n < tokens.length - 1))
    return 'These are several statements in one text; only a single one can be explained.';
  if (!analyze) return undefined;
  if (isWrite || !READ_VERBS.has(verb))
    return `--analyze would run this ${verb}, and it writes; leave it out.`;
  const effect = sideEffectIn(tokens);
  return effect && `--analyze would run this statement, and ${effect}; leave it out.`;
}

/** What a statement does besides reading, as a clause: `it locks rows`; undefined where it only reads. */
export function sideEffectOf(sql: string, dialect: Dialect): string | undefined {
  return sideEffectIn(statementTokens(sql, dialect));
}

function sideEffectIn(tokens: Token[]): string | undefined {
  for (const [n, { kind, text }] of tokens.entries()) {
    if (kind === VALUE) continue;
    const next = tokens[n + 1];
    const words = `${text} ${next?.text ?? ''}`;
    if (/^FOR (?:UPDATE|SHARE|NO|KEY)$|^LOCK IN$/.test(words)) return 'it locks rows';
    if (text === 'INTO') return 'it writes what it finds';
    if (text === ':=') return 'it sets a variable';
    // NEXT VALUE FOR, of MariaDB and SQL Server.
    if (words === 'NEXT VALUE') return 'it takes a number from a sequence';
    if (
      next?.kind === OPEN &&
      kind !== CLOSE &&
      SIDE_EFFECT_FUNCTIONS.test(text.replace(/["`]/g, '').toLowerCase())
    )
      return `${text.toLowerCase()}() does more than to read`;
  }
  return undefined;
}

function statementTokens(sql: string, dialect: Dialect): Token[] {
  const lexer = new Lexer(sql, dialect);
  const tokens: Token[] = [];
  for (let kind = lexer.read(); kind !== END; kind = lexer.read())
    tokens.push({ kind, text: kind === VALUE ? '' : lexer.text.toUpperCase() });
  return tokens;
}
