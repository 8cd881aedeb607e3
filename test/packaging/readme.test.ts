/**
 * The code in README.md and docs/ is true: every TypeScript block type-checks in an app that has installed the
 * package, and those marked `ts run` print what the `text` block below them says, without a network.
 */
import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Memory, type ErrorCode } from "keepsake";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};

const docs = existsSync(join(root, "docs")) ? readdirSync(join(root, "docs")).filter((f) => f.endsWith(".md")) : [];
const pages = ["README.md", ...docs.map((file) => `docs/${file}`)].map((path) => ({
  path,
  text: readFileSync(join(root, path), "utf8"),
}));

interface Block {
  /** `README.md:12`, where the code begins. */
  at: string;
  /** What follows the fence: `ts`, `ts run`. */
  info: string;
  code: string;
  /** Lines of the page before the code. */
  linesBefore: number;
  /** The `text` block right below: what it prints. */
  output: string | undefined;
}

const blocks = pages.flatMap(({ path, text }) => blocksOf(path, text));
const code = blocks.filter(({ info }) => /^ts\b/.test(info));
const runnable = code.filter(({ info }) => info === "ts run");

function blocksOf(path: string, text: string): Block[] {
  // A fence is as long as the one that opened it: longer where the code itself holds one.
  const found = [...text.matchAll(/^(`{3,})([^`\n]*)\n([\s\S]*?)^\1$/gm)].map((match) => {
    const linesBefore = text.slice(0, match.index).split("\n").length;
    const end = match.index + match[0].length;
    return { linesBefore, info: match[2]!.trim(), code: match[3]!, start: match.index, end };
  });
  return found.map(({ linesBefore, info, code: body, end }, i) => {
    const next = found[i + 1];
    const follows = next?.info === "text" && text.slice(end, next.start).trim() === "";
    return { at: `${path}:${linesBefore + 1}`, info, code: body, linesBefore, output: follows ? next.code : undefined };
  });
}

/** An app outside of this repo: no optional peer is installed there, whatever is here. */
const app = mkdtempSync(join(tmpdir(), "keepsake-readme-"));

beforeAll(() => {
  const installed = join(app, "node_modules/keepsake");
  mkdirSync(installed, { recursive: true });
  cpSync(join(root, "package.json"), join(installed, "package.json"));
  cpSync(join(root, "dist"), join(installed, "dist"), { recursive: true });
  tsc("-p", join(root, "tsconfig.build.json"), "--outDir", join(installed, "dist/types"));
  for (const name of [...Object.keys(manifest.dependencies), "vite"]) {
    symlinkSync(join(root, "node_modules", name), join(app, "node_modules", name));
  }
  writeFileSync(join(app, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(app, "no-network.mjs"), NO_NETWORK);
});

afterAll(() => rmSync(app, { recursive: true, force: true }));

describe("the code blocks of README.md and docs/", () => {
  it("type-check in an app that installed the package", () => {
    writeFileSync(join(app, "context.d.ts"), CONTEXT);
    writeFileSync(join(app, "peers.d.ts"), PEERS);
    const files = code.map((block) => {
      const file = `${block.at.replace(/[/.:]/g, "_")}.ts`;
      // Shifted down to its line on the page, so that an error names it.
      writeFileSync(join(app, file), `${"\n".repeat(block.linesBefore)}${block.code}export {};\n`);
      return file;
    });
    const compilerOptions = {
      module: "ESNext",
      moduleResolution: "bundler",
      moduleDetection: "force",
      target: "ES2022",
      lib: ["ES2022", "ESNext.Disposable", "DOM", "DOM.AsyncIterable"],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
      // The package's own types are checked in package.test.ts; here Vite's would be, too.
      skipLibCheck: true,
      types: [],
    };
    writeFileSync(
      join(app, "tsconfig.json"),
      JSON.stringify({ compilerOptions, files: ["context.d.ts", "peers.d.ts", ...files] }),
    );
    expect(tsc("-p", app)).toBe("");
  });

  it("begin with one that a newcomer can run", () => expect(blocks[0]?.info).toBe("ts run"));

  it.concurrent.each(runnable)("run in Node as shown, without a network: $at", async ({ code: source, at, output }) => {
    const file = join(app, `run_${at.replace(/[/.:]/g, "_")}.mjs`);
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    writeFileSync(file, outputText);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--import", "./no-network.mjs", file], {
      cwd: app,
      timeout: 60_000,
    });
    expect(stderr).toBe("");
    expect(stdout).toBe(output);
  });

  it("are JSON where they say so", () => {
    for (const { info, code: text } of blocks)
      if (info === "json") expect(() => JSON.parse(text) as unknown).not.toThrow();
  });
});

