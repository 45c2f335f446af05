/** Redacts secrets in command lines: options, headers, user:password, assignments. */

import { redactText } from './redact.cjs';
import { redaction } from './redaction.cjs';
import { isSecretHeader, isSecretName } from './secret-names.cjs';
import { isRandomText, REDACTED } from './secret-shapes.cjs';

const USER_OPTIONS = new Set(['-u', '-U', '--user', '--proxy-user', '--username']);
const HEADER_OPTIONS = new Set(['-H', '--header', '--proxy-header']);
// Options whose value is a secret, whatever it looks like, by program.
const PROGRAMS: [name: RegExp, options: Set<string>][] = [
  [/^(?:mysql|mariadb)/, new Set(['-p'])],
  [/^sshpass/, new Set(['-p'])],
  [/^redis-cli/, new Set(['-a'])],
  [/^curl/, new Set(['-b'])],
  [/^(?:un)?zip$/, new Set(['-P'])],
  [/^openssl$/, new Set(['-k', '-K'])],
  [/^(?:mongo|docker|podman|influx|sqlcmd|ldap)/, new Set(['-p', '-P', '-w'])],
];
// A separate value of `-p` is a port or a path to most programs.
const ATTACHED = /^-p(?!\d{1,5}$)(.+)$/;
const WORD = /(?:"[^"]*"|'[^']*'|[^\s"']|["'])+/g;

/** Arguments of a command, the program first, with their secrets as REDACTED. */
export function redactArguments(args: readonly string[]): string[] {
  if (redaction.isOff) return [...args];
  let program = '';
  let option = '';
  return args.map((arg, i) => {
    // `sudo`, `env A=b` and a shell's `&&` have the program behind them.
    if (i === 0 || /^[a-z][\w./-]*$/.test(arg)) {
      const name = arg.slice(arg.lastIndexOf('/') + 1);
      if (i === 0 || PROGRAMS.some(([known]) => known.test(name))) program = name;
    }
    const optionBefore = option;
    option = arg.startsWith('-') && !arg.includes('=') ? arg : '';
    if (optionBefore !== '' && option === '') return redactValue(program, optionBefore, arg);
    // `npm config set _authToken …`, `aws configure set aws_secret_access_key …`
    if (i > 1 && args[i - 2] === 'set' && isSecretName(args[i - 1]!)) return REDACTED;
    return redactArgument(program, arg);
  });
}

/** Shell line with its secrets as REDACTED. */
export function redactShellLine(line: string): string {
  const words = [...line.matchAll(WORD)];
  const plain = words.map(([word]) => unquoted(word));
  const redacted = redactArguments(plain);
  let text = '';
  let copied = 0;
  words.forEach((match, i) => {
    text += line.slice(copied, match.index);
    const quote = /^["']/.exec(match[0])?.[0] ?? '';
    text += redacted[i] === plain[i] ? match[0] : `${quote}${redacted[i]}${quote}`;
    copied = match.index + match[0].length;
  });
  return text + line.slice(copied);
}

function unquoted(word: string): string {
  const quoted = word.length > 1 && /^["']/.test(word) && word.at(-1) === word[0];
  return quoted ? word.slice(1, -1) : word;
}

function redactValue(program: string, option: string, value: string): string {
  if (USER_OPTIONS.has(option)) return redactUser(value);
  if (HEADER_OPTIONS.has(option)) return redactHeaderLine(value);
  if (isSecretName(option.replace(/^-+/, ''))) return REDACTED;
  if (optionsOf(program)?.has(option) && !/^\d{1,5}(?::\d{1,5})?$/.test(value)) return REDACTED;
  return redactText(value);
}

function redactArgument(program: string, arg: string): string {
  const attached = ATTACHED.exec(arg)?.[1];
  if (attached !== undefined && !attached.includes('=')) {
    if (optionsOf(program)?.has('-p') || isRandomText(attached)) return `-p${REDACTED}`;
  }
  const joined = /^(--?[A-Za-z][\w.-]{0,80})=([\s\S]*)$/.exec(arg);
  if (joined) {
    const [, option, value] = joined as unknown as [string, string, string];
    return value === '' ? arg : `${option}=${redactValue(program, option, value)}`;
  }
  const glued = /^-([uH])(.+)$/.exec(arg);
  if (glued) return `-${glued[1]}${redactValue(program, `-${glued[1]}`, glued[2]!)}`;
  const assigned = /^(\w{1,80})=([\s\S]+)$/.exec(arg);
  if (assigned && isSecretName(assigned[1]!)) return `${assigned[1]}=${REDACTED}`;
  return redactText(arg);
}

function optionsOf(program: string): Set<string> | undefined {
  return PROGRAMS.find(([name]) => name.test(program))?.[1];
}

function redactUser(value: string): string {
  const colon = value.indexOf(':');
  if (colon < 0 || /^\d+:\d+$/.test(value)) return redactText(value);
  return `${value.slice(0, colon)}:${REDACTED}`;
}

function redactHeaderLine(line: string): string {
  const colon = line.indexOf(':');
  if (colon > 0 && isSecretHeader(line.slice(0, colon).trim())) return `${line.slice(0, colon)}: ${REDACTED}`;
  return redactText(line);
}
