/** The part of a test runner that contract suites use; vitest's and node:test's own functions fit. */
export interface TestRunner {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>): void;
}
