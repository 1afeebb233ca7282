/** Pages that are read of one file. */
const mostPages = 500;

/**
 * The text of every page of a PDF; undefined when the optional package `unpdf` is not installed. Scanned pages have none.
 *
 * @throws What the reader throws for a file that it cannot read.
 */
export async function pdfPages(bytes: Uint8Array): Promise<string[] | undefined> {
  const reader = await loadReader();
  if (!reader) return undefined;
  const { getDocumentProxy } = reader;
  const pdf = await getDocumentProxy(bytes, { verbosity: 0 });
  try {
    const pages: string[] = [];
    for (let number = 1; number <= Math.min(pdf.numPages, mostPages); number++) {
      const { items } = await (await pdf.getPage(number)).getTextContent();
      pages.push(items.map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : "")).join(""));
    }
    return pages;
  } finally {
    await pdf.loadingTask.destroy();
  }
}

async function loadReader() {
  try {
    return await import("unpdf");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
