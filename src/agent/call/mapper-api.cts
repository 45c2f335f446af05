/** Names of the wrapped methods of ORMs and query builders: `sequelize.findAll`. */

let mapper: string | undefined;

/** Runs a patch; the methods that it wraps are those of `library`. */
export function patchMapper<T>(library: string, patch: () => T): T {
  const before = mapper;
  mapper = library;
  try {
    return patch();
  } finally {
    mapper = before;
  }
}

/** Name of a method that is being wrapped; undefined if it is not a mapper's. */
export function mapperApiOf(method: Function): string | undefined {
  return mapper === undefined ? undefined : `${mapper}.${method.name}`;
}
