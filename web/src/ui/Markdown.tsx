import { memo, type ReactNode } from "react";
import styles from "./Markdown.module.css";
import { readMarkdown, safeHref, type Token } from "./lexer";

// A message's text as elements. Anything not understood is shown as it was typed; nothing ever becomes HTML.
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  const tokens = readMarkdown(text);
  return (
    <div className={styles.text} dir="auto">
      {tokens === undefined ? <p>{text}</p> : tokens.map((token, i) => block(token, i))}
    </div>
  );
});

function inlines(tokens: Token[] | undefined, raw: string): ReactNode {
  return tokens === undefined ? raw : tokens.map((token, i) => inline(token, i));
}

function block(token: Token, key: number): ReactNode {
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "code":
      return (
        <pre key={key} dir="ltr" tabIndex={0}>
          <code>{token.text}</code>
        </pre>
      );
    case "blockquote":
      return <blockquote key={key}>{token.tokens?.map((child, i) => block(child, i))}</blockquote>;
    case "list":
      return list(token as List, key);
    case "heading":
      return (
        <p key={key} className={styles.heading}>
          {inlines(token.tokens, token.raw)}
        </p>
      );
    case "hr":
      return <hr key={key} />;
    case "paragraph":
      return <p key={key}>{inlines(token.tokens, token.raw)}</p>;
    case "text":
      return <span key={key}>{inlines(token.tokens, token.raw)}</span>;
    default:
      return <p key={key}>{token.raw}</p>;
  }
}

type List = { ordered: boolean; start: number | ""; items: { task: boolean; checked?: boolean; tokens: Token[] }[] };

function list({ ordered, start, items }: List, key: number): ReactNode {
  const children = items.map((item, i) => (
    <li key={i} className={item.task ? styles.task : undefined}>
      {item.task && <span aria-label={item.checked ? "done" : "open"}>{item.checked ? "☑ " : "☐ "}</span>}
      {item.tokens.filter((child) => child.type !== "checkbox").map((child, j) => block(child, j))}
    </li>
  ));
  if (!ordered) return <ul key={key}>{children}</ul>;
  return (
    <ol key={key} start={start === "" ? 1 : start}>
      {children}
    </ol>
  );
}

function inline(token: Token, key: number): ReactNode {
  switch (token.type) {
    case "strong":
      return <strong key={key}>{inlines(token.tokens, token.raw)}</strong>;
    case "em":
      return <em key={key}>{inlines(token.tokens, token.raw)}</em>;
    case "del":
      return <del key={key}>{inlines(token.tokens, token.raw)}</del>;
    case "codespan":
      return <code key={key}>{token.text}</code>;
    case "br":
      return <br key={key} />;
    case "escape":
      return token.text as string;
    case "link":
    case "image": {
      // A picture would be fetched from anywhere: it is a link like any other.
      const href = safeHref(token.href as string);
      if (href === undefined) return token.raw;
      return (
        <a key={key} href={href} target="_blank" rel="noopener noreferrer nofollow">
          {token.type === "link" ? inlines(token.tokens, token.raw) : (token.text as string) === "" ? href : token.text}
        </a>
      );
    }
    case "text":
      return token.tokens === undefined ? token.raw : inlines(token.tokens, token.raw);
    default:
      return token.raw;
  }
}
