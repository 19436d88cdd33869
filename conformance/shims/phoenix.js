// A shim for phoenix.js of any release: it reads commands, drives the client, and reports what the
// client tells its user. docs/client-contract.md says which lines go each way.
//
//     node phoenix.js            the newest release of conformance/clients
//     node phoenix.js 1-4        another one of its aliases: 1-3, 1-4, 1-5, 1-6, 1-7, 1-8-0

import { drive, load } from "./drive.js";

drive(load(process.argv[2] ?? "newest"));
