/** A failure a person can act on. Its message is one line and is shown without a stack. */
export class Failure extends Error {}
