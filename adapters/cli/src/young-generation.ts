import { setFlagsFromString } from "node:v8";

// V8 frees the buffers of a large upload with its young generation. In a server that stays as small as it is when a process
// begins, before anything else is evaluated; grown, it lets 100 MB of freed buffers lie about.
if (process.argv[2] === "serve") setFlagsFromString("--semi-space-growth-factor=1");
