const barCells = 24;

/** How far a batch is, on one line of a terminal; silent where the stream is no terminal. */
export class ProgressBar {
  readonly #total: number;
  readonly #stream: NodeJS.WriteStream;
  readonly #started = performance.now();
  #done = 0;

  constructor(total: number, stream: NodeJS.WriteStream) {
    this.#total = total;
    this.#stream = stream;
    this.draw();
  }

  /** Removes the bar, runs `print`, and draws the bar again with one more input done. */
  advance(print: () => void): void {
    this.clear();
    print();
    this.#done++;
    this.draw();
  }

  draw(): void {
    if (this.#stream.isTTY && this.#done < this.#total) this.#stream.write(this.#line());
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write("\r\u001b[K");
  }

  #line(): string {
    const filled = Math.floor((barCells * this.#done) / this.#total);
    const bar = "█".repeat(filled).padEnd(barCells, "░");
    return `${bar} ${this.#done}/${this.#total}${this.#remaining()}`;
  }

  #remaining(): string {
    if (this.#done === 0) return "";
    const elapsed = performance.now() - this.#started;
    return `  about ${duration((elapsed / this.#done) * (this.#total - this.#done))} left`;
  }
}

/** Milliseconds as `1 h 02 min`, `3 min 05 s` or `12 s`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
  if (seconds >= 60) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${seconds} s`;
}
