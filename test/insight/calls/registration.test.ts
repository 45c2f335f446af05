import { test } from 'tap';
import { registrationFrame } from '../../../src/insight/calls/registration.js';
import { aFrame } from '../../factory.js';

/** Line of the frame that is chosen of a text's marks `^`, the innermost first. */
function chosen(marked: string): number | undefined {
  const lines = marked.replaceAll('^', '').split('\n');
  const frames = marked.split('\n').flatMap((line, at) => {
    const column = line.indexOf('^') + 1;
    return column === 0 ? [] : [aFrame({ line: at + 1, column })];
  });
  return registrationFrame(frames, (frame, line = frame.line) => lines[line - 1])?.line;
}

test('a route is registered where its path is written, not in a helper of the app', (t) => {
  const controller = `class Controller {
  route(options) {
    this.^app[options.method](options.path, check(options.permission), options.handler.bind(this));
  }
  get(path, handler, permission = NONE) {
    this.^route({
      method: 'get',
      path,
      handler,
    });
  }
}
class Projects extends Controller {
  constructor() {
    this.^get('/projects', this.list);
  }
}`;
  t.equal(chosen(controller), 15);
  t.equal(chosen("const get = (path, ...rest) => app.^get(path, ...rest);\n^get('/a', list);"), 2);
  t.equal(chosen("app.^get('/a', list);\napp.use('/b', ^require('./routes.js'));"), 1);
  t.equal(chosen("router.route('/a').^get(list);\n^require('./routes.js');"), 1);
  t.equal(chosen("for (const path of paths) app.^get(path, list);\n^require('./routes.js');"), 1);
  t.equal(chosen('const get = (path) => app.^get(path);'), 1);
  t.equal(
    registrationFrame([aFrame({ application: false })], () => undefined),
    undefined,
  );
  t.end();
});
