// Reading the small Markdown of messages: marked's lexer, less what would hide or misread a person's words.
import { Lexer, Tokenizer, type Token } from "marked";

export type { Token } from "marked";

// No HTML, no link definitions (they would vanish), no underlined headings and no indented code (plain text has both by
// accident), no tables.
class ChatTokenizer extends Tokenizer {
  override html() {
    return undefined;
  }
  override tag() {
    return undefined;
  }
  override def() {
    return undefined;
  }
  override lheading() {
    return undefined;
  }
  override code() {
    return undefined;
  }
  override table() {
    return undefined;
  }
}

// Limit: a text nested deeper than 8 levels, or one the lexer gives up on, is shown as it was typed.
const kTooDeep = /^(?:\s*(?:>|[-*+]|\d{1,9}[.)])\s?){9,}/m;
// Limit: the lexer's time grows with the square of some texts (half a second for 16,000 times "!"). Longer texts than
// this have their blocks of code, and nothing else.
const kMaxLexedLength = 4_000;

// Undefined: show the text as it is.
export function readMarkdown(text: string): Token[] | undefined {
  if (text.length > kMaxLexedLength) return readFences(text);
  if (kTooDeep.test(text)) return undefined;
  try {
    return new Lexer({ gfm: true, breaks: true, tokenizer: new ChatTokenizer() }).lex(text);
  } catch {
    return undefined;
  }
}

// Blocks of code between lines of ```, and the text between them as it was typed.
function readFences(text: string): Token[] {
  return text.split(/^```[^`\n]*\n([^]*?)\n```[^\S\n]*$/m).flatMap((part, i): Token[] => {
    if (i % 2 === 1) return [{ type: "code", raw: part, text: part }];
    const raw = part.replace(/^\n|\n$/g, "");
    return raw === "" ? [] : [{ type: "plain", raw }];
  });
}

const kSafeProtocols = new Set(["http:", "https:", "mailto:"]);

// The address of a link if it may be followed.
export function safeHref(href: string): string | undefined {
  try {
    const url = new URL(href);
    return kSafeProtocols.has(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}
