/** The interface of an object in a configuration file. */

/** An object in a configuration file. */
export interface ConfigSection {
  value: Record<string, unknown>;
  /** Throws a UserError with the file, line and path of a key. */
  fail(key: string, message: string): never;
}
