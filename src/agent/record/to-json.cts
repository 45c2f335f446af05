/** JSON of the agent's own data, in which no `toJSON` of the app runs. */

// Bound at load: the app's is timed, and may be another one by now.
const { stringify } = JSON;
const { keys } = Object;
const { isArray } = Array;

/** JSON of plain data: text, numbers, lists and objects of them. */
export function toJson(data: unknown): string {
  // An app that writes BigInts or Sets as JSON may have given every object and list a `toJSON`.
  return 'toJSON' in Array.prototype ? (encode(data) ?? 'null') : stringify(data);
}

function encode(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null) return stringify(data);
  let json = '';
  if (isArray(data)) {
    for (let i = 0; i < data.length; i++) json += `${i === 0 ? '' : ','}${encode(data[i]) ?? 'null'}`;
    return `[${json}]`;
  }
  for (const key of keys(data)) {
    const value = encode((data as Record<string, unknown>)[key]);
    if (value !== undefined) json += `${json === '' ? '' : ','}${stringify(key)}:${value}`;
  }
  return `{${json}}`;
}