describe("README.md and docs/", () => {
  it("link to files and headings that are there", () => {
    const broken = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)]
        .filter(([, file, heading]) => !leadsSomewhere(path, file!, heading))
        .map(([link]) => `${path}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it("the README has a row for every method of Memory", () => {
    const methods = Object.getOwnPropertyNames(Memory.prototype).filter((name) => name !== "constructor");
    const table = section("README.md", "The API at a glance");
    expect(methods.filter((name) => !table.includes(`\`${name}(`))).toEqual([]);
  });

  it("each yes of ours in the feature table leads to the test that shows it", () => {
    const leads = new Map(
      [...pages[0]!.text.matchAll(/^\[([\w-]+)\]: (\S+) "(.*)"$/gm)].map(([, name, file, title]) => [
        name!,
        { file: file!, title: title! },
      ]),
    );
    const used = featureRows().flatMap(({ ours }) => /^\[yes\]\[(.+)\]$/.exec(ours)?.[1] ?? []);
    const wrong = used.filter((name) => {
      const lead = leads.get(name);
      return !lead || !existsSync(join(root, lead.file)) || !titlesIn(lead.file).includes(lead.title);
    });
    expect(used.length).toBeGreaterThan(50);
    // A quote inside a title would end it: Markdown then shows the link as text.
    expect([...leads].filter(([, { title }]) => title.includes('"'))).toEqual([]);
    expect(wrong).toEqual([]);
    expect([...leads.keys()].filter((name) => !used.includes(name))).toEqual([]);
  });

  it("what is only in Keepsake by the feature table has no yes elsewhere", () => {
    const rows = featureRows();
    const first = rows.findIndex(({ feature }) => feature.startsWith("**Only in Keepsake"));
    for (const { others, ours } of rows.slice(first + 1)) {
      expect(others.filter((other) => other.startsWith("yes"))).toEqual([]);
      expect(ours).toMatch(/^\[yes\]/);
    }
    expect(first).toBeGreaterThan(0);
  });

  it("docs/errors.md explains every code, and the README names it", () => {
    const codes = Object.keys(CODES);
    const explained = [...section("docs/errors.md", "Errors").matchAll(/^\| `(\w+)`/gm)].map((match) => match[1]);
    expect(explained.sort()).toEqual(codes.sort());
    const table = section("README.md", "The API at a glance");
    // Those of a reranker are told in an answer; no call rejects with them.
    const thrown = codes.filter((name) => !name.startsWith("reranker_"));
    expect(thrown.filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
  });
});

interface FeatureRow {
  feature: string;
  others: string[];
  ours: string;
}

function featureRows(): FeatureRow[] {
  const lines = section("README.md", "Feature by feature").split("\n");
  return lines
    .filter((line) => line.startsWith("| "))
    .map((line) => {
      const [feature = "", ...cells] = line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim());
      return { feature, others: cells.slice(0, -1), ours: cells.at(-1)! };
    });
}

