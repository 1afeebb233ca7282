import { tableStores } from "../fixtures/table-stores.ts";
import { openWorkSuite } from "./open-work-suite.ts";

for (const [name, make] of tableStores) openWorkSuite(name, make);
