// What identifies the local chain. Its id is never one of a public network.
export const CHAIN_ID = 31337;

/** After set-up a block every so many seconds, or the head would stand still. */
export const BLOCK_INTERVAL_S = 2;
