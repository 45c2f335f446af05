/** Runs and stores of other folders that a user may mean: in this repository, above or below this folder. */

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { type LivingRun, livingRuns } from '../control/client.js';
import { databasePath, projectFolder, stateFolder } from '../store/location.js';
import { projectFolders } from './doctor/installed-packages.js';

/** A store with its project's folder. */
export interface NearbyStore {
  project: string;
  database: string;
}

/** A run that goes on, and the database that it records to. */
export interface NearbyRun extends LivingRun {
  database: string;
}

/** Runs of this user that record to a project's own database, and to `database`; newest first. */
export function allLivingRuns(database: string): NearbyRun[] {
  const folder = join(stateFolder(), 'scooby');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const databases = new Set([database, ...names.map((name) => join(folder, name, 'scooby.db'))]);
  return [...databases]
    .flatMap((path) => livingRuns(path).map((run) => ({ ...run, database: path })))
    .sort((a, b) => b.started - a.started);
}

/** Other folders of the repository around `cwd` that have a store of their own. */
export function nearbyStores(cwd: string): NearbyStore[] {
  const own = projectFolder(cwd);
  const root = repositoryOf(own);
  const above = foldersAbove(own).filter((folder) => isProject(folder) && isInside(folder, root));
  const folders = new Set([...above, ...projectFolders(root)]);
  folders.delete(own);
  const { SCOOBY_DB: _, ...env } = process.env;
  return [...folders]
    .map((project) => ({ project, database: databasePath(undefined, project, env) }))
    .filter(({ database }) => existsSync(database));
}

/** Whether a run's project is in the repository around `cwd`. */
export function isNearby({ project }: { project: string }, cwd: string): boolean {
  return isInside(project, repositoryOf(projectFolder(cwd)));
}

/** The nearest folder with a .git at or above a project, else the uppermost with a package.json. */
function repositoryOf(project: string): string {
  const folders = [project, ...foldersAbove(project)];
  return folders.find((folder) => existsSync(join(folder, '.git'))) ?? folders.findLast(isProject) ?? project;
}

/** A folder as the user would type it from `cwd`. */
export function folderFrom(cwd: string, folder: string): string {
  const path = relative(cwd, folder);
  return path === '' ? '.' : path.split(sep).filter((part) => part === '..').length > 3 ? folder : path;
}

function isInside(folder: string, outer: string): boolean {
  return folder === outer || folder.startsWith(outer.endsWith(sep) ? outer : outer + sep);
}

/** The folders above one, nearest first. */
function foldersAbove(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [] : [parent, ...foldersAbove(parent)];
}

function isProject(folder: string): boolean {
  return existsSync(join(folder, 'package.json')) || existsSync(join(folder, '.git'));
}
