/** Colours that mean the same in every figure. */

/** A prediction that is right, and the first of several things. */
export const RIGHT = '#1f5fa8';
/** A prediction that is wrong. */
export const WRONG = '#c0392b';
