/** Preloaded into a measured process: writes its peak memory and the bytes it read from sockets to BENCH_PROBE. */
const { writeFileSync } = require('node:fs');
const net = require('node:net');

const sockets = new Set();
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  sockets.add(this);
  return connect.apply(this, args);
};
process.on('exit', () => {
  const bytesRead = [...sockets].reduce((sum, socket) => sum + socket.bytesRead, 0);
  writeFileSync(process.env.BENCH_PROBE, JSON.stringify({ bytesRead, maxRss: process.resourceUsage().maxRSS * 1024 }));
});
