import { tableStores } from "../fixtures/table-stores.ts";
import { disputesSuite } from "./disputes-suite.ts";

for (const [name, make] of tableStores) disputesSuite(name, make);
