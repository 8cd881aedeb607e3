import { describe, expect, it } from "vitest";
import { isStopWordIn, LANGUAGES, languageOf } from "../../../src/text/languages.ts";
import { isStopWord, words } from "../../../src/text/tokenize.ts";

const of = (text: string): string | null => languageOf(words(text));

describe("languageOf", () => {
  it.each([
    ["de", "Anna wohnt in einem Haus in Hamburg und hat zwei Katzen"],
    ["fr", "J'ai un cheval blanc et une maison à Paris"],
    ["es", "Vivo en una ciudad grande con mi hermana"],
    ["it", "Il gatto di Anna dorme nella cucina"],
    ["pt", "O meu irmão mora em uma cidade com os animais"],
    ["nl", "Ik woon in een huis in Utrecht"],
    ["en", "Does Anna live in a house in Hamburg?"],
  ])("recognises %s by two of its stop words: %s", (language, text) => {
    expect(of(text)).toBe(language);
  });

  it.each([
    "Häuser Hamburg",
    "Häuser in Hamburg",
    "Wo wohnt Anna?",
    "de la Cruz",
    "Los Angeles, Las Vegas",
    "der gatto dorme",
    "Анна живёт в Гамбурге",
    "アンナはハンブルクに住んでいる",
    "GPT-4 A380",
    "",
  ])("is sure of nothing where one stop word or none speaks, or two languages as much: %j", (text) => {
    expect(of(text)).toBeNull();
  });

  it("takes a text for English that quotes another language in fewer words than its own", () => {
    expect(of("She was reading about La Casa de Papel when they called her")).toBe("en");
    expect(of("We went to Rio de Janeiro")).toBe("en");
  });

  it("drops no negation in any language: with and without it would be the same text", () => {
    for (const word of words("nicht kein keine nie ne pas jamais no nunca sin non mai nao nunca sem niet geen nooit")) {
      const dropped = LANGUAGES.filter((language) => isStopWordIn(word, language));
      expect([word, dropped]).toEqual([word, []]);
    }
  });

  it("tells no other language by an English stop word", () => {
    for (const text of ["in a so was am an", "the and of is were", "do as he me her on"]) {
      expect(words(text).every(isStopWord)).toBe(true);
      expect([null, "en"]).toContain(of(text));
    }
  });
});
