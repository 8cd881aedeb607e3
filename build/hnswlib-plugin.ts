/**
 * `virtual:hnswlib`: the emscripten glue of hnswlib-wasm, mended at build time. As published it needs
 * `unsafe-eval`, hides its file system, refuses to start outside a page, brings its own IndexedDB sync that
 * reports success on failure, writes to the console and plants getters on `globalThis`.
 * Why a build step and no fork: the wasm stays the one from npm, and every edit below is checked.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";
import { withoutNameSection } from "./wasm-sections.ts";

const ID = "virtual:hnswlib";
/** Rollup's convention: other plugins leave ids with a leading NUL alone. */
const RESOLVED = `\0${ID}`;
/** The edits fit this version only; its glue carries a content hash in its name. */
const VERSION = "0.8.2";
const GLUE = "hnswlib-wasm/dist/hnswlib-317962d7.js";
const GLUE_SHA256 = "dd53b526f1cc6c6b379d2ed012bca6b6d28f04d967801029218840a3efb07826";

/** Apache-2.0 §4(b): changed files carry a notice. */
const NOTICE = "/*! hnswlib-wasm 0.8.2, Apache-2.0, modified: see THIRD_PARTY_NOTICES.md of keepsake */\n";

/** Resolves `virtual:hnswlib` in vitest, dev server and builds, workers included. */
export function hnswlib(): Plugin {
  return {
    name: "keepsake:hnswlib",
    resolveId: (id) => (id === ID ? RESOLVED : undefined),
    load(id) {
      return id === RESOLVED ? { code: NOTICE + transformHnswlib(readGlue()), map: { mappings: "" } } : undefined;
    },
  };
}

/** The published text. @throws {Error} when another version is installed, or the file is not the published one */
export function readGlue(): string {
  const require = createRequire(import.meta.url);
  const { version } = JSON.parse(readFileSync(require.resolve("hnswlib-wasm/package.json"), "utf8")) as {
    version: string;
  };
  if (version !== VERSION) throw new Error(`hnswlib-wasm ${VERSION} is needed exactly, but ${version} is installed`);
  const source = readFileSync(require.resolve(GLUE));
  const hash = createHash("sha256").update(source).digest("hex");
  if (hash !== GLUE_SHA256) throw new Error(`${GLUE} is not the published file: its SHA-256 is ${hash}`);
  return source.toString("utf8");
}

/** A piece of the text from `from` up to (not including) `to`; without `to`, just `from`. */
interface Edit {
  why: string;
  from: string;
  to?: string;
  /** What the piece must contain, where that is not obvious from its ends. */
  holds?: string;
  put: string;
}

/** The closure that embind would otherwise compile from text; same conversions in the same order. */
const INVOKER = `var wireTypes = argTypes.slice();
      return createNamedFunction(humanName, function() {
        if (arguments.length !== argCount - 2) {
          throwBindingError("function " + humanName + " called with " + arguments.length + " arguments, expected " + (argCount - 2) + " args!");
        }
        var destructors = needsDestructorStack ? [] : null;
        var wired = [cppTargetFunc];
        if (isClassMethodFunc) wired.push(wireTypes[1].toWireType(destructors, this));
        for (var i = 2; i < argCount; ++i) wired.push(wireTypes[i].toWireType(destructors, arguments[i - 2]));
        var rv = cppInvokerFunc.apply(null, wired);
        if (needsDestructorStack) {
          runDestructors(destructors);
        } else {
          for (var i = isClassMethodFunc ? 1 : 2; i < argCount; ++i) {
            if (wireTypes[i].destructorFunction !== null) {
              wireTypes[i].destructorFunction(wired[isClassMethodFunc ? i : i - 1]);
            }
          }
        }
        if (returns) return wireTypes[0].fromWireType(rv);
      });
    }
  `;

const METHOD_CALLER = `var argCodecs = types.slice(1);
      var invokerFunction = function(handle, name, destructors, args) {
        var values = [];
        for (var i = 0, offset = 0; i < argCodecs.length; offset += argCodecs[i]['argPackAdvance'], ++i) {
          values.push(argCodecs[i].readValueFromPointer(args + offset));
        }
        var rv = handle[name].apply(handle, values);
        for (var i = 0; i < argCodecs.length; ++i) {
          if (argCodecs[i]['deleteObject']) argCodecs[i].deleteObject(values[i]);
        }
        if (!retType.isVoid) return retType.toWireType(destructors, rv);
      };
      `;

