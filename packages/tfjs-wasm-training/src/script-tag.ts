/** For a page with script tags, a wrong order of which is said in one line before anything is registered. */
import "./needs-backend.ts";

export * from "./index.ts";