/** Of the tests in a file. */
function titlesIn(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/\b(?:it|test)(?:\.[\w.]+\([^()]*\))?\(\s*(["'`])(.*?)\1,/g)].map((match) => match[2]!);
}

function leadsSomewhere(from: string, file: string, heading: string | undefined): boolean {
  const target = file === "" ? join(root, from) : join(root, dirname(from), file);
  if (!existsSync(target)) return false;
  if (heading === undefined) return true;
  const headings = [...readFileSync(target, "utf8").matchAll(/^#+ (.*)$/gm)].map((match) => slug(match[1]!));
  return headings.includes(heading);
}

/** As GitHub makes them. */
function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, "")
    .replaceAll(" ", "-");
}

/** From a heading to the next of its level. */
function section(path: string, title: string): string {
  const text = pages.find((page) => page.path === path)!.text;
  const [, level = "", start = ""] = new RegExp(`^(#+) ${title}\\n([\\s\\S]*)`, "m").exec(text) ?? [];
  return start.split(new RegExp(`^${level} `, "m"))[0]!;
}

/** What it printed; empty where all is well. */
function tsc(...args: string[]): string {
  try {
    return execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), ...args], {
      cwd: root,
      encoding: "utf8",
    });
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout ?? error);
  }
}

/** Every code; the compiler sees to it that none is missing. */
const CODES: Record<ErrorCode, true> = {
  invalid_input: true,
  not_found: true,
  llm_failed: true,
  llm_timeout: true,
  llm_output: true,
  embedder_unavailable: true,
  embedder_failed: true,
  reranker_unavailable: true,
  reranker_failed: true,
  reranker_timeout: true,
  store_quota: true,
  store_blocked: true,
  store_lost: true,
  store_too_new: true,
  store_failed: true,
  conflict: true,
  engine_start: true,
  engine_crashed: true,
  engine_timeout: true,
  closed: true,
  cancelled: true,
};

/** Whoever asks the network is named on stderr, and gets nothing. */
const NO_NETWORK = `
import dns from "node:dns";
import net from "node:net";
const refuse = (...args) => {
  process.stderr.write("network: " + String(args[0]?.url ?? args[0]?.host ?? args[0]) + "\\n");
  throw new Error("no network here");
};
globalThis.fetch = async (...args) => refuse(...args);
net.Socket.prototype.connect = refuse;
dns.lookup = refuse;
`;

/** What the blocks take as given. */
const CONTEXT = `
import type { Embedder, JSONSchema, LLMRequest, Memory as KeepsakeMemory } from "keepsake";
declare global {
  const memory: KeepsakeMemory;
  /** Of memories. */
  const id: string;
  const otherId: string;
  const myEmbedder: Embedder;
  const apiKey: string;
  const button: HTMLButtonElement;
  function myModel(
    messages: LLMRequest["messages"],
    options: { schema: JSONSchema; signal: AbortSignal },
  ): Promise<string>;
  function showWaiting(opId: unknown): void;
  function showError(code: string, message: string): void;
  const chrome: {
    offscreen: { createDocument(options: { url: string; reasons: string[]; justification: string }): Promise<void> };
    runtime: {
      getContexts(filter: { contextTypes: string[] }): Promise<unknown[]>;
      sendMessage(message: unknown): Promise<unknown>;
      onMessage: {
        addListener(
          listener: (message: any, sender: unknown, reply: (response: unknown) => void) => boolean | undefined,
        ): void;
      };
    };
  };
}
`;

/** Packages that the blocks import and this repo does not install, as far as they are used. */
const PEERS = `
declare module "ai" {
  export function generateText(options: { model: object; prompt?: string }): Promise<{ text: string }>;
  export function generateObject<T>(options: { model: object; schema: T }): Promise<{ object: unknown }>;
  export function jsonSchema(schema: object): { jsonSchema: object };
}
declare module "@ai-sdk/openai" {
  export function openai(model: string): object;
}
declare module "@mlc-ai/web-llm" {
  interface Engine {
    chat: { completions: { create(request: object): Promise<object> } };
    interruptGenerate(): Promise<void>;
  }
  export function CreateMLCEngine(model: string): Promise<Engine>;
}
declare module "react" {
  export function useEffect(effect: () => () => void, deps: unknown[]): void;
  export function useState<T>(initial: T): [T, (value: T) => void];
}
declare module "@xenova/transformers" {
  export const env: object;
  export function pipeline(task: string, model: string): Promise<unknown>;
}
`;
