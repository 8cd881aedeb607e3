import { afterEach, describe, expect, it, vi } from "vitest";
import { withPageUrls } from "../../src/page-urls.ts";

afterEach(() => vi.unstubAllGlobals());

function at(href: string | undefined, origin = "null"): void {
  vi.stubGlobal("location", href === undefined ? undefined : { href });
  vi.stubGlobal("origin", origin);
}

describe("paths in options", () => {
  it.each([
    [
      "https://app.example/chat/",
      "https://app.example",
      "https://app.example/ort/",
      "https://app.example/chat/models/",
    ],
    ["about:srcdoc", "https://app.example", "https://app.example/ort/", "https://app.example/models/"],
    ["blob:https://app.example/1f0c", "https://app.example", "https://app.example/ort/", "https://app.example/models/"],
    ["about:srcdoc", "null", "/ort/", "models/"],
    ["data:text/javascript,1", "null", "/ort/", "models/"],
    [undefined, "null", "/ort/", "models/"],
  ])("at %s (origin %s) are %s and %s", (href, origin, wasmPaths, localModelPath) => {
    at(href, origin);
    expect(withPageUrls({ localModelPath: "models/" })).toEqual({ wasmPaths, localModelPath });
  });

  it("that are absolute stay as they are", () => {
    at("about:srcdoc");
    const options = { wasmPaths: "https://cdn.example/ort/" };
    expect(withPageUrls(options)).toEqual(options);
  });
});