const EDITS: Edit[] = [
  { why: "dead without newFunc", from: "function newFunc(constructor", to: "function craftInvokerFunction(", put: "" },
  {
    why: "CSP: bound functions",
    from: 'var argsList = "";\n      var argsListWired',
    to: "function heap32VectorToArray(",
    holds: "return newFunc(Function, args1).apply(null, args2);\n    }",
    put: INVOKER,
  },
  {
    why: "CSP: callbacks",
    from: 'var params = ["retType"];',
    to: "returnId = emval_addMethodCaller(",
    holds: "var invokerFunction = newFunc(Function, params).apply(null, args);",
    put: METHOD_CALLER,
  },
  { why: "no mention of what we forbid", from: ", but without using `new Function` or `eval`", put: "" },
  {
    why: "node, happy-dom and every worker",
    from: "if (!(typeof window == 'object' ||",
    to: "// Differentiate the Web Worker",
    put: "",
  },
  { why: "nothing is located by URL", from: "import.meta.url", put: '""' },
  {
    why: "index bytes go through FS",
    from: "unexportedSymbols.forEach(",
    put: 'Module["FS"] = FS;\nunexportedSymbols.forEach(',
  },
  {
    why: "IDBFS must never be mounted",
    from: "44983: (",
    to: "};\nfunction syncIdb_js",
    put: "44983: () => abort('no IDBFS')\n",
  },
  {
    why: "IDBFS must never sync",
    from: "{ try { FS.syncfs(",
    to: "function callRuntimeCallbacks",
    put: "{ abort('no IDBFS'); }\n",
  },
  { why: "IDBFS is gone", from: "var IDBFS = {dbs", to: "var ERRNO_MESSAGES = {", put: "" },
  { why: "IDBFS is gone", from: "'IDBFS': IDBFS,", put: "" },
  {
    why: "CSP: fetch(data:) is logged as a violation",
    from: "if (!wasmBinary && (ENVIRONMENT_IS_WEB",
    to: "// Otherwise, getBinary should",
    put: "",
  },
  {
    why: "the wasm is always embedded",
    from: "if (!binary &&\n",
    to: "return instantiateArrayBuffer(binaryFile, imports, callback);\n  }",
    put: "{",
  },
  { why: "quiet", from: "console.log.bind(console)", put: "(() => {})" },
  { why: "quiet; abort throws as well", from: "console.warn.bind(console)", put: "(() => {})" },
  { why: "quiet", from: "console.warn(info.leakWarning.stack.replace(/^Error: /, ''));", put: "" },
  { why: "globalThis is not ours", from: "missingGlobal('buffer',", to: "function missingLibrarySymbol", put: "" },
  {
    why: "globalThis is not ours",
    from: "if (typeof globalThis !== 'undefined' && !Obj",
    to: "// Any symbol that is not included",
    put: "",
  },
  { why: "the map lies beside the original", from: "//# sourceMappingURL=hnswlib-317962d7.js.map", put: "" },
];

/** What must not be left in any form; `Function(` with nothing before it is the constructor. */
const FORBIDDEN = [
  /\beval\b/,
  /\bnew Function\b/,
  /(?<![\w$])Function\s*[(,]/,
  /\bnewFunc\(/,
  /\bfetch\(/,
  /\bindexedDB\b/,
  /console\./,
];

/**
 * The glue with every edit applied, its wasm without the debugging names (137 of 455 kB).
 * @throws {Error} when an expected string is not there exactly once, or something forbidden is left
 */
export function transformHnswlib(source: string): string {
  let text = EDITS.reduce(applyEdit, source);
  text = shrinkWasm(text);
  const code = text.replace(WASM, "");
  for (const pattern of FORBIDDEN) {
    if (pattern.test(code)) throw new Error(`hnswlib transform: ${String(pattern)} is left in the text`);
  }
  return text;
}

function applyEdit(text: string, edit: Edit): string {
  const start = onlyIndexOf(text, edit.from, 0);
  const end = edit.to === undefined ? start + edit.from.length : onlyIndexOf(text, edit.to, start);
  const piece = text.slice(start, end);
  if (!piece.includes(edit.holds ?? "")) throw new Error(`hnswlib transform: ${edit.holds} is not where it was`);
  return text.slice(0, start) + edit.put + text.slice(end);
}

/** Where `part` begins. A second occurrence would mean that we no longer know what we cut. */
function onlyIndexOf(text: string, part: string, after: number): number {
  const at = text.indexOf(part, after);
  if (at < 0 || text.indexOf(part) !== at || text.includes(part, at + 1)) {
    throw new Error(`hnswlib transform: expected exactly once, in order: ${JSON.stringify(part)}`);
  }
  return at;
}

const WASM = /(?<=data:application\/octet-stream;base64,)[A-Za-z0-9+/=]{1000,}/;

function shrinkWasm(text: string): string {
  const base64 = WASM.exec(text)?.[0];
  if (base64 === undefined) throw new Error("hnswlib transform: no embedded wasm");
  const bytes = withoutNameSection(Buffer.from(base64, "base64"));
  return text.replace(base64, Buffer.from(bytes).toString("base64"));
}
