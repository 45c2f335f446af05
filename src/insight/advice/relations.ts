/** Suggestions for rows that an ORM loads by a relation of each parent: `order.getUser()`. */

import type { Call } from '../calls/calls.js';
import { mapperCallOf } from './mapper-call.js';
import type { SourceHints } from './source-hints.js';

/** Suggestion for the load of a relation; undefined if the call is none. */
export function relationText(call: Call, hints: SourceHints, feedingSite?: string): string | undefined {
  const found = mapperCallOf(call);
  if (!found || found.isRaw) return undefined;
  const { mapper, method } = found;
  const at = feedingSite === undefined ? 'of the parents' : `at ${feedingSite}`;
  switch (mapper.name) {
    case 'Objection': {
      const name = /\$(?:relatedQuery|fetchGraph)\(\s*['"]([\w.]+)['"]/.exec(hints.call)?.[1];
      return name && `load it with its parents: \`.withGraphFetched('${name}')\` on the query ${at}`;
    }
    case 'MikroORM': {
      if (!/(?:^|\.)(?:init|load|loadItems|loadCount|matching)$/.test(method)) return undefined;
      const name = /\.(\w+)\s*\??\.\s*(?:init|load\w*|matching)\(/.exec(hints.call)?.[1];
      return name === undefined
        ? `load it with its parents: \`populate\` in the find ${at}`
        : `load it for all parents at once, before the loop: \`await em.populate(parents, ['${name}'])\``;
    }
    case 'Sequelize':
      return /\.(?:get|count|has)[A-Z]\w*\(/.test(hints.call) ? parentsText(mapper.parents, at) : undefined;
    case 'TypeORM': {
      const isLazy =
        hints.call !== '' &&
        !new RegExp(`\\.(?:${mapper.methods}|get(?:Many|One|Raw\\w*)(?:OrFail)?)\\b`).test(hints.call);
      return isLazy ? parentsText(mapper.parents, at) : undefined;
    }
    default:
      return undefined;
  }
}

function parentsText(parents: string, at: string): string {
  return `load it with its parents: ${parents} ${at}`;
}
