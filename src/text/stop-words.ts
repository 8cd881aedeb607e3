/**
 * English words that say nothing about what a text is about. Negations are not among them and must
 * never be: "eats meat" and "does not eat meat" would become the same text. Neither are words of
 * liking, time and quantity ("like", "now", "all"), which are what a memory is often about.
 * `s` is what the possessive leaves behind ("user's").
 */
const ENGLISH = `
a an the
i me my mine myself we our ours ourselves you your yours yourself yourselves
he him his himself she her hers herself it its itself they them their theirs themselves
this that these those
am is are was were be been being
have has had having do does did doing done
will would shall should can could may might must
and or but if then so than as
of at by for with about to from in into on onto out up off over
what which who whom whose where when why how
there here too very just also some any such
s
`;

const STOP_WORDS: ReadonlySet<string> = new Set(ENGLISH.trim().split(/\s+/));

/**
 * Whether a word, folded as `words` gives it and not stemmed, carries no content in English.
 * Always false for negations ("not", "no", "never", "without" …).
 */
export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}
