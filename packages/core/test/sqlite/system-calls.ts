/** One acknowledgement whose write was not on the disk. */
interface EarlyAcknowledgement {
  readonly line: string;
  readonly because: "nothing was written" | "the log was not synchronised";
}

/** What a trace tells of acknowledgements. */
export interface TracedAcknowledgements {
  readonly acknowledgements: number;
  readonly synchronisations: number;
  readonly early: readonly EarlyAcknowledgement[];
}

/**
 * Reads a trace of `strace -f -y` of a writer and finds every acknowledgement before which its write was not written to the log,
 * or the log not synchronised after it.
 */
export function readTrace(trace: string): TracedAcknowledgements {
  const thread = /^(\d+) +write\(1<.*"ack /m.exec(trace)?.[1];
  // Calls of one thread stand in their order.
  const calls = completedCalls(trace.split("\n").filter((line) => line.startsWith(`${thread} `)));
  let [acknowledgements, synchronisations, written, dirty] = [0, 0, false, false];
  const early: EarlyAcknowledgement[] = [];
  for (const call of calls) {
    if (/ write\(1<.*"begin /.test(call)) written = false;
    if (/ (pwrite64|write)\(\d+<[^>]*-wal>/.test(call)) [written, dirty] = [true, true];
    if (/ (fdatasync|fsync)\(\d+<[^>]*-wal>.*= 0$/.test(call)) {
      dirty = false;
      synchronisations++;
    }
    if (!/ write\(1<.*"ack /.test(call)) continue;
    acknowledgements++;
    if (!written) early.push({ line: call, because: "nothing was written" });
    else if (dirty) early.push({ line: call, because: "the log was not synchronised" });
  }
  return { acknowledgements, synchronisations, early };
}

/** The calls of one thread, each on one line though strace cut it in two while another thread spoke. */
function completedCalls(lines: readonly string[]): string[] {
  const calls: string[] = [];
  for (const line of lines.map((text) => text.trimEnd())) {
    const resumed = /resumed>(.*)$/.exec(line);
    if (resumed && calls.length > 0) calls.push(calls.pop()!.replace("<unfinished ...>", "") + resumed[1]);
    else calls.push(line);
  }
  return calls;
}
