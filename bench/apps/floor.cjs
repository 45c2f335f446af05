/** The least that following requests can cost on a Node: every request runs in an AsyncLocalStorage, and nothing else is done. */

const { AsyncLocalStorage } = require('node:async_hooks');
const { Server } = require('node:http');

const storage = new AsyncLocalStorage();
const { emit } = Server.prototype;

Server.prototype.emit = function (type, ...args) {
  if (type !== 'request') return emit.call(this, type, ...args);
  return storage.run({}, () => emit.call(this, type, ...args));
};
