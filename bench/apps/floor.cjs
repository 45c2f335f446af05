/**
 * Minimum cost of request tracking on this Node: runs each request in an AsyncLocalStorage, nothing
 * else.
 */

const { AsyncLocalStorage } = require('node:async_hooks');
const { Server } = require('node:http');

const storage = new AsyncLocalStorage();
const { emit } = Server.prototype;

Server.prototype.emit = function (type, ...args) {
  if (type !== 'request') return emit.call(this, type, ...args);
  return storage.run({}, () => emit.call(this, type, ...args));
};
