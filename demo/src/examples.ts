/** The examples: what mem0's quick start says, and a change of mind. */
import type { JSONObject, Message } from "keepsake";

/** One `add` of an example or of the composer. */
export interface Said {
  messages: Message[];
  infer: boolean;
  metadata: JSONObject;
}

export interface Example {
  id: string;
  title: string;
  story: string;
  adds: Said[];
}

/** The examples are hers. */
export const EXAMPLE_USER = "alice";
export const EXAMPLE_QUERIES = ["what should we watch?", "where did I live before Hamburg?"];
export const EXAMPLE_TOP_K = 5;

const MOVIE: Message[] = [
  { role: "user", content: "I'm planning to watch a movie tonight. Any recommendations?" },
  { role: "assistant", content: "How about a thriller movies? They can be quite engaging." },
  { role: "user", content: "I'm not a big fan of thriller movies but I love sci-fi movies." },
  {
    role: "assistant",
    content: "Got it! I'll avoid thriller recommendations and suggest sci-fi movies in the future.",
  },
];

const TRIP: Message[] = [
  { role: "user", content: "I'm planning a trip to Tokyo next month." },
  { role: "assistant", content: "Great! I'll remember that for future suggestions." },
];

export const EXAMPLES: Example[] = [
  {
    id: "movie",
    title: "Movie night",
    story: "Four messages. What is worth keeping?",
    adds: [{ messages: MOVIE, infer: true, metadata: { category: "movie_recommendations" } }],
  },
  {
    id: "movie-verbatim",
    title: "Word for word",
    story: "The same with infer: false, which keeps every message.",
    adds: [{ messages: MOVIE, infer: false, metadata: { category: "movie_recommendations" } }],
  },
  {
    id: "trip",
    title: "A trip to Tokyo",
    story: "One plan, and a polite answer.",
    adds: [{ messages: TRIP, infer: true, metadata: {} }],
  },
  {
    id: "move",
    title: "A move",
    story: "Berlin, then Hamburg: what holds now?",
    adds: ["I live in Berlin.", "I moved to Hamburg."].map((content) => ({
      messages: [{ role: "user", content }],
      infer: true,
      metadata: {},
    })),
  },
  {
    id: "people",
    title: "People and places",
    story: "Who is who, as a graph.",
    adds: [
      "My sister Anna works at Acme.",
      "My friend Ben lives in Hamburg. I live in Hamburg and I play the cello.",
    ].map((content) => ({
      messages: [{ role: "user", content }],
      infer: true,
      metadata: {},
    })),
  },
  {
    id: "change",
    title: "A change of mind",
    story: "Loved Chinese food, hates it now.",
    adds: ["I loved Chinese food.", "I hate Chinese food now."].map((content) => ({
      messages: [{ role: "user", content }],
      infer: true,
      metadata: {},
    })),
  },
];
