import { tableStores } from "../fixtures/table-stores.ts";
import { analysisRepositorySuite } from "./analysis-repository-suite.ts";

for (const [name, make] of tableStores) analysisRepositorySuite(name, make);
