/**
 * Works on up to `width` inputs at a time and yields their results in input order.
 * When the consumer stops early, work that has begun is left to end by itself.
 */
export async function* inOrder<Input, Result>(
  inputs: readonly Input[],
  width: number,
  work: (input: Input, index: number) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const running: Promise<Result>[] = [];
  for (const [index, input] of inputs.entries()) {
    running.push(work(input, index));
    if (running.length >= width) yield await running.shift()!;
  }
  while (running.length > 0) yield await running.shift()!;
}
