/** Masks secrets in the statements of spans that come from other tools, which have masked nothing by our rules. */

import { redactText } from '../domain/redact.cjs';
import { isSecretName } from '../domain/secret-names.cjs';
import { REDACTED } from '../domain/secret-shapes.cjs';

/** Texts in quotes; a quote in them is doubled or behind a backslash. */
const LITERAL = /'(?:[^'\\]|''|\\[\s\S])*'?/g;
const WORD = /[A-Za-z_][\w$.-]*/g;

/** Statement of SQL whose literals are masked where a column, table or setting has the name of a secret. */
export function safeStatementText(sql: string): string {
  const words = sql.replace(LITERAL, ' ').match(WORD) ?? [];
  return redactText(words.some(isSecretName) ? sql.replace(LITERAL, `'${REDACTED}'`) : sql);
}
