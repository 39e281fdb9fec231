/* virtual-core asks for the mode in which a bundler built it. Nothing is bundled here: this answers, and must be imported first. */
globalThis.process ??= { env: { NODE_ENV: "production" } };
