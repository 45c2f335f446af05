/** Versions of MySQL and MariaDB, as VERSION() tells them. */

/** Asks for `version`, and for `mode`: how the server reads texts. */
export const VERSION_SQL = 'SELECT VERSION() AS version, @@SESSION.sql_mode AS mode';

/** Whether it is MariaDB, and the numbers of its version. */
export function mysqlVersion(version: string): { isMariaDb: boolean; parts: number[] } {
  const isMariaDb = /mariadb/i.test(version);
  // Old clients are told 5.5.5 before MariaDB's own version.
  const own = version.replace(/^5\.5\.5-/, '');
  return { isMariaDb, parts: own.split(/[.-]/).map(Number) };
}

/** Name for people: `MariaDB 10.11.6`, `MySQL 8.4.2`. */
export function mysqlServerName(version: string): string {
  if (!mysqlVersion(version).isMariaDb) return `MySQL ${version}`;
  return `MariaDB ${/[\d.]+/.exec(version.replace(/^5\.5\.5-/, ''))?.[0]}`;
}

/** Whether the numbers of a version are those or later ones. */
export function isMysqlAtLeast(parts: number[], minimumVersion: number[]): boolean {
  for (const [n, minimum] of minimumVersion.entries()) if (parts[n] !== minimum) return parts[n]! > minimum;
  return true;
}
