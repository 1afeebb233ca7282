import dns from "node:dns";
import net from "node:net";
import { vi } from "vitest";

/**
 * Counts attempts to reach another machine. Everything in Node that opens a connection goes through a socket's
 * `connect`, and every name through `lookup`; `fetch` has sockets of its own making but the same two ways out.
 */
export function countConnections(): { readonly count: () => number; readonly restore: () => void } {
  const spies = [vi.spyOn(net.Socket.prototype, "connect"), vi.spyOn(dns, "lookup"), vi.spyOn(globalThis, "fetch")];
  return {
    count: () => spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0),
    restore: () => {
      for (const spy of spies) spy.mockRestore();
    },
  };
}
