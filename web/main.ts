import { startPage } from "./page/page.ts";
import { startWorker } from "./worker/worker.ts";

// one script for both, so that the simulator is in the file once: the page starts its workers from its own text
const script = globalThis.document?.currentScript?.textContent;
if (script) startPage(script);
else startWorker();
