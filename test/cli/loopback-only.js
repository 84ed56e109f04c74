// Loaded by --import before a program under test: whatever it connects to that is not this machine fails, by name.
import { Socket } from "node:net";

const { connect } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  // Node's own modules hand over an array of options and listener.
  const options = [args].flat(2)[0];
  const host = typeof options === "object" && options !== null ? (options.host ?? "localhost") : args[1];
  if (/^(localhost|127(\.\d+){3}|::1)$/.test(host)) return connect.apply(this, args);
  process.nextTick(() => this.destroy(new Error(`${host} is not loopback`)));
  return this;
};
