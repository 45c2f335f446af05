/** Inputs of AWS commands without the secrets that only an API's own rules tell: pairs, expressions, statements. */

import { redaction } from '../../../domain/redaction.cjs';
import { isSecretName } from '../../../domain/secret-names.cjs';
import { REDACTED } from '../../../domain/secret-shapes.cjs';
import { serialize } from '../../record/serialize.cjs';
import { maskParams, maskStatement } from '../../record/sql-params.cjs';

type Fields = Record<string, unknown>;

/** Secret in each service: what KMS encrypts, keys of objects in S3, codes of devices, scripts of machines. */
const SECRETS = new Set([
  'Plaintext',
  'SSECustomerKey',
  'CopySourceSSECustomerKey',
  'MFA',
  'UserCode',
  'UserData',
]);
const NAMES = ['name', 'Name', 'key', 'Key', 'ParameterKey', 'OptionName'];
const VALUES = ['value', 'Value', 'values', 'Values', 'ParameterValue', 'OptionSetting'];
const STATEMENTS = ['sql', 'Sql', 'Statement', 'QueryString'];
const EXPRESSIONS = ['KeyConditionExpression', 'FilterExpression', 'ConditionExpression', 'UpdateExpression'];
/** Paths, placeholders and words of an expression of DynamoDB. */
const TOKEN = /[#:]?[A-Za-z_][\w.[\]-]*/g;
const WORDS =
  /^(?:set|add|remove|delete|and|or|not|between|in|if_not_exists|list_append|contains|begins_with|size|attribute_\w+)$/i;

/** Copy of the input of a call, which is named `SSM.PutParameter`, with secrets masked. */
export function awsInput(call: string, input: unknown): unknown {
  const copy = serialize(input);
  if (redaction.isOff || !isFields(copy)) return copy;
  // Where no type is given, it stays that of before.
  if (call === 'SSM.PutParameter' && !/^String/.test(String(copy.Type)) && 'Value' in copy)
    copy.Value = REDACTED;
  maskIn(copy);
  return copy;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Masks a copy of ours in place. */
function maskIn(fields: Fields): void {
  for (const key of Object.keys(fields)) if (SECRETS.has(key)) fields[key] = REDACTED;
  maskPair(fields);
  maskSql(fields);
  if (isFields(fields.ExpressionAttributeValues)) maskPlaceholders(fields, fields.ExpressionAttributeValues);
  for (const value of Object.values(fields))
    for (const part of Array.isArray(value) ? value : [value]) if (isFields(part)) maskIn(part);
}

/** `{ name: 'DB_PASSWORD', value: 'x' }`, as of environments, options and attributes. */
function maskPair(fields: Fields): void {
  const name = NAMES.map((key) => fields[key]).find((value) => typeof value === 'string');
  if (name === undefined || !isSecretName(name as string)) return;
  for (const key of VALUES) if (fields[key] !== undefined && fields[key] !== null) fields[key] = REDACTED;
}

function maskSql(fields: Fields): void {
  for (const key of STATEMENTS) {
    const sql = fields[key];
    if (typeof sql !== 'string') continue;
    fields[key] = maskStatement(sql);
    if (Array.isArray(fields.Parameters)) fields.Parameters = maskParams(sql, fields.Parameters);
  }
}

/** `#p = :p`: a value is as secret as the path before it. */
function maskPlaceholders(fields: Fields, values: Fields): void {
  const names = isFields(fields.ExpressionAttributeNames) ? fields.ExpressionAttributeNames : {};
  const isSecret = (path: string) =>
    path.split(/[.[\]]+/).some((part) => isSecretName(typeof names[part] === 'string' ? names[part] : part));
  for (const expression of EXPRESSIONS.map((key) => fields[key])) {
    let path = '';
    for (const [token] of typeof expression === 'string' ? expression.matchAll(TOKEN) : []) {
      if (!token.startsWith(':')) path = WORDS.test(token) ? path : token;
      else if (isSecret(path) && values[token] !== undefined) values[token] = REDACTED;
    }
  }
}
