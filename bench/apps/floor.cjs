/** The least that following requests can cost on a Node: every request runs in an AsyncLocalStorage, and nothing else is done. */

const { AsyncLocalStorage } = require('node:async_hooks');
const { Server } = require('node:http');

const storage = new AsyncLocalStorage();
const { emit } = Server.prototype;

Server.prototype.emit = function (type) {
  if (type !== 'request') return Reflect.apply(emit, this, arguments);
  return storage.run({}, Reflect.apply, emit, this, arguments);
};
