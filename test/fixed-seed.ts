import fc from "fast-check";

// The same cases in every quick run, so that a change is what makes a test fail; the long run draws new ones.
if (!process.env.SWG_NEW_CASES) fc.configureGlobal({ seed: 1 });
