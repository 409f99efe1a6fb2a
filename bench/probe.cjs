/**
 * Preloaded into every process of a run (the step and the step after the job): each writes its peak memory, the bytes it
 * read from sockets, its file and how long it lived to a file of its own in the folder BENCH_PROBE.
 */
const { writeFileSync } = require('node:fs');
const net = require('node:net');
const { basename, join } = require('node:path');

const sockets = new Set();
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  sockets.add(this);
  return connect.apply(this, args);
};
process.on('exit', () => {
  const bytesRead = [...sockets].reduce((sum, socket) => sum + socket.bytesRead, 0);
  const maxRss = process.resourceUsage().maxRSS * 1024;
  const figures = { started: performance.timeOrigin, lived: performance.now(), bytesRead, maxRss };
  const main = basename(process.argv[1] ?? '');
  writeFileSync(join(process.env.BENCH_PROBE, `${process.pid}.json`), JSON.stringify({ main, ...figures }));
});
