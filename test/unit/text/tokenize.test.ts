import { describe, expect, it } from "vitest";
import { isStopWord, tokenize, words } from "../../../src/text/tokenize.ts";

describe("words", () => {
  it.each([
    ["I don't like Zürich", "i do not like zurich"],
    ["I don’t, can't, won't, shan't", "i do not can not will not shall not"],
    ["isnt cannot dont", "is not can not do not"],
    ["you ain't there", "you not there"],
    ["I'm, we're, he'll, they've, I'd", "i am we are he will they have i would"],
    ["the user's dog", "the user s dog"],
    ["l'ananas d’été", "l ananas d ete"],
    ["U.S.A. and e.g. tea.Coffee", "usa and eg tea coffee"],
    ["3.14 and 1,000 and 12,5", "3.14 and 1000 and 12,5"],
    ["he is 5'11 tall", "he is 5 11 tall"],
    ["b2b ISO-9001 v2.17.2", "b2b iso 9001 v2.17.2"],
    ["me@example.com snake_case", "me example com snake case"],
    ["ＡＢＣ ﬁne ½", "abc fine"],
    ["ΟΔΟΣ", "οδοσ"],
    ["Łódź, Søren, Đorđe, Goethestraße, Ærø, sœur, Isıl, Þór", "lodz soren dorde goethestrasse aero soeur isil thor"],
    ["مُحَمَّد", "محمد"],
    ["C++, C# and C; c++17; a C+x", "c++ c# and c c++ 17 a c x"],
    ["Über C++ und F#", "uber c++ und f#"],
  ])("folds and splits %j", (text, expected) => {
    expect(words(text).join(" ")).toBe(expected);
  });

  it("keeps apart what only a mark tells apart outside U+0300–036F", () => {
    expect(words("か")).not.toEqual(words("が"));
    expect(words("น้ำ")).not.toEqual(words("นา"));
  });

  it("finds none in a text without letters and digits", () => {
    expect(words("")).toEqual([]);
    expect(words(" \n…!? 🎉 ")).toEqual([]);
  });
});

describe("tokenize", () => {
  it("drops stop words and stems the rest", () => {
    expect(tokenize("The user is living in Berlin")).toEqual(["user", "live", "berlin"]);
  });

  it("leads irregular forms back to their base, as Porter does with the regular ones", () => {
    for (const [form, base] of [
      ["went", "go"],
      ["taught", "teaching"],
      ["Children", "child's"],
      ["wives", "wife"],
      ["swum", "swims"],
      ["bought", "buying"],
    ] as const) {
      expect(tokenize(form)).toEqual(tokenize(base).slice(0, 1));
    }
    expect(tokenize("rose")).not.toEqual(tokenize("rise"));
  });

  it("knows the month of May from the verb", () => {
    for (const text of ["7 May", "May 2026", "the 1st of may 3rd", "in May", "since May"]) {
      expect(tokenize(text)).toContain("mai");
    }
    for (const text of ["it may rain", "May I ask Ann?", "we may meet 7 people"]) {
      expect(tokenize(text)).not.toContain("mai");
    }
  });

  it("knows names and acronyms from the stop words that they look like", () => {
    for (const [text, terms] of [
      ["Will works in IT", "will work it"],
      ["Tell me about Will", "tell will"],
      ["Does Will have a boat?", "will boat"],
      ["Will: I moved. I met May, too", "will move meet mai"],
      ["Will's boat", "will boat"],
      ["I heard The Who at the WHO", "hear who who"],
      ["Wo wohnt Will?", "wo wohnt will"],
      ["Will he eat it? He said: May this rain end", "eat sai rain end"],
      ["Will Ann eat?", "ann eat"],
      ["WHO WILL EAT IT", "eat"],
      ["who will eat it", "eat"],
    ] as const) {
      expect(tokenize(text).join(" "), text).toBe(terms);
    }
  });

  it("keeps every negation", () => {
    for (const negation of ["no", "not", "nor", "never", "none", "nothing", "neither", "without", "nobody"]) {
      expect(isStopWord(negation)).toBe(false);
    }
    expect(tokenize("She doesn't eat meat")).toContain("not");
  });

  it("keeps the stop words of a text that has nothing else", () => {
    expect(tokenize("Who are you?")).toEqual(["who", "ar", "you"]);
  });

  it("does not stem numbers, codes and other scripts", () => {
    expect(tokenize("b2bs 9001 1990s кошки")).toEqual(["b2bs", "9001", "1990s", "кошки"]);
  });

  it("finds a Chinese, Japanese, Thai or Korean word inside a sentence", () => {
    for (const [text, query] of [
      ["我每天早上喝绿茶", "绿茶"],
      ["私は東京に住んでいます", "東京"],
      ["ฉันชอบข้าวผัด", "ข้าวผัด"],
      ["나는 한국어를 공부한다", "한국어"],
    ] as const) {
      const terms = new Set(tokenize(text));
      expect(tokenize(query).some((term) => terms.has(term))).toBe(true);
    }
  });

  it("adds the character pairs of a run across the words of the dictionary, each once", () => {
    const terms = tokenize("绿茶好");
    expect(terms).toEqual(expect.arrayContaining(["绿茶", "茶好"]));
    expect(terms.filter((term) => term === "绿茶")).toHaveLength(1);
  });

  it("survives lone surrogates and words without end", () => {
    expect(tokenize("a\ud800b \udc00 cat")).toContain("cat");
    expect(tokenize("y".repeat(20_000))).toEqual(["y".repeat(20_000)]);
  });
});
